"""What is wrong with a sensor's samples, whatever the movement: none, held, lost, cut off."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinertia.recording import Array
from kinertia.recording.gaps import runs
from kinertia.recording.samples import cut_off, held, same_as_before

LOST_SHARE = 0.01


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
    if np.isnan(acc).all() or np.isnan(gyro).all():
        return Samples(True, 0.0, -1, 0.0, float("nan"), 0)
    missing = np.isnan(acc).any(axis=1) | np.isnan(gyro).any(axis=1)
    frozen = held(acc, rate_hz) & held(gyro, rate_hz)
    repeats = same_as_before(acc) & same_as_before(gyro) & ~frozen
    at_limit, limit = cut_off(acc)
    stretches = runs(frozen)
    return Samples(
        False,
        float(frozen.sum() / rate_hz),
        stretches[0][0] if stretches else -1,
        float((missing | repeats).mean()),
        limit,
        int(at_limit.any(axis=1).sum()),
    )
