"""One thing that is wrong with a recording's sensors, named."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What is wrong; held, lost and cut-off samples are named by the checks (:mod:`kinertia.checks`)."""

    MISSING = "missing"  # no sensor, or no signal, on a segment
    OFFSET = "offset"  # gravity has the wrong size
    EXCHANGED = "exchanged"  # on another segment or side than stated
    TURNED = "axes turned"  # signals said to be in segment axes are not
    MIRRORED = "axes mirrored"  # left-handed axes, or one signal with the wrong sign
    ACC_UNIT = "unit of acceleration"
    GYRO_UNIT = "unit of angular rate"
    RATE = "sampling rate"


@dataclass(frozen=True)
class Fault:
    """A fault and where."""

    kind: Kind  # what is wrong
    sensors: tuple[str, ...]  # names of the sensors concerned (of the segment, where there is no sensor); empty for all of them
    message: str  # a sentence for the user
    change: str = ""  # what ``--apply`` does about it; empty where nothing can be done
