"""Run a trained model over a recording."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.interpolate import CubicSpline
from torch import Tensor

from kinertia.body import Body
from kinertia.estimation import events, track
from kinertia.estimation.estimate import Estimate
from kinertia.learning import differences, prepare
from kinertia.learning.checkpoint import Model, Person
from kinertia.learning.personal import Deviation
from kinertia.learning.sequence import Sequence
from kinertia.learning.training import fingerprint
from kinertia.recording import SEGMENTS, Array, Recording

TRUSTED_RESIDUAL_BW = 0.10


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


def _travel(speed: Array, rate_hz: float) -> Array:
    """Forward position of the pelvis [m]: the integral of speed (trapezoid)."""
    step = 0.5 * (speed[1:] + speed[:-1]) / rate_hz
    return np.concatenate([[0.0], np.cumsum(step)])


def side_forces(force: Array, body: Body) -> dict[str, Array]:
    """``grf_x_r``, ``grf_y_r`` and the left ones, (...): sums over the contact points of each foot, (..., P, 2)."""
    sides = np.array([c.side for c in body.skeleton.contacts])
    return {
        f"grf_{axis}_{side}": force[..., sides == side, i].sum(-1) for side in ("r", "l") for i, axis in enumerate(("x", "y"))
    }


def _centre_of_pressure(force_bw: Array, contact: Array, body: Body) -> dict[str, Array]:
    sides = np.array([c.side for c in body.skeleton.contacts])
    found: dict[str, Array] = {}
    for side in ("r", "l"):
        vertical = force_bw[:, sides == side, 1]
        total = vertical.sum(1)
        centre = (vertical * contact[:, sides == side, 0]).sum(1) / np.maximum(total, 1e-9)
        found[side] = np.where(total > events.CONTACT_BW, centre, np.nan)
    return found


def _warnings(recording: Recording, person: Person | None, residual: Array) -> tuple[str, ...]:
    found = list(recording.warnings)
    for name in recording.subject.assumed:
        quantity = f"body {name.partition('_')[0]}"
        if not any(warning.startswith(quantity) for warning in found):
            found.append(f"{quantity} not given: a default was used")
    if person is None:
        found.append(
            "the model was not trained on this recording: sensors are taken to sit exactly as stated; "
            "adapt it to the recording (kinertia train --from) for better angles"
        )
    elif not np.allclose((person.mass_kg, person.height_m), (recording.subject.mass_kg, recording.subject.height_m), rtol=1e-4):
        found.append(
            f"the model was trained on this recording with {person.mass_kg:g} kg and {person.height_m:.2f} m; "
            "give the same mass and height, or train again"
        )
    level = float(np.sqrt((residual[:, :2] ** 2).sum(1).mean()))
    if level > TRUSTED_RESIDUAL_BW:
        found.append(
            f"the estimated motion and forces disagree by {level:.2f} BW (RMS residual of the equations of motion); "
            "moments and ground reaction should not be trusted"
        )
    return tuple(found)


def _assemble(model: Model, recording: Recording, reading: _Reading, method: str) -> Estimate:
    found = track.run(model, reading.sequence, reading.deviation)
    sample = _sampler(reading, recording)
    body = reading.sequence.body
    weight, moment_scale = float(body.weight), float(body.moment_scale)

    def series(x: Tensor) -> Array:
        return x.cpu().numpy().astype(np.float64)

    q, generalized, force_bw = series(found.q), series(found.generalized), series(found.force) / weight
    speed = series(found.qd)[:, 0]
    q[:, 0] = _travel(speed, model.config.rate_hz)
    # contact points and landmarks are relative to the pelvis along x
    shift = np.stack([q[:, 0], np.zeros(len(q))], axis=-1)
    residual = sample(generalized[:, :3] / np.array([weight, weight, moment_scale]))
    grf = {k: sample(v) for k, v in side_forces(force_bw, body).items()}
    used = [k for k in range(len(SEGMENTS)) if bool(reading.sequence.present[:, k].any())]
    names = body.skeleton.coordinate_names
    return Estimate(
        name=recording.name,
        method=method,
        rate_hz=recording.rate_hz,
        subject=recording.subject,
        coordinates={name: sample(q[:, j]) for j, name in enumerate(names)},
        moments={name: sample(generalized[:, j]) for j, name in enumerate(names) if j > 2},
        grf=grf,
        cop_x=_centre_of_pressure(sample(force_bw), sample(series(found.contact) + shift[:, None]), body),
        speed=sample(speed),
        points={k: sample(series(v) + shift) for k, v in found.points.items()},
        root_residual=residual,
        imu_measured=_measured(reading, sample, used),
        imu_virtual=sample(series(found.virtual)[:, used]),
        sensor_segments=tuple(SEGMENTS[k] for k in used),
        events=events.from_grf(grf, recording.rate_hz, recording.periodic),
        output_delay_s=differences.REACH / model.config.rate_hz,
        warnings=_warnings(recording, reading.person, residual),
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
