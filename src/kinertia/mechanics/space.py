"""Rotations and products in space: the geometry that the equations of motion of spatial bodies are written over.

The methods of :class:`Frames` are those of :mod:`kinertia.mechanics.plane`. Vectors are (..., S, 3): x forward, y up, z right.
A rotation is held by its three columns, the axes of the frame: exchanging axes then costs nothing, and turning about one of
them is two sums of columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from kinertia.bodies import Body, Skeleton
from kinertia.mechanics.layout import batch_of, join, planes, scalars, select, sum_vectors, vectors
from kinertia.mechanics.products import Columns, about_z, cross, dot, scaled, turned, turned_back

Matrix: TypeAlias = NDArray[np.float64]


def _matrix(m: Tensor, batch: int) -> Columns:
    """Columns, as planes, of matrices (..., S, 3, 3)."""
    x, y, z = (planes(column, batch) for column in m.unbind(-1))
    return x, y, z


def _pick(columns: Columns, segments: Sequence[int], batch: int) -> Columns:
    """Planes of the columns (..., S, 3) of some segments."""
    x, y, z = (planes(select(c, segments), batch) for c in columns)
    return x, y, z


@dataclass(frozen=True)
class Frames:
    """Frames of all segments of a body in space, and how they turn.

    Attributes
    ----------
    rotation : columns of R from the segment frames to the ground, the x, y and z axes of the frames, each (..., S, 3).
    rate, acceleration : (..., S, 3) angular velocity [rad/s] and acceleration [rad/s^2] in the ground frame.
    axes : (..., K, 3) axes of the K rotations in the ground frame, in the skeleton's order of rotations.
    """

    rotation: Columns
    rate: Tensor
    acceleration: Tensor
    axes: Tensor

    def rotate(self, segments: Sequence[int], *local: Tensor) -> list[Tensor]:
        """R l of vectors (..., K, 3) in the frames of segments, to the ground frame, for each of ``local``."""
        batch = batch_of(self.rate, *local)
        columns = _pick(self.rotation, segments, batch)
        return [vectors(v) for v in turned(columns, *(planes(v, batch) for v in local))]

    def rotate_back(self, *ground: Tensor) -> list[Tensor]:
        """R^T v of ground-frame vectors (..., S, 3), to the frames of all segments, for each of ``ground``."""
        batch, segments = batch_of(self.rate, *ground), range(self.rate.shape[-2])
        return [vectors(v) for v in turned_back(_pick(self.rotation, segments, batch), *(planes(v, batch) for v in ground))]

    @cached_property
    def own(self) -> tuple[Tensor, Tensor]:
        """Angular velocity [rad/s] and acceleration [rad/s^2] in the segment frames, (..., S, 3)."""
        rate, acceleration = self.rotate_back(self.rate, self.acceleration)
        return rate, acceleration

    def swing(self, segments: Sequence[int], r: Tensor) -> Tensor:
        """w x r, the velocity of points at ``r`` (..., K, 3) from the segments' joints, in the ground frame."""
        return self.moment(select(self.rate, segments), r)

    def whirl(self, segments: Sequence[int], local: Tensor) -> Tensor:
        """w' x l + w x (w x l), the acceleration of points at ``local`` (..., K, 3) from the joints, in the segment frames."""
        batch = batch_of(self.rate, local)
        (felt,) = turned(_pick(self._whirling, segments, batch), planes(local, batch))
        return vectors(felt)

    @cached_property
    def _whirling(self) -> Columns:
        """Columns (..., S, 3) of the matrix w' x + w x w x of every segment in its own frame."""
        batch = batch_of(self.rate)
        (x, y, z), (ax, ay, az) = (planes(own, batch).unbind(0) for own in self.own)
        # w x (w x l) = (w w^T - w^2) l
        xx, yy, zz, xy, xz, yz = x * x, y * y, z * z, x * y, x * z, y * z
        return (
            vectors(torch.stack([-(yy + zz), xy + az, xz - ay])),
            vectors(torch.stack([xy - az, -(xx + zz), yz + ax])),
            vectors(torch.stack([xz + ay, yz - ax, -(xx + yy)])),
        )

    def spin(self, inertia: Tensor) -> Tensor:
        """I w' + w x I w, the moment that the turning of each segment asks for, in its own frame, (..., S, 3) [N m]."""
        batch = batch_of(self.rate)
        rate, acceleration = (planes(own, batch) for own in self.own)
        changing, momentum = turned(_matrix(inertia, batch), acceleration, rate)
        return vectors(changing + cross(rate, momentum))

    def turning(self, inertia: Tensor) -> Tensor:
        """w . I w, twice the energy of turning, (..., S) [J]."""
        rate = self.own[0].unsqueeze(-1)
        return (rate.mT @ inertia @ rate)[..., 0, 0]

    def moment(self, r: Tensor, force: Tensor) -> Tensor:
        """r x F, (..., K, 3)."""
        batch = batch_of(r, force)
        return vectors(cross(planes(r, batch), planes(force, batch)))

    def to_ground(self, force: Tensor, moment: Tensor) -> tuple[Tensor, Tensor]:
        """Forces and moments (..., S, 3) in the frames of all segments, to the ground frame."""
        force, moment = self.rotate(range(force.shape[-2]), force, moment)
        return force, moment

    def sum_moments(self, path: Tensor, moments: Sequence[Tensor]) -> Tensor:
        """sum_j path[i, j] N_j of moments side by side, (..., S1 + S2 + ..., 3) with (K, S1 + S2 + ...) to (..., K, 3)."""
        return sum_vectors(path, join(*moments))

    def about_axes(self, segments: Sequence[int], moments: Tensor) -> Tensor:
        """Moments (..., S, 3) about the axes of rotations that turn ``segments`` (K), (..., K)."""
        batch = batch_of(self.axes)
        return scalars(dot(planes(self.axes, batch), planes(select(moments, segments), batch)))

    def in_sensors(self, mounted: Tensor, v: Tensor) -> Tensor:
        """Vectors (..., K, 3) in segment frames, in frames with axes ``mounted`` (..., K, 3, 3) in them."""
        batch = max(v.dim() - 2, mounted.dim() - 3)
        (seen,) = turned_back(_matrix(mounted, batch), planes(v, batch))
        return vectors(seen)

    def rates_in_sensors(self, segments: Sequence[int], mounted: Tensor) -> Tensor:
        """Angular velocity in frames with axes ``mounted`` (..., K, 3, 3) in the segments', (..., K, 3)."""
        return self.in_sensors(mounted, select(self.own[0], segments))


