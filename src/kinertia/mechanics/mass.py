"""Mass matrix of a body."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from kinertia.bodies import Body
from kinertia.mechanics import dynamics, kinematics


def matrix(body: Body, q: Tensor) -> Tensor:
    """Mass matrix M(q), (..., n, n) [kg, kg m, kg m^2], of coordinates ``q`` (..., n).

    Notes
    -----
    Column k is what a unit acceleration of coordinate k asks for at rest and without gravity: M e_k.
    """
    n = q.shape[-1]
    here, still = q.unsqueeze(-2).expand(*q.shape[:-1], n, n), q.new_zeros(n)
    weightless = replace(body, gravity=0.0).with_time_axis()
    unit = torch.eye(n, dtype=q.dtype, device=q.device)
    motion = kinematics.forward(weightless, here, still.expand_as(here), unit.expand_as(here))
    return dynamics.inertia_forces(weightless, motion).mT
