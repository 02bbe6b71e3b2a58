"""One thing that was noticed about a recording: what it is, where, how much it matters, what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding matters."""

    ERROR = "error"  # an estimate would be wrong
    WARNING = "warning"  # an estimate may suffer, or something was mended
    INFO = "info"  # worth knowing


class Cause(StrEnum):
    """What is wrong, in the order in which causes are looked for: an earlier one explains later ones."""

    # can the numbers be?
    LAYOUT = "layout of the file"
    ABSENT = "sensor absent"
    TWICE = "one sensor twice"
    IMPOSSIBLE = "impossible values"
    DOUBLED = "doubled samples"
    FROZEN = "frozen"
    DEAD = "ends early"
    CLIPPED = "clipped"
    # units, of signals and of what is stated
    ACC_UNIT = "unit of acceleration"
    GYRO_UNIT = "unit of angular rate"
    FREE_ACCELERATION = "gravity removed"
    MASS = "mass"
    HEIGHT = "height"
    POSITION = "sensor position"
    # time stamps
    TIME_UNIT = "unit of time"
    TIME_STAMPS = "time stamps"
    RATE = "sampling rate"
    # gravity
    GRAVITY = "size of gravity"
    OFFSET = "gyroscope offset"
    GRAVITY_DOWN = "sign of acceleration"
    # gaps
    MISSING = "missing samples"
    # one clock
    SENSOR_RATE = "rate of one sensor"
    LATE = "one sensor late"
    # where sensors sit
    UPSIDE_DOWN = "sensor turned round"
    GYRO_SIGN = "sign of angular rate"
    AXES = "axes exchanged"
    LEFT_HANDED = "left-handed axes"
    EXCHANGED = "sensors exchanged"
    SLIPPED = "sensor slipped"
    # the movement
    STANDING_ONLY = "standing only"
    NO_GAIT = "no gait"


@dataclass(frozen=True)
class Finding:
    """One thing noticed."""

    cause: Cause  # what it is
    severity: Severity  # how much it matters
    message: str  # a sentence for the user, without the names of file and sensor
    fix: str = ""  # what the user can do; empty where nothing need be done
    sensors: tuple[str, ...] = ()  # names of the sensors concerned; empty for the whole recording
    sample: int | None = None  # first sample concerned, if any
    mended: bool = False  # the recording at hand no longer has it: it was undone, or left out

    def __repr__(self) -> str:
        return f"<{self.severity.value}: {self.sentence}>"

    @property
    def sentence(self) -> str:
        """Sensor, message, first sample and fix in one line."""
        where = ""
        if self.sensors:
            where = f"sensor{'s' if len(self.sensors) > 1 else ''} {', '.join(self.sensors)}: "
        at = "" if self.sample is None else f" (first at sample {self.sample})"
        return f"{where}{self.message}{at}" + (f"; {self.fix}" if self.fix else "")