@dataclass(frozen=True)
class Axes:
    """Rotations of a skeleton, K of them, in the skeleton's order.

    A rotation turns about the z axis of its own frame, whose axes in the frame before it are the columns of ``frame``.

    Attributes
    ----------
    frame : one rotation matrix each, the third column is the axis.
    before : rotation that comes before on the path from the ground, -1 for none.
    enters : segment whose joint the rotation is the first of, -1 for later ones.
    earlier : (K, K) float64, 1 where rotation j comes before rotation k on its path.
    last : last rotation on the path to each of the S segments, -1 for none.
    levels : rotations with equally many before them, which are worked out together.
    """

    frame: tuple[Matrix, ...]
    before: tuple[int, ...]
    enters: tuple[int, ...]
    earlier: Tensor
    last: tuple[int, ...]
    levels: tuple[tuple[int, ...], ...]


def _frame(axis: tuple[float, float, float]) -> Matrix:
    """Right-handed axes with ``axis`` as the third; exchanged unit vectors where it is one."""
    z = np.array(axis)
    # the axis after the largest component in the order x, y, z, x, which is exact for unit vectors
    helper = np.eye(3)[(int(np.argmax(np.abs(z))) + 1) % 3]
    x = helper - z * (z @ helper)
    x /= np.linalg.norm(x)
    return np.stack([x, np.cross(z, x), z], axis=1)


@cache
def axes_of(skeleton: Skeleton) -> Axes:
    """The rotations of a skeleton."""
    frame = tuple(_frame(skeleton.coordinates[j].axis) for j in skeleton.rotations)
    before, enters, depth = [-1] * len(frame), [-1] * len(frame), [0] * len(frame)
    last: list[int] = []
    for i, parent in enumerate(skeleton.parents):
        latest = last[parent] if parent >= 0 else -1
        own = [k for k, segment in enumerate(skeleton.rotation_segments) if segment == i]
        for k in own:
            before[k], depth[k] = latest, 0 if latest < 0 else depth[latest] + 1
            enters[k] = i if k == own[0] else -1
            latest = k
        last.append(latest)
    levels = tuple(tuple(k for k, d in enumerate(depth) if d == level) for level in range(max(depth, default=-1) + 1))
    earlier = torch.zeros(len(frame), len(frame), dtype=torch.float64)
    for k, previous in enumerate(before):
        if previous >= 0:
            earlier[k] = earlier[previous]
            earlier[k, previous] = 1.0
    return Axes(frame, tuple(before), tuple(enters), earlier, tuple(last), levels)


