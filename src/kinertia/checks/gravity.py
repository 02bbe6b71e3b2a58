"""The size of gravity, and the offset of resting gyroscopes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from kinertia.checks.stage import Checked, faulty, names, standing
from kinertia.placement.fault import OFFSET_STANDING
from kinertia.recording import GRAVITY, Cause, Finding, Recording, Severity

STANDING_ERROR = OFFSET_STANDING / GRAVITY
MOVING = (0.35, 5.0)
"""While moving only a gross error shows: the median of a fast runner's foot reaches 41 m/s^2."""
MOST_OFFSET = 0.05
"""Offset of a resting gyroscope [rad/s], about 3 deg/s."""


@dataclass(frozen=True)
class Size:
    """Size of one sensor's specific force: mean vector while standing, else the median of all samples [m/s^2]."""

    sensor: str
    size: float
    standing: bool

    @property
    def ok(self) -> bool:
        """Within 7 % of gravity while standing; while moving only a gross error shows."""
        ratio = self.size / GRAVITY
        return abs(ratio - 1) < STANDING_ERROR if self.standing else MOVING[0] < ratio < MOVING[1]


def check(recording: Recording) -> Checked:
    """Size of gravity, offset of gyroscopes."""
    return recording, (*_gravity(recording), *_offset(recording))


def sizes(recording: Recording) -> list[Size | None]:
    """Size of the specific force of every sensor; None where it has no acceleration."""
    still = standing(recording)
    results: list[Size | None] = []
    for k, sensor in enumerate(recording.sensors):
        acc = recording.acc[:, k]
        good = np.isfinite(acc).all(axis=1)
        if (good & still).any():
            results.append(Size(sensor.name, float(np.linalg.norm(acc[good & still].mean(axis=0))), True))
        elif good.any():
            results.append(Size(sensor.name, float(np.median(np.linalg.norm(acc[good], axis=1))), False))
        else:
            results.append(None)
    return results


def _gravity(recording: Recording) -> Iterator[Finding]:
    known = faulty(recording)
    for result, skip in zip(sizes(recording), known, strict=True):
        if result is None or result.ok or skip:
            continue
        where = "while standing" if result.standing else "in the median"
        message = f"specific force is {result.size:.2f} m/s^2 {where}, expected {GRAVITY}"
        fix = "check range and calibration of the accelerometer"
        yield Finding(Cause.GRAVITY, Severity.WARNING, message, fix, (result.sensor,))


def _offset(recording: Recording) -> Iterator[Finding]:
    still = standing(recording)
    offset = np.zeros(len(recording.sensors))
    for k in range(len(recording.sensors)):
        good = still & np.isfinite(recording.gyro[:, k]).all(axis=1)
        if good.any():
            offset[k] = np.linalg.norm(recording.gyro[good, k].mean(axis=0))
    which = (offset > MOST_OFFSET) & ~faulty(recording)
    if which.any():
        message = f"gyroscope reads up to {np.rad2deg(offset[which].max()):.1f} deg/s while standing"
        fix = "calibrate the sensor, or let it lie still when it is switched on"
        yield Finding(Cause.OFFSET, Severity.WARNING, message, fix, names(recording, which), int(np.argmax(still)))
