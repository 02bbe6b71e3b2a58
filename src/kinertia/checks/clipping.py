"""Signals cut off at the end of their sensor's range; a curve through the samples beside restores the peaks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from kinertia.checks.stage import Checked, names
from kinertia.numerics.spline import CubicSpline
from kinertia.recording import GRAVITY, Array, Cause, Finding, Recording, Severity
from kinertia.recording.gaps import runs
from kinertia.recording.samples import cut_off

WORTH_A_WARNING = 0.002  # part of the samples
LEAST_RANGE = {"acceleration": 1.1 * GRAVITY, "angular rate": 1.5}
"""No sensor's range ends lower [m/s^2, rad/s]; extremes below come again by chance, in standing."""
PEAK_S = 0.4  # longest stretch at the end of a range that is a peak [s]
OVERSHOOT = 0.6  # a peak is taken to pass the range by less than this part of it


def check(recording: Recording) -> Checked:
    """Samples at the end of a sensor's range, acceleration and angular rate apart."""
    return recording, tuple(_clipped(recording))


def _clipped(recording: Recording) -> Iterator[Finding]:
    for name, array, unit, scale in (
        ("acceleration", recording.acc, "g", 1.0 / GRAVITY),
        ("angular rate", recording.gyro, "deg/s", 180.0 / np.pi),
    ):
        result = [cut_off(array[:, k]) for k in range(array.shape[1])]
        marks = [(mask.any(axis=1) & (end > LEAST_RANGE[name]), end) for mask, end in result]
        share = np.array([mask.mean() for mask, _ in marks])
        if not (share > 0).any():
            continue
        which = share > 0
        ends = sorted({f"{scale * end:.3g}" for (_, end), chosen in zip(marks, which, strict=True) if chosen}, key=float)
        severity = Severity.WARNING if share.max() > WORTH_A_WARNING else Severity.INFO
        message = (
            f"{name} is cut off at {' and '.join(ends[:3])} {unit}, the end of the range, in up to {100 * share.max():.1f} % "
            "of a sensor's samples; peaks are guessed from what is beside them"
        )
        first = min(int(np.argmax(mask)) for (mask, _), chosen in zip(marks, which, strict=True) if chosen)
        fix = "record with a larger range"
        yield Finding(Cause.CLIPPED, severity, message, fix, names(recording, which), first)


def restore(recording: Recording) -> Checked:
    """Peaks that were cut off are put back, once everything has been looked at."""
    acc = _restored(recording.acc, recording.rate_hz, LEAST_RANGE["acceleration"])
    gyro = _restored(recording.gyro, recording.rate_hz, LEAST_RANGE["angular rate"])
    return replace(recording, acc=acc, gyro=gyro), ()


def _restored(array: Array, rate_hz: float, least: float) -> Array:
    result = array.copy()
    for k in range(array.shape[1]):
        mask, end = cut_off(array[:, k])
        mask &= end > least
        for axis in np.flatnonzero(mask.any(axis=0)):
            values = result[:, k, axis]
            for start, stop in runs(mask[:, axis]):
                mask[start:stop, axis] = stop - start <= PEAK_S * rate_hz
            at, good = np.flatnonzero(mask[:, axis]), np.flatnonzero(~mask[:, axis] & np.isfinite(values))
            at = at[(at > good.min(initial=len(values))) & (at < good.max(initial=-1))]
            if not len(at):
                continue
            limit = np.abs(values[at])
            beyond = np.maximum(np.sign(values[at]) * CubicSpline(good, values[good])(at) / limit - 1.0, 0.0)
            # towards the largest overshoot, never quite there: a peak is no new end of a range
            values[at] *= 1.0 + OVERSHOOT * np.tanh(beyond / OVERSHOOT)
    return result
