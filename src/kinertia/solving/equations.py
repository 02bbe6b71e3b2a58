"""The equations of one time node, written over the same physics that networks are trained with."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from kinertia.bodies import Body
from kinertia.mechanics import contact, dynamics
from kinertia.mechanics import kinematics as kin
from kinertia.mechanics.contact import Complementarity


@dataclass(frozen=True)
class Moving:
    """A body at one instant.

    Attributes
    ----------
    q, qd, qdd : (n,) coordinates and derivatives.
    kinematics : motion of the segments.
    touching : motion of the contact points.
    """

    q: Tensor
    qd: Tensor
    qdd: Tensor
    kinematics: kin.Kinematics
    touching: kin.PointMotion


def spline(before: Tensor, at: Tensor, after: Tensor, step_s: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Value and two derivatives of a uniform cubic B-spline at a node, from the coefficients around it.

    Notes
    -----
    de Boor (1978), A Practical Guide to Splines: q = (c- + 4 c + c+) / 6.
    """
    # q' = (c+ - c-) / 2h,  q'' = (c+ - 2 c + c-) / h^2
    return (
        (before + 4.0 * at + after) * (1.0 / 6.0),
        (after - before) * (0.5 / step_s),
        (after - 2.0 * at + before) / (step_s * step_s),
    )


def move(body: Body, q: Tensor, qd: Tensor, qdd: Tensor) -> Moving:
    """Kinematics of the body and of its contact points."""
    kinematics = kin.forward(body, q, qd, qdd)
    return Moving(q, qd, qdd, kinematics, kin.contact_points(body, kinematics))


def kane(body: Body, moving: Moving, force_bw: Tensor, moment_bwbh: Tensor) -> Tensor:
    """Residual of the equations of motion, (n,): root forces [BW], then moments [BWBH].

    Parameters
    ----------
    force_bw : (P, 2) ground reaction at the contact points [BW].
    moment_bwbh : (n - 3,) joint moments [BWBH].
    """
    torque = torch.cat([torch.zeros_like(moving.q[:3]), moment_bwbh * body.moment_scale])
    residual = dynamics.kane_residual(body, moving.kinematics, force_bw * body.weight, torque, moving.touching)
    return torch.cat([residual[:2] / body.weight, residual[2:] / body.moment_scale])


def complementarity(moving: Moving, force_bw: Tensor) -> Complementarity:
    """How far the forces are from contact, each (P,)."""
    return contact.complementarity(moving.touching, force_bw[..., 1])


def contact_limits(moving: Moving, force_bw: Tensor, friction: float, clear_m: float) -> Tensor:
    """Quantities of contact that are bounded, (5 P,): height [m], force times height [BW m], force times forward speed
    [BW m/s], and what is left of the friction cone ahead and behind [BW].
    """
    forward, vertical = force_bw[..., 0], force_bw[..., 1]
    height = moving.touching.position[..., 1]
    relative = height / clear_m
    return torch.cat(
        [
            height,
            # falls with the cube of height: feet and shoes are soft, but a few centimetres up nothing touches
            vertical * relative * relative * relative,
            vertical * moving.touching.velocity[..., 0],
            friction * vertical - forward,
            friction * vertical + forward,
        ]
    )
