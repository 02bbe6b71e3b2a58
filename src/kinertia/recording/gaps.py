"""Missing samples: finding them, filling the short ones, and time stamps that jitter."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from kinertia.numerics.spline import CubicSpline, MonotoneCubic
from kinertia.recording.errors import RecordingError
from kinertia.recording.recording import Array, Recording

MAX_FILL_S = 0.05
"""Longest gap that is filled: a fiftieth of a stride of shape is lost at most."""


@dataclass(frozen=True)
class Gap:
    """Samples ``start`` to ``stop`` (exclusive) of ``signal`` (acc, gyro, orientation) missing at sensor index ``sensor``."""

    sensor: int
    signal: str
    start: int
    stop: int

    @property
    def samples(self) -> int:
        return self.stop - self.start


def runs(mask: np.ndarray) -> list[tuple[int, int]]:
    """Stretches of True in a (T,) mask as (start, stop), stop exclusive."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def find(recording: Recording) -> list[Gap]:
    """All gaps in acceleration, angular rate and orientation, by sensor; a sensor without a signal at all is no gap."""
    gaps = []
    for signal in ("acc", "gyro", "orientation"):
        array: Array | None = getattr(recording, signal)
        if array is None:
            continue
        for k in range(len(recording.sensors)):
            missing = np.asarray(np.isnan(array[:, k]).any(axis=1))
            if not missing.all():
                gaps.extend(Gap(k, signal, start, stop) for start, stop in runs(missing))
    return sorted(gaps, key=lambda gap: (gap.sensor, gap.signal, gap.start))


def fill(recording: Recording, *, max_s: float = MAX_FILL_S, method: Literal["cubic", "linear"] = "cubic") -> Recording:
    """Fill short gaps; longer ones, and gaps at either end, stay NaN.

    Parameters
    ----------
    recording : signals with NaN where missing. Truth is left as it is.
    max_s : longest gap to fill [s].
    method : through the four nearest samples (monotone cubic, which cannot overshoot a peak), or a straight line.

    Returns
    -------
    Copy with filled ``acc``, ``gyro`` and ``orientation``; one periodic cycle is filled across its end.
    """
    limit = int(np.floor(max_s * recording.rate_hz + 1e-9))
    arrays = {name: getattr(recording, name) for name in ("acc", "gyro", "orientation")}
    arrays = {name: array.copy() for name, array in arrays.items() if array is not None}
    for k in range(len(recording.sensors)):
        for name, array in arrays.items():
            if np.isnan(array[:, k]).any() and not np.isnan(array[:, k]).any(axis=1).all():
                array[:, k] = _fill_signal(array[:, k], limit, method, recording.periodic, name == "orientation")
    return replace(recording, **arrays)


def _fill_signal(values: Array, limit: int, method: str, periodic: bool, rotation: bool) -> Array:
    """The (T, C) signal with its short gaps filled."""
    samples = len(values)
    offset = samples if periodic else 0
    signal = np.concatenate([values] * 3) if periodic else values.copy()
    missing = np.asarray(np.isnan(signal).any(axis=1))
    good = np.flatnonzero(~missing)
    known = _continuous_signs(signal[good]) if rotation else signal[good]
    gaps = runs(missing)
    short = [(a, b) for a, b in gaps if b - a <= limit and a > 0 and b < len(signal)]
    at = np.concatenate([np.arange(a, b) for a, b in short]) if short else np.zeros(0, dtype=int)
    if len(at):
        if method == "cubic":
            signal[at] = MonotoneCubic(good, known)(at)
        else:
            signal[at] = np.stack([np.interp(at, good, column) for column in known.T], axis=1)
        if rotation:
            signal[at] /= np.linalg.norm(signal[at], axis=1, keepdims=True)
    return signal[offset : offset + samples]


def _continuous_signs(quaternions: Array) -> Array:
    """Quaternions with signs chosen so that neighbours lie on one side (q and -q are the same rotation)."""
    flip = np.where(np.einsum("ij,ij->i", quaternions[1:], quaternions[:-1]) < 0, -1.0, 1.0)
    return quaternions * np.concatenate([[1.0], np.cumprod(flip)])[:, None]


