"""The tree of segments and coordinates of a body: topology only, no numbers that differ between people."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import torch
from torch import Tensor

Axis: TypeAlias = tuple[float, float, float]
UNIT = 1e-9  # length of an axis may differ from one by rounding


@dataclass(frozen=True)
class Segment:
    """One rigid segment: its OpenSim-style name, e.g. ``"femur_r"``, and that of the proximal one; None for the root."""

    name: str
    parent: str | None


@dataclass(frozen=True)
class Coordinate:
    """One generalized coordinate."""

    name: str  # OpenSim coordinate name, e.g. ``"knee_angle_r"``
    segment: str  # the segment that the coordinate moves against its parent
    kind: str  # ``"translation"`` (m, along a ground axis) or ``"rotation"`` (rad, about a joint axis)
    # unit axis (x forward, y up, z right) in the frame that the coordinates before it leave; counter-clockwise about it is
    # positive
    axis: Axis


@dataclass(frozen=True)
class ContactPoint:
    """A point of the sole that can touch the ground: its name, its segment and its side (``"r"``/``"l"``)."""

    name: str
    segment: str
    side: str


@dataclass(frozen=True)
class Skeleton:
    """Topology of a body as data.

    Segments are ordered so that a parent stands before its children; the coordinates of the root stand first, and those of one
    segment are applied in their order, translations before rotations. A skeleton that only turns about z and moves along x and
    y is planar, unless ``spatial`` says otherwise: its bodies have numbers in two dimensions, all others in three. ValueError:
    a parent or segment is unknown or stands after its child, an axis is no unit vector, a translation stands after a rotation
    of its joint, or a coordinate of the root after one of another segment.
    """

    name: str
    segments: tuple[Segment, ...]
    coordinates: tuple[Coordinate, ...]
    contacts: tuple[ContactPoint, ...]
    spatial: bool = False

    def __post_init__(self) -> None:
        seen: set[str] = set()
        for segment in self.segments:
            if segment.parent is not None and segment.parent not in seen:
                raise ValueError(f"skeleton {self.name!r}: parent {segment.parent!r} of {segment.name!r} must stand before it")
            seen.add(segment.name)
        for item in (*self.coordinates, *self.contacts):
            if item.segment not in seen:
                raise ValueError(f"skeleton {self.name!r}: {item.name!r} is on unknown segment {item.segment!r}")
        turned: set[str] = set()
        for c in self.coordinates:
            if abs(math.hypot(*c.axis) - 1.0) > UNIT:
                raise ValueError(f"skeleton {self.name!r}: the axis of {c.name!r} is {c.axis}; give a unit vector")
            if c.kind == "rotation":
                turned.add(c.segment)
            elif c.segment in turned:
                raise ValueError(f"skeleton {self.name!r}: {c.name!r} must stand before the rotations of {c.segment!r}")
        for c in self.coordinates[self.joints]:
            if c.segment == self.segments[0].name:
                raise ValueError(f"skeleton {self.name!r}: {c.name!r} of the root must stand before those of joints")

    @cached_property
    def planar(self) -> bool:
        """Whether everything moves in the plane of x and y."""
        flat = {"rotation": lambda a: a == (0.0, 0.0, 1.0), "translation": lambda a: a[2] == 0.0}
        return not self.spatial and all(flat[c.kind](c.axis) for c in self.coordinates)

    @cached_property
    def root(self) -> slice:
        """Coordinates of the root, which no joint drives: ``x[..., skeleton.root]``; ``root.stop`` says how many."""
        moved = [c.segment != self.segments[0].name for c in self.coordinates]
        return slice(0, moved.index(True) if any(moved) else len(moved))

    @cached_property
    def joints(self) -> slice:
        """Coordinates of the joints, all that are not the root's."""
        return slice(self.root.stop, len(self.coordinates))

    @cached_property
    def segment_names(self) -> tuple[str, ...]:
        return tuple(s.name for s in self.segments)

    @cached_property
    def coordinate_names(self) -> tuple[str, ...]:
        return tuple(c.name for c in self.coordinates)

    def segment_index(self, name: str) -> int:
        """Index of a segment; KeyError names the known ones."""
        if name not in self.segment_names:
            raise KeyError(f"unknown segment {name!r}; known: {', '.join(self.segment_names)}")
        return self.segment_names.index(name)

    def coordinate_index(self, name: str) -> int:
        """Index of a coordinate; KeyError names the known ones."""
        if name not in self.coordinate_names:
            raise KeyError(f"unknown coordinate {name!r}; known: {', '.join(self.coordinate_names)}")
        return self.coordinate_names.index(name)

    @cached_property
    def parents(self) -> tuple[int, ...]:
        """Parent index of every segment (-1 for the root)."""
        return tuple(-1 if s.parent is None else self.segment_index(s.parent) for s in self.segments)

    @cached_property
    def path(self) -> Tensor:
        """(S, S) float64, 1 where segment j lies on the path from the root to segment i (both included)."""
        n = len(self.segments)
        path = torch.eye(n, dtype=torch.float64)
        for i, parent in enumerate(self.parents):
            if parent >= 0:
                path[i] += path[parent]
        return path

    @cached_property
    def rotation_path(self) -> Tensor:
        """(S, n) float64, 1 where coordinate j is a rotation that turns segment i."""
        out = torch.zeros(len(self.segments), len(self.coordinates), dtype=torch.float64)
        for j, coordinate in enumerate(self.coordinates):
            if coordinate.kind == "rotation":
                out[:, j] = self.path[:, self.segment_index(coordinate.segment)]
        return out

    @cached_property
    def translations(self) -> tuple[int, ...]:
        """Indices of the root's translations, along ground axes."""
        return tuple(j for j, c in enumerate(self.coordinates[self.root]) if c.kind == "translation")

    @cached_property
    def slides(self) -> tuple[int, ...]:
        """Indices of the translations of other joints, along axes of the parent segment."""
        return tuple(j for j, c in enumerate(self.coordinates) if c.kind == "translation" and j >= self.root.stop)

    @cached_property
    def rotations(self) -> tuple[int, ...]:
        """Indices of the rotational coordinates."""
        return tuple(j for j, c in enumerate(self.coordinates) if c.kind == "rotation")

    @cached_property
    def rotation_segments(self) -> tuple[int, ...]:
        """Segment index moved by each rotational coordinate."""
        return tuple(self.segment_index(self.coordinates[j].segment) for j in self.rotations)

    @cached_property
    def contact_segments(self) -> tuple[int, ...]:
        """Segment index of each contact point."""
        return tuple(self.segment_index(c.segment) for c in self.contacts)
