"""Run a model over a recording, whatever computes it: a trained network or an exported one."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kinertia.estimation import standing
from kinertia.estimation.estimate import Activity, Estimate
from kinertia.estimation.series import Sampler, Series, assemble
from kinertia.numerics.spline import CubicSpline
from kinertia.recording import Array, Recording, SensorSet, channels, periodic
from kinertia.sensing import activity
from kinertia.sensing.alignment import to_segments
from kinertia.uncertainty.calibration import Calibration, Uncalibrated

WARM_UP_S = 1.0
"""After a start, or after a sensor is lost or returns. Shipped models begun anew within five recordings of walking (gait
toolbox, HuGaDB) against the same models over the whole: angles 8 to 14 deg apart at 0.1 to 0.2 s, 1.2 to 2.6 deg at 0.5 to
0.75 s, 0.3 to 1.1 deg (0.3 % BWBH, 0.05 BW) at 1 to 1.5 s. A sensor that returns: 1.3 deg after 0.5 s, 0.3 deg after 1 s."""
Progress = Callable[[int], None]  # called with the number of samples done since the last call


@dataclass(frozen=True)
class Runner:
    """A model that turns signals into series."""

    sensors: SensorSet  # what it reads: S segments, C channels of each
    rate_hz: float  # of the signals it reads
    delay_samples: int  # how far its outputs are behind them
    weights: str  # fingerprint of its weights
    calibration: Calibration | Uncalibrated  # what the bands around its outputs follow from
    # height that was stated for the recording of a fingerprint in training; None for one it was not trained on
    stated_height_m: Callable[[str], float | None]
    # series of (T, S, C) signals, zero where not ``present``; the recording, with its fingerprint, gives person and sensors
    run: Callable[[Array, Array, Recording, str, Progress | None], Series]
    tells_progress: bool = False  # whether ``run`` calls what it is given for that


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


def _sampler(reading: _Reading, rate_hz: float, recording: Recording) -> Sampler:
    samples = len(reading.signals)
    if not recording.periodic and samples == recording.samples and rate_hz == recording.rate_hz:
        return lambda x: x
    time_s = np.arange(samples) / rate_hz
    at = np.minimum(reading.wanted_s, time_s[-1])
    return lambda x: np.asarray(CubicSpline(time_s, x)(at))


def _measured(reading: _Reading, rate_hz: float, sample: Sampler, used: list[int]) -> Array:
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


def estimate(runner: Runner, recording: Recording, method: str = "sspinnpose", progress: Progress | None = None) -> Estimate:
    """Estimate movement dynamics of a recording in sensor or segment axes, at its own rate and length; truth is not read.

    A periodic cycle is repeated, and the last complete repetition is reported. ``method`` is the name to write into the result.
    The value at a sample uses signals up to ``output_delay_s`` after it (causal cells). RecordingError: the recording cannot be
    aligned or has no usable sensor.
    """
    begin = time.perf_counter()
    ready = to_segments(recording)
    reading = _read(runner, ready)
    series = runner.run(reading.signals, reading.present, ready, reading.fingerprint, progress)
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
        marks = settled_samples(reading.present, runner.rate_hz, runner.delay_samples)
        # standing is answered from gravity, which needs no warming up
        settled = _nearest(marks, runner.rate_hz, reading.wanted_s) | (does == Activity.STANDING)
    carried = tuple(segments[k] for k in used)
    result = assemble(series, runner.rate_hz, ready, method, measured, carried, sample, does, settled)
    result = replace(result, bands=runner.calibration.bands(result, ready))
    stated_m = runner.stated_height_m(reading.fingerprint)
    warnings = result.warnings
    if stated_m is not None and not np.isclose(stated_m, ready.subject.height_m, rtol=1e-4):
        trained = f"the model was trained on this recording with a height of {stated_m:.2f} m"
        warnings = (*warnings, f"{trained}; give the same height, or train again")
    return replace(
        result,
        bands=standing.bands(result, ready),
        output_delay_s=runner.delay_samples / runner.rate_hz,
        warnings=warnings,
        notes=(ADAPT,) if stated_m is None and result.in_gait.any() else (),
        seconds=time.perf_counter() - begin,
    )


def settled_samples(present: Array, rate_hz: float, ahead: int) -> NDArray[np.bool_]:
    """(T,) where a network's values may be judged, from (T, S, C) 1 where it saw a signal.

    False for :data:`WARM_UP_S` after the start and after each loss or return of a signal, while there is no signal at all, and
    in the last samples, which look ``ahead`` past the end.
    """
    seen = (present > 0).reshape(len(present), -1)
    result: NDArray[np.bool_] = np.asarray(seen.any(axis=1))
    for change in (0, *(np.flatnonzero((seen[1:] != seen[:-1]).any(axis=1)) + 1).tolist()):
        result[change : change + round(WARM_UP_S * rate_hz)] = False
    result[max(len(seen) - ahead, 0) :] = False
    return result


def _nearest(settled_at: NDArray[np.bool_], rate_hz: float, wanted_s: Array) -> NDArray[np.bool_]:
    """(N,) True at the wanted times [s] that lie between flagged samples (T,) of another rate."""
    at = np.minimum(wanted_s * rate_hz, len(settled_at) - 1)
    # a time that misses a sample by rounding alone lies on it
    low, high = (np.clip(x.astype(int), 0, len(settled_at) - 1) for x in (np.floor(at + 1e-6), np.ceil(at - 1e-6)))
    return settled_at[low] & settled_at[high]
