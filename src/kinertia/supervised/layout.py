"""Columns of what networks read: which sensor, which channel; their mirror image and their choice."""

from __future__ import annotations

from dataclasses import dataclass

from kinertia.recording import LOWER_BODY
from kinertia.supervised.config import InputConfig

ACC, GYRO, INCLINATION = "acc", "gyro", "inclination"
SAGITTAL = ("acc_x", "acc_y", "gyro_z")
FULL = ("acc_x", "acc_y", "acc_z", "gyro_x", "gyro_y", "gyro_z")
ODD = ("acc_z", "gyro_x", "gyro_y")
"""Channels that change their sign in a mirror."""
HEIGHT, DURATION = "height", "duration"
"""Columns about the person and the cycle, the same at every sample [m, s]."""


@dataclass(frozen=True)
class Layout:
    """Columns by name: ``SEGMENT.CHANNEL``, then those without a segment."""

    names: tuple[str, ...]

    @property
    def segments(self) -> tuple[str, ...]:
        """Segments whose sensors are read."""
        return tuple(dict.fromkeys(name.partition(".")[0] for name in self.names if "." in name))

    def index(self, name: str) -> int | None:
        """Column of a name, None where there is none."""
        return self.names.index(name) if name in self.names else None

    def choose(self, segments: tuple[str, ...]) -> tuple[Layout, list[int]]:
        """Layout of some of the sensors only, and the columns that are kept."""
        kept = [i for i, name in enumerate(self.names) if "." not in name or name.partition(".")[0] in segments]
        return Layout(tuple(self.names[i] for i in kept)), kept

    def mirrored(self) -> tuple[list[int], list[float]]:
        """Column that each column is seen as in a mirror across the sagittal plane, and its sign."""
        order = [self.names.index(_other(name)) for name in self.names]
        return order, [-1.0 if name.rpartition(".")[2] in ODD else 1.0 for name in self.names]


def of(config: InputConfig) -> Layout:
    """Columns of all seven sensors; a sensor set chooses among them afterwards."""
    channels = (FULL if config.axes == "full" else SAGITTAL) + ((INCLINATION,) if config.orientation else ())
    constant = (HEIGHT, DURATION) if config.reading == "cycles" else (HEIGHT,)
    return Layout((*(f"{segment}.{channel}" for segment in LOWER_BODY.segments for channel in channels), *constant))


def _other(name: str) -> str:
    segment, dot, channel = name.partition(".")
    return f"{other_side(segment)}{dot}{channel}"


def other_side(name: str) -> str:
    """The same on the other leg; names without a side stay."""
    if name.endswith("_r"):
        return f"{name[:-2]}_l"
    return f"{name[:-2]}_r" if name.endswith("_l") else name
