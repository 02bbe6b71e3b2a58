"""Rotations and products in space: the geometry that the equations of motion of spatial bodies are written over.

The methods of :class:`Frames` are those of :mod:`kinertia.mechanics.plane`. Vectors are (..., S, 3): x forward, y up, z right.
S counts segments or points, the leading dimensions are batch and time.

In memory component and segment come first and the batch last, as in the plane: a rotation is held by its three columns,
each a view of a contiguous (3, S, ...) array. Exchanging axes then costs nothing, and turning about one of them
is two sums of columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from kinertia.bodies import Body
from kinertia.mechanics import axes as order

Columns = tuple[Tensor, Tensor, Tensor]


def _planes(v: Tensor, batch: int) -> Tensor:
    """(..., S, 3) as contiguous (3, S, ...) with ``batch`` batch dimensions."""
    return v[(None,) * (batch + 2 - v.dim())].permute(batch + 1, batch, *range(batch)).contiguous()


def _vectors(planes: Tensor) -> Tensor:
    """(3, S, ...) seen as (..., S, 3)."""
    return planes.permute(*range(2, planes.dim()), 1, 0)


def _cross(a: Tensor, b: Tensor) -> Tensor:
    """a x b of planes (3, S, ...)."""
    ax, ay, az = a.unbind(0)
    bx, by, bz = b.unbind(0)
    return torch.stack(
        [
            torch.addcmul(ay * bz, az, by, value=-1.0),
            torch.addcmul(az * bx, ax, bz, value=-1.0),
            torch.addcmul(ax * by, ay, bx, value=-1.0),
        ]
    )


def _turned(columns: Columns, v: Tensor) -> Tensor:
    """R v of planes: the sum of the columns times the components."""
    x, y, z = v.unbind(0)
    return torch.addcmul(torch.addcmul(columns[0] * x, columns[1], y), columns[2], z)


def _turned_back(columns: Columns, v: Tensor) -> Tensor:
    """R^T v of planes: the columns' products with the vector."""
    x, y, z = v.unbind(0)
    found: list[Tensor] = []
    for column in columns:
        a, b, c = column.unbind(0)
        found.append(torch.addcmul(torch.addcmul(a * x, b, y), c, z))
    return torch.stack(found)


def _sum(path: Tensor, planes: Tensor) -> Tensor:
    """sum_j path[i, j] v_j of planes: (3, S, ...) with (K, S) to (3, K, ...)."""
    flat = planes.reshape(3, planes.shape[1], planes[0, 0].numel())
    return torch.matmul(path, flat).view(3, path.shape[0], *planes.shape[2:])


def _matrix(m: Tensor, batch: int) -> Columns:
    """Columns, as planes, of matrices (..., S, 3, 3)."""
    x, y, z = (_planes(column, batch) for column in m.unbind(-1))
    return x, y, z


def select(v: Tensor, segments: Sequence[int]) -> Tensor:
    """Entries of the given segments of vectors, (..., S, 3) to (..., K, 3)."""
    if tuple(segments) == tuple(range(v.shape[-2])):
        return v
    return _vectors(_planes(v, v.dim() - 2).index_select(1, torch.tensor(segments, device=v.device)))


@dataclass(frozen=True)
class Rotation:
    """Columns of R: the x, y and z axes of the frames in the ground, each (..., S, 3)."""

    x: Tensor
    y: Tensor
    z: Tensor

    def columns(self, segments: Sequence[int], batch: int) -> Columns:
        """Planes of the columns of some segments."""
        x, y, z = (_planes(select(c, segments), batch) for c in (self.x, self.y, self.z))
        return x, y, z


