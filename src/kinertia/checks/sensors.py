"""Whether the sensors sit where, and as, they are said to."""

from __future__ import annotations

from kinertia.checks.stage import Looked
from kinertia.placing.fault import Fault, Kind
from kinertia.placing.place import place
from kinertia.recording import Cause, Finding, Frame, Recording, Severity

CAUSES = {
    Kind.OFFSET: Cause.GRAVITY,
    Kind.EXCHANGED: Cause.EXCHANGED,
    Kind.TURNED: Cause.AXES,
    Kind.MIRRORED: Cause.LEFT_HANDED,
    Kind.ACC_UNIT: Cause.ACC_UNIT,
    Kind.GYRO_UNIT: Cause.GYRO_UNIT,
    Kind.RATE: Cause.RATE,
}
FIX = "`kinertia place` shows more, and `--apply --out FILE` puts it right"


def look(recording: Recording) -> Looked:
    """What steady gait shows of sensors in axes of their own."""
    if recording.frame is not Frame.SENSOR:
        return recording, ()
    return recording, tuple(_finding(fault) for fault in place(recording).faults if fault.kind in CAUSES)


def _finding(fault: Fault) -> Finding:
    return Finding(CAUSES[fault.kind], Severity.WARNING, fault.message, FIX, fault.sensors)
