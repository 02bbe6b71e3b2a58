"""Rotations and products of the sagittal plane: the geometry that the equations of motion are written over.

The recursion in ``kinematics`` and ``dynamics`` uses only the names of this module. A spatial body
needs a module with the same names (matrices for the orientation, 3-vectors for rates), not new equations.

Vectors are (..., 2): x forward, y up. Rates and moments are scalars about z (right), counter-clockwise positive.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Rotation:
    """A rotation about z as its cosine and sine, each (...)."""

    cos: Tensor
    sin: Tensor

    def __getitem__(self, index: object) -> Rotation:
        return Rotation(self.cos[index], self.sin[index])  # type: ignore[index]


def vector(x: Tensor, y: Tensor) -> Tensor:
    """Stack components to (..., S, 2) whose memory is component-major, so that path sums are one matrix product."""
    return torch.stack([x, y], dim=-2).transpose(-1, -2)


def rotation(angle: Tensor) -> Rotation:
    """Rotation by ``angle`` [rad], (...)."""
    return Rotation(torch.cos(angle), torch.sin(angle))


def rotate(orientation: Rotation, v: Tensor) -> Tensor:
    """R v: from the segment frame to the ground frame, (..., S, 2)."""
    x, y = v[..., 0], v[..., 1]
    return vector(orientation.cos * x - orientation.sin * y, orientation.sin * x + orientation.cos * y)


def rotate_back(orientation: Rotation, v: Tensor) -> Tensor:
    """R^T v: from the ground frame to the segment frame, (..., S, 2)."""
    x, y = v[..., 0], v[..., 1]
    return vector(orientation.cos * x + orientation.sin * y, orientation.cos * y - orientation.sin * x)


def cross_rate(rate: Tensor, v: Tensor) -> Tensor:
    """w x v for an angular rate w (...) about z, (..., 2)."""
    return vector(-rate * v[..., 1], rate * v[..., 0])


def point_acceleration(rate: Tensor, acceleration: Tensor, r: Tensor) -> Tensor:
    """a x r + w x (w x r): acceleration of a point at ``r`` from a rotating segment's origin, (..., 2)."""
    x, y = r[..., 0], r[..., 1]
    square = rate * rate
    return vector(-acceleration * y - square * x, acceleration * x - square * y)


def moment(r: Tensor, force: Tensor) -> Tensor:
    """(r x F)_z, (...)."""
    return r[..., 0] * force[..., 1] - r[..., 1] * force[..., 0]


def path_sum(path: Tensor, v: Tensor) -> Tensor:
    """sum_j path[i, j] v_j over segments: (..., S, 2) with (K, S) to (..., K, 2)."""
    return (v.transpose(-1, -2) @ path.T).transpose(-1, -2)
