"""What is wrong with a sensor's samples, whatever the movement: none, held, lost, cut off, in another unit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinertia.recording import Array
from kinertia.recording.gaps import runs

FROZEN_S = 0.2
"""Longest time for which a radio link repeats a sample where it lost the next."""
LOST_SHARE = 0.01
AT_LIMIT = 3
"""Fewest readings of the largest magnitude that are no chance where a sensor's range ends there."""
PILED_UP = 6
"""The same anywhere else."""
SAME = 1e-6
"""Values closer than this part of the largest are the same reading."""
RANGES = 9.81 * np.array([2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 32.0])
"""Ends of accelerometers' ranges [m/s^2]."""
NEAR = 0.02


@dataclass(frozen=True)
class Samples:
    """One sensor's samples.

    Attributes
    ----------
    absent : no acceleration or no angular rate at all.
    frozen_s : time for which nothing changes, in stretches longer than a lost packet [s].
    frozen_from : first sample of it, -1 for none.
    lost_share : part of the samples that is missing or repeats the one before.
    limit : value that the acceleration does not pass [m/s^2], NaN where it is not cut off.
    clipped : samples at the limit.
    """

    absent: bool
    frozen_s: float
    frozen_from: int
    lost_share: float
    limit: float
    clipped: int


def look(acc: Array, gyro: Array, rate_hz: float) -> Samples:
    """Look at one sensor; (T, 3) signals [m/s^2, rad/s] in its own axes, NaN where missing."""
    missing = np.isnan(acc).any(axis=1) | np.isnan(gyro).any(axis=1)
    if np.isnan(acc).all() or np.isnan(gyro).all():
        return Samples(True, 0.0, -1, 0.0, float("nan"), 0)
    same = (np.diff(acc, axis=0) == 0).all(axis=1) & (np.diff(gyro, axis=0) == 0).all(axis=1)
    shortest = max(round(FROZEN_S * rate_hz), 5)
    held = [(a, b) for a, b in runs(same) if b - a >= shortest]
    frozen = np.zeros(len(acc), dtype=bool)
    for a, b in held:
        frozen[a : b + 1] = True
    repeats = np.concatenate([[False], same]) & ~frozen
    limit, clipped = _limit(acc[~frozen & ~missing])
    return Samples(
        False,
        float(frozen.sum() / rate_hz),
        held[0][0] if held else -1,
        float((missing | repeats).mean()),
        limit,
        clipped,
    )


def _limit(acc: Array) -> tuple[float, int]:
    """Largest magnitude on any axis and how often it is read, if that is no chance."""
    if not len(acc):
        return float("nan"), 0
    size = np.abs(acc).max(axis=1)
    limit = float(size.max())
    count = int((size >= limit * (1.0 - SAME)).sum())
    below = int((size >= limit * (1.0 - NEAR)).sum()) - count
    at_range = bool((np.abs(RANGES / limit - 1.0) < NEAR).any())
    clipped = limit > RANGES[0] * (1.0 - NEAR) and count >= (AT_LIMIT if at_range else PILED_UP) and count >= below
    return (limit, count) if clipped else (float("nan"), 0)
