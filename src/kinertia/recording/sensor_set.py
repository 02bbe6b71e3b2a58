"""Which segments carry sensors, and which of their axes a model reads.

Shapes in docstrings refer to a set: S sensors of C channels each, in its order.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from kinertia.recording.recording import Array, Sensor

AXES = ("acc_x", "acc_y", "acc_z", "gyro_x", "gyro_y", "gyro_z")
"""Channels of one IMU in segment frames: specific force [m/s^2] and angular rate [rad/s]."""
SAGITTAL = ("acc_x", "acc_y", "gyro_z")  # channels that motion in the sagittal plane shows in
ALL = "all"
PARTS = {"P": "pelvis", "T": "femur", "S": "tibia", "F": "foot"}
_ITEM = re.compile(r"([PTSF])([rl]?)")


@dataclass(frozen=True)
class SensorSet:
    """Sensors that a model reads.

    ValueError if there is no segment or channel, one comes twice, or a channel is not known or out of order.
    """

    segments: tuple[str, ...]  # S names of segments, one sensor each, in the order of every array over sensors.
    channels: tuple[str, ...] = SAGITTAL
    """C of acc_x, acc_y, acc_z, gyro_x, gyro_y, gyro_z, in that order, the same for every sensor."""

    def __post_init__(self) -> None:
        if not self.segments or len(set(self.segments)) != len(self.segments):
            raise ValueError(f"sensor set of {', '.join(self.segments) or 'no segment'}: name each segment once")
        if not self.channels or self.channels != tuple(axis for axis in AXES if axis in self.channels):
            given = ", ".join(self.channels) or "none"
            raise ValueError(f"sensor set with channels {given}: give some of {', '.join(AXES)}, in this order")

    def __len__(self) -> int:
        """S, the number of sensors."""
        return len(self.segments)

    @property
    def shape(self) -> tuple[int, int]:
        """S, C."""
        return len(self.segments), len(self.channels)

    @property
    def size(self) -> int:
        """S C, the number of signals."""
        return len(self.segments) * len(self.channels)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """S C names of signals, ``<segment>_<channel>``, sensor after sensor."""
        return tuple(f"{segment}_{channel}" for segment in self.segments for channel in self.channels)

    @cached_property
    def axes(self) -> tuple[int, ...]:
        """Position of each channel in :data:`AXES`."""
        return tuple(AXES.index(channel) for channel in self.channels)

    @cached_property
    def acc(self) -> slice:
        """The accelerometer's channels among C."""
        return slice(0, sum(axis < 3 for axis in self.axes))

    @cached_property
    def gyro(self) -> slice:
        """The gyroscope's channels among C."""
        return slice(self.acc.stop, len(self.channels))

    def index(self, segment: str) -> int:
        """Position of a segment; ValueError if it is not in the set."""
        if segment not in self.segments:
            raise ValueError(f"no sensor on {segment} in the set {', '.join(self.segments)}")
        return self.segments.index(segment)

    def columns(self, segment: str) -> slice:
        """Where a segment's C channels stand among the S C signals; ValueError as :meth:`index`."""
        begin = self.index(segment) * len(self.channels)
        return slice(begin, begin + len(self.channels))

    def subset(self, segments: Collection[str]) -> SensorSet:
        """The sensors on some segments, in the order of this set."""
        return SensorSet(tuple(segment for segment in self.segments if segment in segments), self.channels)

    def arrange(self, signals: Array, source: SensorSet) -> Array:
        """(..., S, C) signals of this set from those of another; NaN where that one has none."""
        if source == self:
            return signals
        arranged = np.full((*signals.shape[:-2], *self.shape), np.nan)
        rows = [segment for segment in self.segments if segment in source.segments]
        columns = [channel for channel in self.channels if channel in source.channels]
        here = np.ix_([self.segments.index(r) for r in rows], [self.channels.index(c) for c in columns])
        there = np.ix_([source.segments.index(r) for r in rows], [source.channels.index(c) for c in columns])
        arranged[..., *here] = signals[..., *there]
        return arranged

    def positions(self, sensors: Iterable[Sensor]) -> tuple[int | None, ...]:
        """For each segment the position of the first sensor on it; None where there is none."""
        on = [sensor.segment for sensor in sensors]
        return tuple(on.index(segment) if segment in on else None for segment in self.segments)

    def covered_by(self, sensors: Iterable[Sensor]) -> bool:
        """Whether every segment carries one of ``sensors``."""
        return {sensor.segment for sensor in sensors} >= set(self.segments)


LOWER_BODY = SensorSet(("pelvis", "femur_r", "tibia_r", "foot_r", "femur_l", "tibia_l", "foot_l"))
"""Of models that name no other."""


def by_initials(name: str) -> SensorSet:
    """Part of :data:`LOWER_BODY` by initials: P pelvis, T thighs, S shanks, F feet; with r or l behind, of one side.

    ``name`` is ``all``, or initials such as ``FST``, ``FrTr`` or ``PTS``; ValueError if it is not understood.
    """
    if name == ALL:
        return LOWER_BODY
    items = _ITEM.findall(name)
    if not items or "".join(f"{part}{side}" for part, side in items) != name:
        raise ValueError(
            f"sensor set {name!r}: give {ALL}, or initials of P pelvis, T thighs, S shanks, F feet, each with r or l "
            "behind it for one side, such as FT or FrTr"
        )
    if ("P", "r") in items or ("P", "l") in items:
        raise ValueError(f"sensor set {name!r}: the pelvis has no sides")
    wanted = [(PARTS[part], side) for part, side in items]
    return LOWER_BODY.subset(
        [s for s in LOWER_BODY.segments if any(s.startswith(part) and s.endswith(side) for part, side in wanted)]
    )
