"""Of how many samples of a sensor gait can be told; what is wrong with them is named by the checks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinertia.recording import Array
from kinertia.recording.samples import cut_off, held, same_as_before


@dataclass(frozen=True)
class SampleQuality:
    """One sensor's samples."""

    absent: bool  # no acceleration or no angular rate at all
    frozen_s: float  # time for which nothing changes, in stretches longer than a lost packet [s]
    lost_share: float  # part of the samples that is missing or repeats the one before
    clipped: int  # samples of the acceleration at a value that it does not pass


def assess(acc: Array, gyro: Array, rate_hz: float) -> SampleQuality:
    """Look at one sensor; (T, 3) signals [m/s^2, rad/s] in its own axes, NaN where missing."""
    if np.isnan(acc).all() or np.isnan(gyro).all():
        return SampleQuality(True, 0.0, 0.0, 0)
    missing = np.isnan(acc).any(axis=1) | np.isnan(gyro).any(axis=1)
    frozen = held(acc, rate_hz) & held(gyro, rate_hz)
    repeats = same_as_before(acc) & same_as_before(gyro) & ~frozen
    return SampleQuality(
        False,
        float(frozen.sum() / rate_hz),
        float((missing | repeats).mean()),
        int(cut_off(acc)[0].any(axis=1).sum()),
    )
