"""Inputs of networks: columns of sensor and channel, read from a recording in segment frames, mirrored, and what they tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from kinertia.recording import LOWER_BODY, Array, Recording, RecordingError
from kinertia.sensing import orientation, strapdown
from kinertia.sensing.sagittal import JOINTS
from kinertia.supervised.config import InputConfig

ACC, GYRO, INCLINATION = "acc", "gyro", "inclination"
SAGITTAL = ("acc_x", "acc_y", "gyro_z")
FULL = ("acc_x", "acc_y", "acc_z", "gyro_x", "gyro_y", "gyro_z")
ODD = ("acc_z", "gyro_x", "gyro_y")  # channels that change their sign in a mirror
HEIGHT, DURATION = "height", "duration"  # columns about the person and the cycle, the same at every sample [m, s]


@dataclass(frozen=True)
class Layout:
    """Columns by name: ``SEGMENT.CHANNEL``, then those without a segment."""

    names: tuple[str, ...]

    @classmethod
    def of(cls, config: InputConfig) -> Layout:
        """Columns of all seven sensors; a sensor set chooses among them afterwards."""
        channels = (FULL if config.axes == "full" else SAGITTAL) + ((INCLINATION,) if config.orientation else ())
        constant = (HEIGHT, DURATION) if config.reading == "cycles" else (HEIGHT,)
        return cls((*(f"{segment}.{channel}" for segment in LOWER_BODY.segments for channel in channels), *constant))

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


def read(recording: Recording, config: InputConfig) -> tuple[Layout, Array]:
    """Columns of a recording, (T, C) values; NaN for sensors that are not there, and where samples are missing.

    The recording, one periodic cycle or continuous, is in segment frames, at the rate at which it is wanted. RecordingError if
    no known segment carries a sensor.
    """
    if all(recording.sensor_index(segment) is None for segment in LOWER_BODY.segments):
        fix = "name the segment of each sensor"
        raise recording.error(f"none of the segments {', '.join(LOWER_BODY.segments)} carries a sensor", fix)
    columns = Layout.of(config)
    return columns, np.stack([_column(recording, *name.partition(".")[::2]) for name in columns.names], axis=-1)


def _column(recording: Recording, segment: str, channel: str) -> Array:
    if not channel:
        return np.full(recording.samples, recording.subject.height_m if segment == HEIGHT else recording.duration_s)
    missing = np.full(recording.samples, np.nan)
    if channel == INCLINATION:
        try:
            return (strapdown.segment_angle if recording.periodic else orientation.inclination)(recording, segment)
        except RecordingError:  # no sensor, or one with gaps: an integral has none
            return missing
    index, (kind, _, axis) = recording.sensor_index(segment), channel.partition("_")
    return missing if index is None else (recording.acc if kind == ACC else recording.gyro)[:, index, "xyz".index(axis)]


def mirror(columns: Layout, values: Array) -> Array:
    """(..., C) as seen in a mirror across the sagittal plane: the left leg takes the place of the right one."""
    parts = [name.partition(".") for name in columns.names]
    order = [columns.names.index(f"{other_side(segment)}{dot}{channel}") for segment, dot, channel in parts]
    return values[..., order] * np.array([-1.0 if channel in ODD else 1.0 for _, _, channel in parts])


def other_side(name: str) -> str:
    """The same on the other leg; names without a side stay."""
    return f"{name[:-1]}{'l' if name[-1] == 'r' else 'r'}" if name.endswith(("_r", "_l")) else name


def angles(x: Tensor, columns: Layout, targets: Sequence[str]) -> Tensor:
    """(..., K) joint angles [rad] as differences of inclinations, which a network that is told so only has to correct.

    Of inputs ``x`` (..., C) with units; zero for targets that are no angles, and where an inclination is not read or missing.
    """
    weights = torch.zeros(len(columns.names), len(targets))
    for k, name in enumerate(targets):
        kind, _, joint = name.partition(".")
        # cycles are seen from the right leg
        pair = JOINTS.get(joint if joint.endswith(("_r", "_l")) else f"{joint}_r") if kind == "angle" else None
        if pair is None:
            continue
        distal, proximal = (columns.index(f"{segment}.{INCLINATION}") for segment in pair)
        if distal is not None and proximal is not None:
            weights[distal, k], weights[proximal, k] = 1.0, -1.0
    return torch.nan_to_num(x, nan=0.0) @ weights.to(x)
