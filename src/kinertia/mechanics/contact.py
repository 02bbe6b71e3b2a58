"""Contact with level ground: complementarity of free forces, and a sliding-point force law."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from kinertia.bodies import Body
from kinertia.mechanics import kinematics as kin
from kinertia.mechanics.kinematics import Kinematics, PointMotion
from kinertia.mechanics.layout import select, select_scalars

SLIDE_RATE = 7.0  # 1/rad, how quickly the point moves from heel to toe
STIFFNESS_BW_PER_M = 100.0  # one foot sinks in by 1 cm under the whole weight
DAMPING_S_PER_M = 0.75  # damping of Hunt and Crossley's form (1975)
FRICTION = 1.0  # Coulomb
HEIGHT_SMOOTHING_M = 1e-3  # rounds the corner at the ground
SPEED_SMOOTHING_M_PER_S = 0.1  # rounds the step of dry friction


@dataclass(frozen=True)
class Complementarity:
    """How far free contact forces are from unilateral, non-slipping contact; each (..., P), zero when consistent.

    Attributes
    ----------
    penetration : depth below the ground [m].
    lifted : vertical force [BW] times height above the ground [m].
    slip : vertical force [BW] times squared speed of the point [BW m^2/s^2].
    """

    penetration: Tensor
    lifted: Tensor
    slip: Tensor


def complementarity(contact: PointMotion, vertical_force_bw: Tensor) -> Complementarity:
    """Measure how far contact forces are from contact.

    Parameters
    ----------
    contact : motion of the contact points.
    vertical_force_bw : (..., P) vertical ground reaction at each point [BW], not negative.

    Notes
    -----
    0 <= F_y  _|_  y >= 0, and v = 0 where F_y > 0 (rigid contact without slip).
    """
    height = contact.position[..., 1]
    return Complementarity(
        penetration=torch.relu(-height),
        lifted=vertical_force_bw * height,
        slip=vertical_force_bw * contact.velocity.square().sum(-1),
    )


@dataclass(frozen=True)
class SlidingContact:
    """One force per foot at a point that slides along the sole.

    Attributes
    ----------
    force : (..., F, 2) ground reaction per foot [N].
    point : motion of the contact point of each foot.
    segments : segment index of each foot.
    """

    force: Tensor
    point: PointMotion
    segments: tuple[int, ...]


def sliding_point(body: Body, kinematics: Kinematics) -> SlidingContact:
    """Ground reaction of the sliding-point law: contact moves from heel to toe with foot pitch.

    Returns
    -------
    SlidingContact with one force per foot, feet in the order of the skeleton's heel points.

    Notes
    -----
    p = w heel + (1 - w) toe, w = (tanh(7 phi) + 1) / 2 with phi the global pitch of the foot;
    F_y = 100 BW (sqrt(y^2 + e^2) - y) / 2 (1 - 0.75 y'), F_x = -mu F_y v_x / sqrt(v_x^2 + e^2).
    The law is attributed to SSPINNpose in later software of its authors.
    """
    skeleton = body.skeleton
    heels = [p for p, c in enumerate(skeleton.contacts) if c.name.startswith("heel")]
    toes = [p for p, c in enumerate(skeleton.contacts) if c.name.startswith("toe")]
    segments = tuple(skeleton.contact_segments[p] for p in heels)
    pitch = select_scalars(kinematics.angle, segments)
    weight = (0.5 * (torch.tanh(SLIDE_RATE * pitch) + 1.0)).unsqueeze(-1)
    heel, toe = (select(body.contact_position, which) for which in (heels, toes))
    local = weight * heel + (1.0 - weight) * toe
    point = kin.points(kinematics, segments, local)
    y, vx, vy = point.position[..., 1], point.velocity[..., 0], point.velocity[..., 1]
    depth = 0.5 * (torch.sqrt(y.square() + HEIGHT_SMOOTHING_M**2) - y)
    # no adhesion: the damped spring can only push
    vertical = STIFFNESS_BW_PER_M * body.weight.unsqueeze(-1) * depth * torch.relu(1.0 - DAMPING_S_PER_M * vy)
    forward = -FRICTION * vertical * vx / torch.sqrt(vx.square() + SPEED_SMOOTHING_M_PER_S**2)
    return SlidingContact(torch.stack([forward, vertical], dim=-1), point, segments)
