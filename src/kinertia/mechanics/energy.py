"""Mechanical energy of the body."""

from __future__ import annotations

from torch import Tensor

from kinertia.bodies import Body
from kinertia.mechanics import kinematics as kin
from kinertia.mechanics.kinematics import Kinematics


def potential(body: Body, kinematics: Kinematics) -> Tensor:
    """Potential energy sum m g y [J], (...), zero at ground level."""
    com = kin.centres_of_mass(body, kinematics).position
    return (body.mass * com[..., 1]).sum(-1) * body.gravity


def kinetic(body: Body, kinematics: Kinematics) -> Tensor:
    """Kinetic energy sum (m v^2 + w . I w) / 2 [J], (...)."""
    velocity = kin.centres_of_mass(body, kinematics).velocity
    linear = (body.mass * velocity.square().sum(-1)).sum(-1)
    turning = kinematics.frames.turning(body.inertia).sum(-1)
    return 0.5 * (linear + turning)