def _exchanged(columns: Columns, change: Tensor | Matrix) -> Columns:
    """Columns of R C from those of R, with ``change`` C as numbers, or (..., 3, 3) per body."""
    if isinstance(change, Tensor):
        entries = [[change[..., m, c] for m in range(3)] for c in range(3)]
        x, y, z = (sum(column * e for column, e in zip(columns, each, strict=True)) for each in entries)
        return x, y, z  # pyright: ignore[reportReturnType]
    x, y, z = (_weighted(columns, change[:, c]) for c in range(3))
    return x, y, z


def _weighted(columns: Columns, weights: Matrix) -> Tensor:
    used = [(column, float(w)) for column, w in zip(columns, weights, strict=True) if w != 0.0]
    if len(used) == 1 and used[0][1] == 1.0:
        return used[0][0]
    total = used[0][0] * used[0][1]
    for column, w in used[1:]:
        total = torch.add(total, column, alpha=w)
    return total


def _side_by_side(parts: Sequence[Columns]) -> Columns:
    if len(parts) == 1:
        return parts[0]
    shape = torch.broadcast_shapes(*(column.shape[2:] for part in parts for column in part))
    x, y, z = (torch.cat([part[c].expand(3, 1, *shape) for part in parts], 1) for c in range(3))
    return x, y, z


def _orientations(body: Body, q: Tensor) -> tuple[Columns, Tensor]:
    """Columns of R of all segments, planes (3, S, ...), and axes of the rotations, planes (3, K, ...).

    ``q`` has the coordinates of the rotations as rows (K, ...).
    """
    axes, batch = axes_of(body.skeleton), q.dim() - 1
    ranked = q.index_select(0, torch.tensor([k for level in axes.levels for k in level], dtype=torch.long, device=q.device))
    sizes = [len(level) for level in axes.levels]
    cosines, sines = torch.cos(ranked).split(sizes), torch.sin(ranked).split(sizes)
    unit = torch.eye(3, dtype=q.dtype, device=q.device).view(3, 3, *(1,) * (batch + 1))
    ground = (unit[0], unit[1], unit[2])
    placed = body.joint_rotation

    parents, own = body.skeleton.parents, body.skeleton.rotation_segments
    # columns of each rotation's frame, whose z is its axis, after it has turned; and of each segment's
    after: dict[int, Columns] = {}
    segments: dict[int, Columns] = {-1: ground}

    def segment(i: int) -> Columns:
        if i not in segments:
            last = axes.last[i]
            turns = last >= 0 and own[last] == i
            segments[i] = _exchanged(after[last], axes.frame[last].T) if turns else joint(i, np.eye(3))
        return segments[i]

    def joint(i: int, frame: Matrix) -> Columns:
        """Of the axes ``frame`` in the joint of a segment, before it turns."""
        held = segment(parents[i])
        return _exchanged(held, frame if placed is None else placed[..., i, :, :] @ q.new_tensor(frame))

    for level, cos, sin in zip(axes.levels, cosines, sines, strict=True):
        frames = [
            joint(axes.enters[k], axes.frame[k])
            if axes.enters[k] >= 0
            else _exchanged(after[axes.before[k]], axes.frame[axes.before[k]].T @ axes.frame[k])
            for k in level
        ]
        held = _side_by_side(frames)
        x, y = about_z(held, cos, sin)
        after |= dict(zip(level, zip(*(c.split(1, 1) for c in (x, y, held[2])), strict=True), strict=True))
    axis = _side_by_side([after[k] for k in range(len(axes.frame))])[2]
    return _side_by_side([segment(i) for i in range(len(parents))]), axis


def frames(body: Body, q: Tensor, qd: Tensor, qdd: Tensor) -> Frames:
    """Frames of the segments of a body for coordinates, speeds and accelerations (..., n)."""
    skeleton, axes = body.skeleton, axes_of(body.skeleton)
    rows = torch.tensor(skeleton.rotations, device=q.device)
    angle, speed, acceleration = (x.movedim(-1, 0).index_select(0, rows) for x in (q, qd, qdd))
    columns, axis = _orientations(body, angle)
    turn = skeleton.rotation_path.to(q)[:, list(skeleton.rotations)]
    # w = sum of a q', over the path from the root
    turning = scaled(axis, speed)
    both = planes(sum_vectors(torch.cat([turn, axes.earlier.to(q)]), vectors(turning)), q.dim() - 1)
    rate, before = both.split([len(turn), len(axes.earlier)], 1)
    # w' = sum of a q'' + a' q', and each axis turns with what comes before it: a' = w_before x a
    changing = scaled(axis, acceleration) + cross(before, turning)
    x, y, z = (vectors(c) for c in columns)
    return Frames((x, y, z), vectors(rate), sum_vectors(turn, vectors(changing)), vectors(axis))