@dataclass(frozen=True)
class Frames:
    """Frames of all segments of a body in space, and how they turn.

    Attributes
    ----------
    rotation : R from the segment frames to the ground, columns (..., S, 3).
    rate, acceleration : (..., S, 3) angular velocity [rad/s] and acceleration [rad/s^2] in the ground frame.
    axes : (..., K, 3) axes of the K rotations in the ground frame, in the skeleton's order of rotations.
    """

    rotation: Rotation
    rate: Tensor
    acceleration: Tensor
    axes: Tensor

    def _batch(self, v: Tensor) -> int:
        return max(self.rate.dim(), v.dim()) - 2

    def rotate(self, segments: Sequence[int], local: Tensor) -> Tensor:
        """R l of vectors fixed on segments, (..., K, 3) in their frames, to the ground frame."""
        batch = self._batch(local)
        return _vectors(_turned(self.rotation.columns(segments, batch), _planes(local, batch)))

    def swing(self, segments: Sequence[int], r: Tensor) -> Tensor:
        """w x r, the velocity of points at ``r`` (..., K, 3) from the segments' joints."""
        batch = self._batch(r)
        return _vectors(_cross(_planes(select(self.rate, segments), batch), _planes(r, batch)))

    def whirl(self, segments: Sequence[int], r: Tensor) -> Tensor:
        """w' x r + w x (w x r), the acceleration of points at ``r`` (..., K, 3) from the segments' joints."""
        batch = self._batch(r)
        x, y, z = (_planes(select(_vectors(column), segments), batch) for column in self._whirling)
        return _vectors(_turned((x, y, z), _planes(r, batch)))

    @cached_property
    def _whirling(self) -> Columns:
        """Columns of the matrix w' x + w x w x of every segment, planes."""
        batch = self._batch(self.rate)
        x, y, z = _planes(self.rate, batch).unbind(0)
        ax, ay, az = _planes(self.acceleration, batch).unbind(0)
        # w x (w x r) = (w w^T - w^2) r
        xx, yy, zz, xy, xz, yz = x * x, y * y, z * z, x * y, x * z, y * z
        return (
            torch.stack([-(yy + zz), xy + az, xz - ay]),
            torch.stack([xy - az, -(xx + zz), yz + ax]),
            torch.stack([xz + ay, yz - ax, -(xx + yy)]),
        )

    def momentum(self, inertia: Tensor) -> Tensor:
        """R I R^T w, (..., S, 3)."""
        batch = self._batch(self.rate)
        columns = self.rotation.columns(range(self.rate.shape[-2]), batch)
        return _vectors(_turned(columns, _turned(_matrix(inertia, batch), _turned_back(columns, _planes(self.rate, batch)))))

    def spin(self, inertia: Tensor) -> Tensor:
        """d/dt of the momentum, I w' + w x I w, which the turning of each segment asks for, (..., S, 3) [N m]."""
        batch = self._batch(self.rate)
        columns = self.rotation.columns(range(self.rate.shape[-2]), batch)
        rate, acceleration = (_turned_back(columns, _planes(t, batch)) for t in (self.rate, self.acceleration))
        entries = _matrix(inertia, batch)
        # in the segment frame, where I is constant
        return _vectors(_turned(columns, _turned(entries, acceleration) + _cross(rate, _turned(entries, rate))))

    def moment(self, r: Tensor, force: Tensor) -> Tensor:
        """r x F, (..., K, 3)."""
        batch = max(r.dim(), force.dim()) - 2
        return _vectors(_cross(_planes(r, batch), _planes(force, batch)))

    def sum_moments(self, path: Tensor, moments: Sequence[Tensor]) -> Tensor:
        """sum_j path[i, j] N_j of moments side by side, (..., S1 + S2 + ..., 3) with (K, S1 + S2 + ...) to (..., K, 3)."""
        return path_sum(path, join(*moments))

    def about_axes(self, segments: Sequence[int], moments: Tensor) -> Tensor:
        """Moments (..., S, 3) about the axes of rotations that turn ``segments`` (K), (..., K)."""
        return (self.axes * select(moments, segments)).sum(-1)

    def partial_rates(self, turn: Tensor) -> Tensor:
        """Partial angular velocities (..., S, 3, K) of the K rotations; ``turn`` (S, K) says which turns which segment."""
        return turn.unsqueeze(-2) * self.axes.mT.unsqueeze(-3)

    def moments_of(self, inertia: Tensor, rates: Tensor) -> Tensor:
        """R I R^T w of angular velocities (..., S, 3, K)."""
        r = torch.stack([self.rotation.x, self.rotation.y, self.rotation.z], -1)
        return r @ inertia @ r.mT @ rates

    def partial_velocity(self, k: int, r: Tensor) -> Tensor:
        """a x r: velocity of points at ``r`` (..., S, 3) from the axis a of rotation ``k`` at unit speed."""
        return torch.linalg.cross(self.axes[..., k : k + 1, :].expand_as(r), r)

    def in_sensors(self, segments: Sequence[int], turned: Tensor, v: Tensor) -> Tensor:
        """Ground-frame vectors (..., K, 3) in frames with axes ``turned`` (..., K, 3, 3) in the segments'."""
        batch = self._batch(v)
        local = _turned_back(self.rotation.columns(segments, batch), _planes(v, batch))
        return _vectors(_turned_back(_matrix(turned, batch), local))

    def rates_in_sensors(self, segments: Sequence[int], turned: Tensor) -> Tensor:
        """Angular velocity in frames with axes ``turned`` (..., K, 3, 3) in the segments', (..., K, 3)."""
        return self.in_sensors(segments, turned, select(self.rate, segments))


