"""Lengths of an imported model's muscles with their tendons, along the points of their paths."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

import torch
from torch import Tensor

from kinertia.mechanics import kinematics
from kinertia.mechanics.coupling import evaluate
from kinertia.opensim.model import MusclePath, PathPoint
from kinertia.opensim.tree import Imported


def lengths(imported: Imported, muscles: Sequence[MusclePath], q: Tensor) -> Tensor:
    """Lengths (N, M) [m], straight between the points that count, at independent coordinates ``q`` (N, m) [rad, m].

    Raises
    ------
    ValueError
        If a point moves with, or counts for, a coordinate that is not independent.
    """
    zero = torch.zeros_like(q)
    motion = kinematics.forward(imported.body, *imported.coupling.expand(q, zero, zero))
    points = [point for muscle in muscles for point in muscle.path]
    segments, local = zip(*(_local(imported, point, q) for point in points), strict=True)
    places = iter(kinematics.positions(motion, segments, torch.stack(local, 1)).unbind(1))
    counts = iter([_counts(imported, point, q) for point in points])
    return torch.stack([_length(islice(places, len(m.path)), islice(counts, len(m.path))) for m in muscles], -1)


def _length(places: Iterable[Tensor], counts: Iterable[Tensor]) -> Tensor:
    """(N,) from point to point (N, 3) of those that count (N,); the first always does."""
    (last, _), *others = zip(places, counts, strict=True)
    length = torch.zeros_like(last[:, 0])
    for place, here in others:
        length = length + torch.where(here, torch.linalg.vector_norm(place - last, dim=-1), 0.0)
        last = torch.where(here[:, None], place, last)
    return length


def _local(imported: Imported, point: PathPoint, q: Tensor) -> tuple[int, Tensor]:
    """Segment, and place (N, 3) in its frame."""
    segment, local = imported.point(point.body, point.location)
    if point.moves is not None:
        moved, turned = (torch.as_tensor(x) for x in imported.frames[point.body])
        at = _coordinate(imported, point, q)
        local = (torch.stack([evaluate(curve, at)[0] for curve in point.moves], -1) - moved) @ turned
    return segment, local.expand(len(q), 3)


def _counts(imported: Imported, point: PathPoint, q: Tensor) -> Tensor:
    if point.active is None:
        return torch.ones_like(q[:, 0], dtype=torch.bool)
    low, high = point.active
    at = _coordinate(imported, point, q)
    return (at >= low) & (at <= high)


def _coordinate(imported: Imported, point: PathPoint, q: Tensor) -> Tensor:
    independent = imported.coupling.independent
    if point.coordinate not in independent:
        raise ValueError(f"a point of a muscle follows {point.coordinate}, which is no independent coordinate")
    return q[:, independent.index(str(point.coordinate))]
