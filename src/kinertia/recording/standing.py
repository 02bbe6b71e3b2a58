"""Where a recording stands still."""

from __future__ import annotations

import numpy as np

from kinertia.numerics.signals import moving_mean
from kinertia.recording.gaps import runs
from kinertia.recording.recording import Array, Recording

STILL_RATE = 0.3  # rad/s, root mean square of the angular rate less its offset
STILL_ACC = 0.4  # m/s^2, standard deviation of the specific force
WINDOW_S = 0.5
LEAST_AVAILABLE = 0.5
"""Part of the sensors by which standing is told."""


def standing_periods(recording: Recording, *, min_s: float = 1.0) -> list[tuple[int, int]]:
    """Stretches where every sensor with readings is still, as sample ranges (start, stop), stop exclusive.

    Still means that over half a second the specific force varies by less than 0.4 m/s^2 and the angular rate by less than
    0.3 rad/s (standard deviations of the vectors), so that a gyroscope's constant offset does not hide it. At least half of the
    sensors have to live; one that has died hides nothing.

    ``recording``: continuous recording; one periodic gait cycle has no standing; ``min_s``: shortest stretch [s].
    """
    window = max(int(WINDOW_S * recording.rate_hz), 3)
    if recording.periodic or recording.samples < window:
        return []
    still, count, known = np.ones(recording.samples, dtype=bool), np.zeros(recording.samples), 0
    for k in range(len(recording.sensors)):
        signals = [
            (array[:, k], limit)
            for array, limit in ((recording.acc, STILL_ACC), (recording.gyro, STILL_RATE))
            if not np.isnan(array[:, k]).all()
        ]
        if not signals:
            continue
        known += 1
        available = np.ones(recording.samples, dtype=bool)
        for values, limit in signals:
            deviation = _deviation(values, window)
            available &= np.isfinite(deviation)
            still &= (deviation < limit) | np.isinf(deviation)
        count += available
    still &= count >= max(LEAST_AVAILABLE * known, 1)
    shortest = int(min_s * recording.rate_hz)
    return [(a, b) for a, b in runs(still) if b - a >= shortest]


def _deviation(values: Array, window: int) -> Array:
    """(T,) moving standard deviation of a (T, 3) vector; infinite near missing samples."""
    missing = np.asarray(~np.isfinite(values).all(axis=1))
    filled = np.where(missing[:, None], 0.0, values)
    filled = filled - filled.mean(axis=0)  # keeps the difference of squares accurate
    mean = moving_mean(filled, window)
    square = moving_mean(filled**2, window)
    deviation = np.sqrt(np.maximum((square - mean**2).sum(axis=1), 0.0))
    near = moving_mean(missing.astype(np.float64), window) > 0.5 / window
    return np.where(near, np.inf, deviation)
