"""Run a model over a recording, whatever computes it: a trained network or an exported one."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from kinertia.estimation import settling, standing
from kinertia.estimation.assembly import assemble
from kinertia.estimation.estimate import Activity, Estimate
from kinertia.estimation.series import Series
from kinertia.numerics.spline import CubicSpline
from kinertia.recording import Array, Recording, SensorSet, Subject, channels, periodic
from kinertia.sensing import activity
from kinertia.sensing.segments import to_segments
from kinertia.uncertainty.calibration import Calibration, Uncalibrated


class Runner(Protocol):
    """A model that turns signals into series.

    Attributes
    ----------
    sensors : what it reads: S segments, C channels of each.
    rate_hz : of the signals it reads.
    delay_samples : how far its outputs are behind them.
    weights : fingerprint of its weights.
    calibration : what the bands around its outputs follow from.
    """

    @property
    def sensors(self) -> SensorSet: ...

    @property
    def rate_hz(self) -> float: ...

    @property
    def delay_samples(self) -> int: ...

    @property
    def weights(self) -> str: ...

    @property
    def calibration(self) -> Calibration | Uncalibrated: ...

    def stated_height_m(self, fingerprint: str) -> float | None:
        """Height that was stated for a recording in training; None for one it was not trained on."""
        ...

    def run(self, signals: Array, present: Array, recording: Recording, fingerprint: str) -> Series:
        """Series of (T, S, C) signals, zero where not ``present``; ``recording`` gives person and sensors."""
        ...


@dataclass(frozen=True)
class _Reading:
    """What the model reads, the times [s] on its axis at which the user wants values, and who it was trained on with this."""

    signals: Array
    present: Array
    fingerprint: str
    wanted_s: Array


def _read(runner: Runner, recording: Recording) -> _Reading:
    signals, present = channels.at_rate(recording, runner.rate_hz, sensors=runner.sensors)
    # a periodic cycle has here the length it had in training, so that a recording that was trained on is recognised
    mark = channels.fingerprint(signals)
    if not recording.periodic:
        return _Reading(signals, present, mark, recording.time_s)
    cycles = periodic.lead_cycles(recording.duration_s)
    margin_s = (2 * runner.delay_samples + 1) / runner.rate_hz
    longer = channels.at_rate(recording, runner.rate_hz, (cycles + 1) * recording.duration_s + margin_s, runner.sensors)
    return _Reading(*longer, mark, cycles * recording.duration_s + recording.time_s)


def _sampler(reading: _Reading, rate_hz: float, recording: Recording) -> Callable[[Array], Array]:
    """Function that brings a series (T, ...) from the model's time axis to the wanted times."""
    samples = len(reading.signals)
    if not recording.periodic and samples == recording.samples and rate_hz == recording.rate_hz:
        return lambda x: x
    time_s = np.arange(samples) / rate_hz
    at = np.minimum(reading.wanted_s, time_s[-1])
    return lambda x: np.asarray(CubicSpline(time_s, x)(at))


def _measured(reading: _Reading, rate_hz: float, sample: Callable[[Array], Array], used: list[int]) -> Array:
    """Signals that the model saw; NaN where there were none."""
    # single precision is what models read
    signals, present = reading.signals[:, used].astype(np.float32).astype(np.float64), reading.present[:, used]
    if present.all():
        return sample(signals)
    nearest = np.minimum(np.rint(reading.wanted_s * rate_hz).astype(int), len(present) - 1)
    return np.where(present[nearest] > 0, sample(signals), np.nan)


ADAPT = (
    "the model was not trained on this recording: sensors are taken to sit exactly as stated; "
    "adapt it to the recording (kinertia adapt) for better angles"
)
"""Said of every recording of gait that a model meets for the first time: nothing is wrong with it."""


def _warnings(stated_m: float | None, subject: Subject) -> tuple[str, ...]:
    """What speaks against a model that was trained on a recording; nothing for one that was not."""
    if stated_m is None or np.isclose(stated_m, subject.height_m, rtol=1e-4):
        return ()
    return (f"the model was trained on this recording with a height of {stated_m:.2f} m; give the same height, or train again",)


def estimate(runner: Runner, recording: Recording, method: str = "sspinnpose") -> Estimate:
    """Estimate movement dynamics of a recording, at its own rate and length.

    Parameters
    ----------
    runner : a model.
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
    ready = to_segments(recording)
    reading = _read(runner, ready)
    series = runner.run(reading.signals, reading.present, ready, reading.fingerprint)
    does = activity.classify(ready)
    if not ready.periodic:
        nearest = np.rint(np.arange(len(reading.signals)) * (ready.rate_hz / runner.rate_hz)).astype(int)
        at_rate = does[np.minimum(nearest, ready.samples - 1)]
        signals = np.where(reading.present > 0, reading.signals, np.nan)
        series = standing.blend(series, signals, at_rate, runner.rate_hz, ready, runner.sensors)
    sample = _sampler(reading, runner.rate_hz, ready)
    used = [k for k in range(len(runner.sensors)) if bool(reading.present[:, k].any())]
    measured, segments = _measured(reading, runner.rate_hz, sample, used), runner.sensors.segments
    series = replace(series, virtual=series.virtual[:, used])
    settled = None
    if not ready.periodic:
        marks = settling.settled(reading.present, runner.rate_hz, runner.delay_samples)
        # standing is answered from gravity, which needs no warming up
        settled = settling.nearest(marks, runner.rate_hz, reading.wanted_s) | (does == Activity.STANDING)
    carried = tuple(segments[k] for k in used)
    result = assemble(series, runner.rate_hz, ready, method, measured, carried, sample, does, settled)
    result = replace(result, bands=runner.calibration.bands(result, ready))
    stated_m = runner.stated_height_m(reading.fingerprint)
    return replace(
        result,
        bands=standing.bands(result, ready),
        output_delay_s=runner.delay_samples / runner.rate_hz,
        warnings=(*result.warnings, *_warnings(stated_m, ready.subject)),
        notes=(ADAPT,) if stated_m is None and result.in_gait.any() else (),
        seconds=time.perf_counter() - begin,
    )
