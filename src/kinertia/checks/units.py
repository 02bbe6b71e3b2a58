"""Are the signals in the units that they are said to be in?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kinertia.checks.gravity import sizes
from kinertia.checks.stage import Looked, names
from kinertia.recording import Cause, Finding, Recording, Severity

IN_G = (0.5, 2.0)
COUNTS = 300.0
MOST_RATE = 20.0
LEAST_MOVING = 1.0
LEAST_RATE = 0.15


def look(recording: Recording) -> Looked:
    """Accelerations in g, mg or counts, angular rates in deg/s or converted twice."""
    return recording, (*_acceleration(recording), *_rate(recording))


def _acceleration(recording: Recording) -> Iterator[Finding]:
    size = np.array([np.nan if result is None else result.size for result in sizes(recording)])
    for which, what, fix in (
        ((size > IN_G[0]) & (size < IN_G[1]), "g", "state the unit g"),
        (size > COUNTS, "mg or raw counts", "state the unit, or scale the counts"),
    ):
        if which.any():
            message = f"acceleration is about {np.median(size[which]):.2f} in size: it looks like {what}"
            yield Finding(Cause.ACC_UNIT, Severity.ERROR, message, fix, names(recording, which))


def _rate(recording: Recording) -> Iterator[Finding]:
    count = len(recording.sensors)
    large, small, most = np.zeros(count, dtype=bool), np.zeros(count, dtype=bool), 0.0
    for k in range(count):
        size = np.linalg.norm(recording.gyro[:, k], axis=1)
        size = size[np.isfinite(size)]
        if not len(size):
            continue
        large[k] = np.percentile(size, 95) > MOST_RATE
        most = max(most, float(np.percentile(size, 95))) if large[k] else most
        moving = np.nanstd(recording.acc[:, k], axis=0).max() if np.isfinite(recording.acc[:, k]).any() else 0.0
        small[k] = moving > LEAST_MOVING and 0 < np.percentile(size, 99) < LEAST_RATE
    if large.any():
        message = f"angular rate exceeds {most:.0f} rad/s in 5 % of samples: it looks like deg/s or raw counts"
        yield Finding(Cause.GYRO_UNIT, Severity.ERROR, message, "state the unit deg/s", names(recording, large))
    if small.any():
        message = "angular rate is tiny although the sensor moves: it looks converted twice"
        yield Finding(Cause.GYRO_UNIT, Severity.ERROR, message, "check the unit of the gyroscope", names(recording, small))