def join(*parts: Tensor) -> Tensor:
    """Vectors side by side, (..., S1 + S2 + ..., 3)."""
    if len(parts) == 1:
        return parts[0]
    batch = max(part.dim() for part in parts) - 2
    return _vectors(torch.cat([_planes(part, batch) for part in parts], 1))


def path_sum(path: Tensor, v: Tensor) -> Tensor:
    """sum_j path[i, j] v_j of vectors: (..., S, 3) with (K, S) to (..., K, 3)."""
    return _vectors(_sum(path, _planes(v, v.dim() - 2)))


def _about(columns: Columns, cos: Tensor, sin: Tensor) -> Columns:
    """Columns after a rotation about their z axis."""
    x, y, z = columns
    return torch.addcmul(x * cos, y, sin), torch.addcmul(y * cos, x, sin, value=-1.0), z


def _exchanged(columns: Columns, change: Tensor | order.Matrix) -> Columns:
    """Columns of R C from those of R, with ``change`` C as numbers, or (..., 3, 3) per body."""
    if isinstance(change, Tensor):
        entries = [[change[..., m, c] for m in range(3)] for c in range(3)]
        x, y, z = (sum(column * e for column, e in zip(columns, each, strict=True)) for each in entries)
        return x, y, z  # pyright: ignore[reportReturnType]
    x, y, z = (_combined(columns, change[:, c]) for c in range(3))
    return x, y, z


def _combined(columns: Columns, weights: order.Matrix) -> Tensor:
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
    axes, batch = order.axes(body.skeleton), q.dim() - 1
    cos, sin = torch.cos(q), torch.sin(q)
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
            turned = last >= 0 and own[last] == i
            segments[i] = _exchanged(after[last], axes.frame[last].T) if turned else joint(i, np.eye(3))
        return segments[i]

    def joint(i: int, frame: order.Matrix) -> Columns:
        """Of the axes ``frame`` in the joint of a segment, before it turns."""
        held = segment(parents[i])
        return _exchanged(held, frame if placed is None else placed[..., i, :, :] @ q.new_tensor(frame))

    for level in axes.levels:
        frames = [
            joint(axes.enters[k], axes.frame[k])
            if axes.enters[k] >= 0
            else _exchanged(after[axes.before[k]], axes.frame[axes.before[k]].T @ axes.frame[k])
            for k in level
        ]
        rows = torch.tensor(level, device=q.device)
        turned = _about(_side_by_side(frames), cos.index_select(0, rows), sin.index_select(0, rows))
        after |= dict(zip(level, zip(*(c.split(1, 1) for c in turned), strict=True), strict=True))
    axis = _side_by_side([after[k] for k in range(len(axes.frame))])[2]
    return _side_by_side([segment(i) for i in range(len(parents))]), axis


def frames(body: Body, q: Tensor, qd: Tensor, qdd: Tensor) -> Frames:
    """Frames of the segments of a body for coordinates, speeds and accelerations (..., n)."""
    skeleton, axes = body.skeleton, order.axes(body.skeleton)
    rows = torch.tensor(skeleton.rotations, device=q.device)
    angle, speed, acceleration = (x.movedim(-1, 0).index_select(0, rows) for x in (q, qd, qdd))
    columns, axis = _orientations(body, angle)
    turn = skeleton.rotation_path.to(q)[:, list(skeleton.rotations)]
    earlier = torch.zeros(len(axes.before), len(axes.before), dtype=q.dtype, device=q.device)
    for k, previous in enumerate(axes.before):
        if previous >= 0:
            earlier[k] = earlier[previous]
            earlier[k, previous] = 1.0
    # w = sum of a q', over the path from the root
    turning = axis * speed
    rate, before = _sum(torch.cat([turn, earlier]), turning).split([len(turn), len(earlier)], 1)
    # w' = sum of a q'' + a' q', and each axis turns with what comes before it: a' = w_before x a
    changing = axis * acceleration + _cross(before, turning)
    x, y, z = (_vectors(c) for c in columns)
    return Frames(Rotation(x, y, z), _vectors(rate), _vectors(_sum(turn, changing)), _vectors(axis))
