"""The smallest change of pelvis path and trunk with which a measured motion in space explains the measured ground reaction.

What :mod:`experiments.planar.consistent` does in the plane, in space and for any number of strides: measured pelvis paths and
trunks leave a force and a moment at the root that no plate measured; legs keep their angles.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from experiments.planar import periodic
from experiments.spatial.movement import PELVIS, Movement, sample, with_coordinates

ITERATIONS = 12
SETTLED = 0.9
"""Of what was left before: more left than this, and nothing more is gained."""
FREE = (*PELVIS, "lumbar_extension", "lumbar_bending", "lumbar_rotation")
CHANGE = (0.02, 0.02, 0.02, 0.1, 0.1, 0.1)
"""One standard deviation of what may change [m, rad], as in the plane."""
RESIDUAL = 1e-3
"""The same of what may be left at the root [BW, BWBH]."""
STEP = 1e-4
"""Of the differences that derivatives are taken by [m, rad, m/s^2, rad/s^2]."""


def correct(movement: Movement) -> Movement:
    """A movement that explains its ground reaction.

    Parameters
    ----------
    movement : as measured (:mod:`experiments.spatial.movement`).

    Returns
    -------
    Movement with other pelvis path, but for its mean place, and other trunk.

    Notes
    -----
    Gauss-Newton with one Jacobian per harmonic, of the mean posture: a change of the free coordinates by D e^(iwt) changes what
    is left at the root by (K - w^2 M) D e^(iwt). It is exact for a body that does not move, and iterated.
    """
    # twice as many samples as the series has terms
    count = 2 * movement.coordinates.shape[-1]
    phase = torch.arange(count, dtype=torch.float64) / count
    free = torch.tensor([movement.index(name) for name in FREE])
    stiffness, mass = _derivatives(movement, phase, free)
    harmonics = (movement.coordinates.shape[-1] - 1) // 2
    rate = 2.0 * math.pi * torch.arange(harmonics + 1, dtype=torch.float64) / movement.period_s
    scale = torch.tensor(CHANGE, dtype=torch.float64)
    jacobian = (stiffness - rate.square()[:, None, None] * mass) * scale / RESIDUAL
    jacobian[0, :, :3] = 0.0  # the mean place stays
    # slower than a stride, forces say nothing about places: a hundredth of the weight would be a metre in ten seconds
    jacobian[1 : 1 if movement.repeats else movement.strides] = 0.0
    # D = - (J^T J + 1)^-1 (J^T r + D so far)
    solve = torch.linalg.inv(jacobian.mT @ jacobian + torch.eye(len(FREE), dtype=torch.float64))
    first, changed = movement.coordinates[free], torch.zeros(harmonics + 1, len(FREE), dtype=torch.complex128)
    before = math.inf
    for _ in range(ITERATIONS):
        residual = root_residual(movement, phase)
        if (size := float(residual.norm())) > SETTLED * before:
            break
        left, before = torch.fft.rfft(residual, dim=0)[: harmonics + 1] / count / RESIDUAL, size
        down = (jacobian.mT.to(left) @ left[..., None])[..., 0] + changed
        changed = changed - (solve.to(left) @ down[..., None])[..., 0]
        values = torch.fft.irfft(count * changed * scale, n=count, dim=0)
        coordinates = movement.coordinates.index_copy(0, free, first + periodic.coefficients(values, harmonics))
        movement = with_coordinates(movement, coordinates)
    return movement


def root_residual(movement: Movement, phase: Tensor) -> Tensor:
    """(T, 6) force [BW] and moment [BWBH] at the root that the ground reaction does not explain, by its coordinates."""
    return _left(movement, phase)


def _left(movement: Movement, phase: Tensor, push: Tensor | None = None) -> Tensor:
    body = movement.imported.body
    # translations before rotations
    root = [movement.index(name) for name in body.skeleton.coordinate_names[body.skeleton.root]]
    found = sample(movement, phase, push).generalized[:, root]
    return found / torch.cat([body.weight.expand(3), body.moment_scale.expand(3)])


def _derivatives(movement: Movement, phase: Tensor, free: Tensor) -> tuple[Tensor, Tensor]:
    """Mean change (6, 6) of what is left at the root, by the free coordinates and by their accelerations."""
    before = _left(movement, phase).mean(dim=0)
    stiffness, mass = [], []
    for row in free.tolist():
        moved = movement.coordinates.clone()
        moved[row, 0] += STEP
        push = torch.zeros(len(movement.names), dtype=torch.float64)
        push[row] = STEP
        stiffness.append((_left(with_coordinates(movement, moved), phase).mean(dim=0) - before) / STEP)
        mass.append((_left(movement, phase, push).mean(dim=0) - before) / STEP)
    return torch.stack(stiffness, dim=-1), torch.stack(mass, dim=-1)
