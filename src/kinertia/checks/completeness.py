"""Which sensors there are: one per segment, each with its own signals."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kinertia.checks.stage import Checked
from kinertia.recording import LOWER_BODY, Cause, Finding, Recording, Severity

SAME_SHARE = 0.5
"""Two sensors never read the same; doubled streams do, but for samples that either lost."""


def check(recording: Recording) -> Checked:
    """Segments with two sensors or none, streams that are copies, sensors without a signal."""
    return recording, (*_segments(recording), *_copies(recording), *_silent(recording))


def _segments(recording: Recording) -> Iterator[Finding]:
    stated = [sensor.segment for sensor in recording.sensors]
    for segment in LOWER_BODY.segments:
        which = tuple(sensor.name for sensor in recording.sensors if sensor.segment == segment)
        if len(which) > 1:
            message = f"{segment} has more than one sensor"
            yield Finding(Cause.TWICE, Severity.ERROR, message, "keep one, or correct the placement", which)
    absent = [segment for segment in LOWER_BODY.segments if segment not in stated]
    if len(absent) == len(LOWER_BODY):
        message = "no sensor is placed on a segment of the model"
        fix = f"name the segments ({', '.join(LOWER_BODY.segments)}) in a placement file"
        yield Finding(Cause.ABSENT, Severity.ERROR, message, fix)
    elif absent:
        message = f"no sensor on {', '.join(absent)}"
        yield Finding(Cause.ABSENT, Severity.INFO, message, "estimates there follow from the other sensors")


def _copies(recording: Recording) -> Iterator[Finding]:
    for k, sensor in enumerate(recording.sensors):
        for other in range(k):
            known = np.isfinite(recording.acc[:, [k, other]]).all(axis=(1, 2))
            same = (recording.acc[known, k] == recording.acc[known, other]).all(axis=1)
            if known.sum() > 10 and same.mean() > SAME_SHARE:
                named = (recording.sensors[other].name, sensor.name)
                message = "their accelerations are the same: one stream was exported twice"
                yield Finding(Cause.TWICE, Severity.ERROR, message, "leave one out, or export again", named)


def _silent(recording: Recording) -> Iterator[Finding]:
    for what, array in (("acceleration", recording.acc), ("angular rate", recording.gyro)):
        which = tuple(s.name for k, s in enumerate(recording.sensors) if np.isnan(array[:, k]).all())
        if which:
            fix = "record accelerations" if what == "acceleration" else "record gyroscopes; nothing is estimated without"
            if what == "angular rate" and recording.orientation is not None:
                fix = "derive it from their orientation with --gyro-from-orientation, or record gyroscopes"
            severity = Severity.ERROR if len(which) == len(recording.sensors) else Severity.WARNING
            yield Finding(Cause.ABSENT, severity, f"no {what}", fix, which)
