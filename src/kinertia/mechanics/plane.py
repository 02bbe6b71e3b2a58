"""Rotations and products of the sagittal plane: the geometry that the equations of motion of planar bodies are written over.

``kinematics`` and ``dynamics`` use the functions that :mod:`kinertia.mechanics.space` has as well, and the methods of
:class:`Frames`, which bodies in space have too: one set of equations.

Vectors are (..., S, 2): x forward, y up. Rates and moments are scalars (..., S) about z (right),
counter-clockwise positive. S counts segments or points, the leading dimensions are batch and time.

In memory the component and the segment come first and the batch last: every result is a view of a
contiguous (2, S, ...) or (S, ...) array. Elementwise work then runs along long contiguous rows, sums over
the tree are plain matrix products, and picking segments copies whole rows. Callers need not know.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Rotation:
    """The matrix [[cos, -sin], [sin, cos]] of a rotation about z, each entry (..., S)."""

    cos: Tensor
    sin: Tensor


def _rows(t: Tensor, batch: int) -> Tensor:
    """(..., S) as contiguous (S, ...) with ``batch`` batch dimensions."""
    return t[(None,) * (batch + 1 - t.dim())].movedim(-1, 0).contiguous()


def _planes(v: Tensor, batch: int) -> Tensor:
    """(..., S, 2) as contiguous (2, S, ...) with ``batch`` batch dimensions."""
    return v[(None,) * (batch + 2 - v.dim())].permute(batch + 1, batch, *range(batch)).contiguous()


def _scalars(rows: Tensor) -> Tensor:
    """(S, ...) seen as (..., S)."""
    return rows.movedim(0, -1)


def _vectors(planes: Tensor) -> Tensor:
    """(2, S, ...) seen as (..., S, 2)."""
    return planes.permute(*range(2, planes.dim()), 1, 0)


def rotation(angle: Tensor) -> Rotation:
    """Rotation by ``angle`` [rad], (..., S)."""
    return Rotation(torch.cos(angle), torch.sin(angle))


def compose(first: Rotation, second: Rotation) -> Rotation:
    """R_first R_second: from the frame of ``second`` through that of ``first`` to the ground."""
    batch = max(first.cos.dim(), second.cos.dim()) - 1
    c1, s1, c2, s2 = (_rows(t, batch) for t in (first.cos, first.sin, second.cos, second.sin))
    return Rotation(_scalars(torch.addcmul(c1 * c2, s1, s2, value=-1.0)), _scalars(torch.addcmul(s1 * c2, c1, s2)))


def rotate(orientation: Rotation, v: Tensor) -> Tensor:
    """R v: from the segment frame to the ground frame, (..., S, 2)."""
    batch = max(orientation.cos.dim() - 1, v.dim() - 2)
    cos, sin = _rows(orientation.cos, batch), _rows(orientation.sin, batch)
    x, y = _planes(v, batch).unbind(0)
    return _vectors(torch.stack([torch.addcmul(cos * x, sin, y, value=-1.0), torch.addcmul(sin * x, cos, y)]))


def rotate_back(orientation: Rotation, v: Tensor) -> Tensor:
    """R^T v: from the ground frame to the segment frame, (..., S, 2)."""
    batch = max(orientation.cos.dim() - 1, v.dim() - 2)
    cos, sin = _rows(orientation.cos, batch), _rows(orientation.sin, batch)
    x, y = _planes(v, batch).unbind(0)
    return _vectors(torch.stack([torch.addcmul(cos * x, sin, y), torch.addcmul(cos * y, sin, x, value=-1.0)]))


def cross_rate(rate: Tensor, v: Tensor) -> Tensor:
    """w x v for an angular rate w (..., S) about z, (..., S, 2)."""
    batch = max(rate.dim() - 1, v.dim() - 2)
    rows, (x, y) = _rows(rate, batch), _planes(v, batch).unbind(0)
    return _vectors(torch.stack([-rows * y, rows * x]))


def moment(r: Tensor, force: Tensor) -> Tensor:
    """(r x F)_z, (..., S)."""
    batch = max(r.dim(), force.dim()) - 2
    rx, ry = _planes(r, batch).unbind(0)
    fx, fy = _planes(force, batch).unbind(0)
    return _scalars(torch.addcmul(rx * fy, ry, fx, value=-1.0))


def select(t: Tensor, segments: Sequence[int]) -> Tensor:
    """Entries of the given segments of scalars, (..., S) to (..., K)."""
    if tuple(segments) == tuple(range(t.shape[-1])):
        return t
    return _scalars(_rows(t, t.dim() - 1).index_select(0, torch.tensor(segments, device=t.device)))


def select_vectors(v: Tensor, segments: Sequence[int]) -> Tensor:
    """Entries of the given segments of vectors, (..., S, 2) to (..., K, 2)."""
    if tuple(segments) == tuple(range(v.shape[-2])):
        return v
    return _vectors(_planes(v, v.dim() - 2).index_select(1, torch.tensor(segments, device=v.device)))


def select_rotation(orientation: Rotation, segments: Sequence[int]) -> Rotation:
    """Orientations of the given segments, each entry (..., S) to (..., K)."""
    return Rotation(select(orientation.cos, segments), select(orientation.sin, segments))


def path_sum(path: Tensor, t: Tensor) -> Tensor:
    """sum_j path[i, j] t_j of scalars: (..., S) with (K, S) to (..., K)."""
    rows = t.movedim(-1, 0)
    return _scalars((path @ rows.reshape(rows.shape[0], rows[0].numel())).view(path.shape[0], *rows.shape[1:]))


def path_sum_vectors(path: Tensor, v: Tensor) -> Tensor:
    """sum_j path[i, j] v_j of vectors: (..., S, 2) with (K, S) to (..., K, 2)."""
    planes = _planes(v, v.dim() - 2)
    flat = planes.view(*planes.shape[:2], planes[0, 0].numel())
    return _vectors(torch.bmm(path.expand(2, -1, -1), flat).view(2, path.shape[0], *planes.shape[2:]))


def join(*parts: Tensor) -> Tensor:
    """Scalars side by side along their last dimension, (..., S1 + S2 + ...)."""
    return parts[0] if len(parts) == 1 else _scalars(torch.cat([part.movedim(-1, 0) for part in parts]))


def join_vectors(*parts: Tensor) -> Tensor:
    """Vectors side by side, (..., S1 + S2 + ..., 2)."""
    if len(parts) == 1:
        return parts[0]
    batch = max(part.dim() for part in parts) - 2
    return _vectors(torch.cat([_planes(part, batch) for part in parts], 1))


@dataclass(frozen=True)
class Frames:
    """Frames of all segments of a planar body, and how they turn.

    Attributes
    ----------
    rotation : R from the segment frames to the ground, entries (..., S).
    angle : (..., S) absolute segment angle about z [rad].
    rate, acceleration : (..., S) angular velocity [rad/s] and acceleration [rad/s^2].
    """

    rotation: Rotation
    angle: Tensor
    rate: Tensor
    acceleration: Tensor

    def rotate(self, segments: Sequence[int], local: Tensor) -> Tensor:
        """R l of vectors fixed on segments, (..., K, 2) in their frames, to the ground frame."""
        return rotate(select_rotation(self.rotation, segments), local)

    def swing(self, segments: Sequence[int], r: Tensor) -> Tensor:
        """w x r, the velocity of points at ``r`` (..., K, 2) from the segments' joints."""
        return cross_rate(select(self.rate, segments), r)

    def whirl(self, segments: Sequence[int], r: Tensor) -> Tensor:
        """w' x r + w x (w x r), the acceleration of points at ``r`` (..., K, 2) from the segments' joints."""
        batch = max(self.rate.dim() - 1, r.dim() - 2)
        rate, acceleration = (_rows(select(t, segments), batch) for t in (self.rate, self.acceleration))
        x, y = _planes(r, batch).unbind(0)
        inward = rate.square()
        # w x (w x r) = -w^2 r
        return _vectors(
            torch.stack([-torch.addcmul(inward * x, acceleration, y), torch.addcmul(acceleration * x, inward, y, value=-1.0)])
        )

    def momentum(self, inertia: Tensor) -> Tensor:
        """I w, (..., S)."""
        return self.rate * inertia

    def spin(self, inertia: Tensor) -> Tensor:
        """I w', the moment that the turning of each segment asks for, (..., S) [N m]."""
        return self.acceleration * inertia

    def moment(self, r: Tensor, force: Tensor) -> Tensor:
        """(r x F)_z, (..., K)."""
        return moment(r, force)

    def sum_moments(self, path: Tensor, moments: Sequence[Tensor]) -> Tensor:
        """sum_j path[i, j] N_j of moments side by side, (..., S1 + S2 + ...) with (K, S1 + S2 + ...) to (..., K)."""
        return path_sum(path, join(*moments))

    def about_axes(self, segments: Sequence[int], moments: Tensor) -> Tensor:
        """Moments (..., S) about the axes of rotations that turn ``segments`` (K), (..., K)."""
        return select(moments, segments)

    def partial_rates(self, turn: Tensor) -> Tensor:
        """Partial angular velocities (..., S, 1, K) of the K rotations; ``turn`` (S, K) says which turns which segment."""
        return turn.unsqueeze(-2)

    def moments_of(self, inertia: Tensor, rates: Tensor) -> Tensor:
        """I w of angular velocities (..., S, 1, K)."""
        return inertia[..., None, None] * rates

    def partial_velocity(self, k: int, r: Tensor) -> Tensor:
        """z x r: velocity of points at ``r`` (..., S, 2) from the axis of rotation ``k`` at unit speed."""
        return cross_rate(torch.ones_like(r[..., 0]), r)

    def in_sensors(self, segments: Sequence[int], turned: Tensor, v: Tensor) -> Tensor:
        """Ground-frame vectors (..., K, 2) in frames turned by ``turned`` (..., K) [rad] against the segments'."""
        return rotate_back(compose(select_rotation(self.rotation, segments), rotation(turned)), v)

    def rates_in_sensors(self, segments: Sequence[int], turned: Tensor) -> Tensor:
        """Angular velocity about z, (..., K), which no rotation about z changes."""
        return select(self.rate, segments)


def frames(turn: Tensor, q: Tensor, qd: Tensor, qdd: Tensor) -> Frames:
    """Frames of segments that ``turn`` (S, n) says which coordinates (..., n) turn [rad]."""
    # theta_i = sum of the rotations on the path from the root (and so for its derivatives)
    angle, rate, acceleration = (path_sum(turn, x) for x in (q, qd, qdd))
    return Frames(rotation(angle), angle, rate, acceleration)
