"""Rotations and products of the sagittal plane: the geometry that the equations of motion of planar bodies are written over.

The methods of :class:`Frames` are those of :mod:`kinertia.mechanics.space`: ``kinematics`` and ``dynamics`` hold one set of
equations for both. Vectors are (..., S, 2): x forward, y up. Rates and moments are scalars (..., S) about z (right),
counter-clockwise positive, and the same in every frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from kinertia.mechanics.layout import join_scalars, planes, rows, scalars, select_scalars, sum_scalars, vectors


def _turned(cos: Tensor, sin: Tensor, v: Tensor) -> Tensor:
    """[[cos, -sin], [sin, cos]] v for angles (..., S) and vectors (..., S, 2)."""
    batch = max(cos.dim() - 1, v.dim() - 2)
    c, s, (x, y) = rows(cos, batch), rows(sin, batch), planes(v, batch).unbind(0)
    return vectors(torch.stack([torch.addcmul(c * x, s, y, value=-1.0), torch.addcmul(s * x, c, y)]))


def _turned_back(cos: Tensor, sin: Tensor, v: Tensor) -> Tensor:
    """[[cos, sin], [-sin, cos]] v for angles (..., S) and vectors (..., S, 2)."""
    batch = max(cos.dim() - 1, v.dim() - 2)
    c, s, (x, y) = rows(cos, batch), rows(sin, batch), planes(v, batch).unbind(0)
    return vectors(torch.stack([torch.addcmul(c * x, s, y), torch.addcmul(c * y, s, x, value=-1.0)]))


@dataclass(frozen=True)
class Frames:
    """Frames of all segments of a planar body, and how they turn.

    Attributes
    ----------
    cos, sin : (..., S) of the matrix [[cos, -sin], [sin, cos]] from the segment frames to the ground.
    angle : (..., S) absolute segment angle about z [rad].
    rate, acceleration : (..., S) angular velocity [rad/s] and acceleration [rad/s^2].
    """

    cos: Tensor
    sin: Tensor
    angle: Tensor
    rate: Tensor
    acceleration: Tensor

    def rotate(self, segments: Sequence[int], *local: Tensor) -> list[Tensor]:
        """R l of vectors (..., K, 2) in the frames of segments, to the ground frame, for each of ``local``."""
        cos, sin = select_scalars(self.cos, segments), select_scalars(self.sin, segments)
        return [_turned(cos, sin, v) for v in local]

    def rotate_back(self, *ground: Tensor) -> list[Tensor]:
        """R^T v of ground-frame vectors (..., S, 2), to the frames of all segments, for each of ``ground``."""
        return [_turned_back(self.cos, self.sin, v) for v in ground]

    def swing(self, segments: Sequence[int], r: Tensor) -> Tensor:
        """w x r, the velocity of points at ``r`` (..., K, 2) from the segments' joints, in the ground frame."""
        batch = max(self.rate.dim() - 1, r.dim() - 2)
        rate, (x, y) = rows(select_scalars(self.rate, segments), batch), planes(r, batch).unbind(0)
        return vectors(torch.stack([-rate * y, rate * x]))

    def whirl(self, segments: Sequence[int], local: Tensor) -> Tensor:
        """w' x l + w x (w x l), the acceleration of points at ``local`` (..., K, 2) from the joints, in the segment frames."""
        batch = max(self.rate.dim() - 1, local.dim() - 2)
        rate, acceleration = (rows(select_scalars(t, segments), batch) for t in (self.rate, self.acceleration))
        x, y = planes(local, batch).unbind(0)
        inward = rate.square()
        # w x (w x l) = -w^2 l
        return vectors(
            torch.stack([-torch.addcmul(inward * x, acceleration, y), torch.addcmul(acceleration * x, inward, y, value=-1.0)])
        )

    def spin(self, inertia: Tensor) -> Tensor:
        """I w', the moment that the turning of each segment asks for, (..., S) [N m]."""
        return self.acceleration * inertia

    def turning(self, inertia: Tensor) -> Tensor:
        """I w^2, twice the energy of turning, (..., S) [J]."""
        return self.rate.square() * inertia

    def moment(self, r: Tensor, force: Tensor) -> Tensor:
        """(r x F)_z, (..., K)."""
        batch = max(r.dim(), force.dim()) - 2
        rx, ry = planes(r, batch).unbind(0)
        fx, fy = planes(force, batch).unbind(0)
        return scalars(torch.addcmul(rx * fy, ry, fx, value=-1.0))

    def to_ground(self, force: Tensor, moment: Tensor) -> tuple[Tensor, Tensor]:
        """Forces (..., S, 2) and moments (..., S) in the frames of all segments, to the ground frame."""
        return self.rotate(range(force.shape[-2]), force)[0], moment

    def sum_moments(self, path: Tensor, moments: Sequence[Tensor]) -> Tensor:
        """sum_j path[i, j] N_j of moments side by side, (..., S1 + S2 + ...) with (K, S1 + S2 + ...) to (..., K)."""
        return sum_scalars(path, join_scalars(*moments))

    def about_axes(self, segments: Sequence[int], moments: Tensor) -> Tensor:
        """Moments (..., S) about the axes of rotations that turn ``segments`` (K), (..., K)."""
        return select_scalars(moments, segments)

    def in_sensors(self, mounted: Tensor, v: Tensor) -> Tensor:
        """Vectors (..., K, 2) in segment frames, in frames turned by ``mounted`` (..., K) [rad] against them."""
        return _turned_back(torch.cos(mounted), torch.sin(mounted), v)

    def rates_in_sensors(self, segments: Sequence[int], mounted: Tensor) -> Tensor:
        """Angular velocity about z, (..., K), which no rotation about z changes."""
        return select_scalars(self.rate, segments)


def frames(turn: Tensor, q: Tensor, qd: Tensor, qdd: Tensor) -> Frames:
    """Frames of segments that ``turn`` (S, n) says which coordinates (..., n) turn [rad]."""
    # theta_i = sum of the rotations on the path from the root (and so for its derivatives)
    angle, rate, acceleration = (sum_scalars(turn, x) for x in (q, qd, qdd))
    return Frames(torch.cos(angle), torch.sin(angle), angle, rate, acceleration)
