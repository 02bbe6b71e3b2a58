"""Is a signal cut off at the end of its sensor's range?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kinertia.checks.stage import GRAVITY, Looked, names
from kinertia.recording import Cause, Finding, Recording, Severity
from kinertia.recording.samples import cut_off

WORTH_A_WARNING = 0.002
"""Part of the samples."""


def look(recording: Recording) -> Looked:
    """Samples at the end of a sensor's range, acceleration and angular rate apart."""
    return recording, tuple(_clipped(recording))


def _clipped(recording: Recording) -> Iterator[Finding]:
    for name, array, unit, scale in (
        ("acceleration", recording.acc, "g", 1.0 / GRAVITY),
        ("angular rate", recording.gyro, "deg/s", 180.0 / np.pi),
    ):
        marks = [cut_off(array[:, k]) for k in range(array.shape[1])]
        share = np.array([mask.mean() for mask, _ in marks])
        if not (share > 0).any():
            continue
        which = share > 0
        ends = sorted({f"{scale * end:.3g}" for (_, end), chosen in zip(marks, which, strict=True) if chosen}, key=float)
        severity = Severity.WARNING if share.max() > WORTH_A_WARNING else Severity.INFO
        message = (
            f"{name} is cut off at {' and '.join(ends[:3])} {unit}, the end of the range, in up to {100 * share.max():.1f} % "
            "of a sensor's samples"
        )
        first = min(int(np.argmax(mask)) for (mask, _), chosen in zip(marks, which, strict=True) if chosen)
        fix = "record with a larger range; peaks are lost there"
        yield Finding(Cause.CLIPPED, severity, message, fix, names(recording, which), first)
