"""Run a trained model over a recording."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.interpolate import CubicSpline

from kinertia.estimation import track
from kinertia.estimation.assembly import assemble
from kinertia.estimation.estimate import Estimate
from kinertia.learning import differences, prepare
from kinertia.learning.checkpoint import Model, Person
from kinertia.learning.personal import Deviation
from kinertia.learning.sequence import Sequence
from kinertia.learning.training import fingerprint
from kinertia.recording import SEGMENTS, Array, Recording


@dataclass(frozen=True)
class _Reading:
    """What the model reads, the times [s] on its axis at which the user wants values, who it was trained on with this."""

    sequence: Sequence
    deviation: Deviation
    wanted_s: Array
    person: Person | None


def _read(model: Model, recording: Recording) -> _Reading:
    sequence = prepare.to_sequence(recording, model.config)
    # a periodic cycle has here the length it had in training, so that a recording that was trained on is recognised
    mark = fingerprint(sequence)
    deviation, person = model.deviation_of(mark), model.person_of(mark)
    if not recording.periodic:
        return _Reading(sequence, deviation, recording.time_s, person)
    cycles = prepare.lead_cycles(recording.duration_s)
    margin_s = (2 * differences.REACH + 1) / model.config.rate_hz
    longer = prepare.to_sequence(recording, model.config, (cycles + 1) * recording.duration_s + margin_s)
    return _Reading(longer, deviation, cycles * recording.duration_s + recording.time_s, person)


def _sampler(reading: _Reading, recording: Recording) -> Callable[[Array], Array]:
    """Function that brings a series (T, ...) from the model's time axis to the wanted times."""
    samples, rate = reading.sequence.signals.shape[0], reading.sequence.rate_hz
    if not recording.periodic and samples == recording.samples and rate == recording.rate_hz:
        return lambda x: x
    time_s = np.arange(samples) / rate
    at = np.minimum(reading.wanted_s, time_s[-1])
    return lambda x: np.asarray(CubicSpline(time_s, x, axis=0)(at))


def _measured(reading: _Reading, sample: Callable[[Array], Array], used: list[int]) -> Array:
    """Signals that the model saw; NaN where there were none."""
    signals, present = (x.numpy().astype(np.float64)[:, used] for x in (reading.sequence.signals, reading.sequence.present))
    if present.all():
        return sample(signals)
    nearest = np.minimum(np.rint(reading.wanted_s * reading.sequence.rate_hz).astype(int), len(present) - 1)
    return np.where(present[nearest] > 0, sample(signals), np.nan)


def _warnings(recording: Recording, person: Person | None) -> tuple[str, ...]:
    """What has to be said about a model and a recording."""
    if person is None:
        return (
            "the model was not trained on this recording: sensors are taken to sit exactly as stated; "
            "adapt it to the recording (kinertia train --from) for better angles",
        )
    if not np.allclose((person.mass_kg, person.height_m), (recording.subject.mass_kg, recording.subject.height_m), rtol=1e-4):
        return (
            f"the model was trained on this recording with {person.mass_kg:g} kg and {person.height_m:.2f} m; "
            "give the same mass and height, or train again",
        )
    return ()


def _assemble(model: Model, recording: Recording, reading: _Reading, method: str) -> Estimate:
    found = track.run(model, reading.sequence, reading.deviation)
    sample = _sampler(reading, recording)
    used = [k for k in range(len(SEGMENTS)) if bool(reading.sequence.present[:, k].any())]
    measured, body, rate_hz = _measured(reading, sample, used), reading.sequence.body, model.config.rate_hz
    result = assemble(found, body, rate_hz, recording, method, measured, used, sample)
    return replace(
        result,
        output_delay_s=differences.REACH / rate_hz,
        warnings=(*result.warnings, *_warnings(recording, reading.person)),
    )


def estimate(model: Model, recording: Recording, method: str = "sspinnpose") -> Estimate:
    """Estimate movement dynamics of a recording, at its own rate and length.

    Parameters
    ----------
    model : a trained model.
    recording : a recording in sensor or segment axes; truth in it is not read. A periodic cycle is
        repeated, and the last complete repetition is reported.
    method : name to write into the result.

    Returns
    -------
    Estimate. The value at a sample uses signals up to ``output_delay_s`` after it (causal cells).

    Raises
    ------
    RecordingError
        If the recording cannot be aligned or has no usable sensor.
    """
    begin = time.perf_counter()
    ready = prepare.to_segments(recording)
    result = _assemble(model, ready, _read(model, ready), method)
    return replace(result, seconds=time.perf_counter() - begin)