@dataclass(frozen=True)
class Uniform:
    """Signals on an even time grid.

    Attributes
    ----------
    values : (T, C); NaN where the time stamps leave a gap or the input is NaN.
    rate_hz : sampling rate [Hz].
    warnings : what was done.
    """

    values: Array
    rate_hz: float
    warnings: tuple[str, ...]


def to_uniform(time_s: Array, values: Array, *, rate_hz: float | None = None, file: str = "") -> Uniform:
    """Bring time-stamped samples to an even grid.

    Parameters
    ----------
    time_s : (T,) increasing time stamps [s].
    values : (T, C) samples.
    rate_hz : rate of the grid; default: one over the median step.
    file : for errors.

    Returns
    -------
    The samples as they are when no stamp is off by more than 2 % of a step; else a cubic spline through them at even times.
    Where stamps are more than 1.5 steps apart, the samples between are NaN.

    Raises
    ------
    RecordingError : fewer than two samples, missing or decreasing stamps, naming the sample.
    """
    if len(time_s) < 2:
        raise RecordingError("has fewer than two samples", file=file, sensor="time", fix="the file looks truncated")
    if np.isnan(time_s).any():
        raise RecordingError(
            "time stamp is missing", file=file, sensor="time", sample=int(np.argmax(np.isnan(time_s))), fix="delete it"
        )
    steps = np.diff(time_s)
    if (steps <= 0).any():
        raise RecordingError(
            "time does not increase",
            file=file,
            sensor="time",
            sample=int(np.argmax(steps <= 0)) + 1,
            fix="sort the rows, delete doubles",
        )
    rate = rate_hz or 1.0 / float(np.median(steps))
    if rate_hz is None and steps.max() < 1.5 * np.median(steps):
        rate = (len(time_s) - 1) / float(time_s[-1] - time_s[0])  # without gaps the ends give the rate best
    samples = round(float(time_s[-1] - time_s[0]) * rate) + 1
    if samples > 100 * len(time_s):
        raise RecordingError(
            "the time stamps leave more gap than signal",
            file=file,
            sensor="time",
            sample=int(np.argmax(steps)) + 1,
            fix="check the unit of time",
        )
    grid = time_s[0] + np.arange(samples) / rate
    if samples == len(time_s) and np.abs(time_s - grid).max() * rate <= 0.02:
        return Uniform(values, rate, ())
    warnings = []
    jitter = float(np.abs(steps[steps < 1.5 / rate] * rate - 1).max(initial=0.0))
    if jitter > 0.02:
        warnings.append(f"time stamps jitter by up to {100 * jitter:.0f} % of a step; resampled evenly at {rate:.4g} Hz")
    result = at_times(grid, time_s, values, rate)
    holes = np.flatnonzero(steps >= 1.5 / rate)
    if len(holes):
        warnings.append(
            f"{len(holes)} gaps in the time stamps, first after sample {int(holes[0])}; the samples between are missing"
        )
    return Uniform(result, rate, tuple(warnings))


def at_times(wanted_s: Array, time_s: Array, values: Array, rate_hz: float) -> Array:
    """Samples at other times, by a cubic spline.

    Parameters
    ----------
    wanted_s : (N,) times [s].
    time_s : (T,) increasing time stamps [s].
    values : (T, C) samples.
    rate_hz : rate of the samples [Hz].

    Returns
    -------
    (N, C); NaN beyond the ends, and between samples more than 1.5 steps apart.
    """
    result = np.full((len(wanted_s), values.shape[1]), np.nan)
    for c in range(values.shape[1]):
        good = np.isfinite(values[:, c])
        if good.sum() >= 2:
            known = time_s[good]
            inside = (wanted_s >= known[0] - 1e-9) & (wanted_s <= known[-1] + 1e-9)
            after = np.clip(np.searchsorted(known, wanted_s), 1, len(known) - 1)
            nearest = np.minimum(np.abs(known[after] - wanted_s), np.abs(wanted_s - known[after - 1]))
            inside &= (known[after] - known[after - 1] < 1.5 / rate_hz) | (nearest < 0.02 / rate_hz)
            result[inside, c] = CubicSpline(known, values[good, c])(wanted_s[inside])
    return result
