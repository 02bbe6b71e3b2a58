"""Contact with level ground: complementarity of free forces, and a sliding-point force law."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from kinertia.bodies import Body
from kinertia.mechanics import kinematics as kin
from kinertia.mechanics.kinematics import Kinematics, PointMotion

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
    0 <= F_y  _|_  y >= 0, and v = 0 in every direction where F_y > 0 (rigid contact without slip).
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
    force : (..., F, D) ground reaction per foot [N].
    point : motion of the contact point of each foot.
    segments : segment index of each foot.
    """

    force: Tensor
    point: PointMotion
    segments: tuple[int, ...]


def sliding_point(body: Body, kinematics: Kinematics) -> SlidingContact:
    """Ground reaction of the sliding-point law: contact moves from heel to the middle of the toes with foot pitch.

    Returns
    -------
    SlidingContact with one force per foot, feet in the order of the skeleton's heel points.

    Notes
    -----
    p = w heel + (1 - w) toe, w = (tanh(7 phi) + 1) / 2 with phi the elevation of the foot's x axis;
    F_y = 100 BW (sqrt(y^2 + e^2) - y) / 2 (1 - 0.75 y'), F_t = -mu F_y v_t / sqrt(v_t^2 + e^2) along the ground.
    The law is attributed to SSPINNpose in later software of its authors.
    """
    contacts, local = body.skeleton.contacts, body.contact_position
    heels = [p for p, c in enumerate(contacts) if c.name.startswith("heel")]
    segments = tuple(body.skeleton.contact_segments[p] for p in heels)
    toes = [[p for p, c in enumerate(contacts) if c.name.startswith("toe") and c.segment == contacts[h].segment] for h in heels]
    ahead = torch.zeros(len(heels), local.shape[-1], dtype=local.dtype, device=local.device)
    ahead[:, 0] = 1.0
    (ahead,) = kinematics.frames.rotate(segments, ahead)
    level = ahead[..., 0] if body.skeleton.planar else torch.linalg.vector_norm(ahead[..., ::2], dim=-1)
    weight = (0.5 * (torch.tanh(SLIDE_RATE * torch.atan2(ahead[..., 1], level)) + 1.0)).unsqueeze(-1)
    toe = torch.stack([local[..., of, :].mean(-2) for of in toes], -2)
    point = kin.points(kinematics, segments, weight * local[..., heels, :] + (1.0 - weight) * toe)
    y, along, rise = point.position[..., 1], point.velocity[..., ::2], point.velocity[..., 1]
    depth = 0.5 * (torch.sqrt(y.square() + HEIGHT_SMOOTHING_M**2) - y)
    # no adhesion: the damped spring can only push
    vertical = STIFFNESS_BW_PER_M * body.weight.unsqueeze(-1) * depth * torch.relu(1.0 - DAMPING_S_PER_M * rise)
    smooth = torch.sqrt(along.square().sum(-1) + SPEED_SMOOTHING_M_PER_S**2)
    friction = -FRICTION * (vertical / smooth).unsqueeze(-1) * along
    return SlidingContact(torch.cat([friction[..., :1], vertical.unsqueeze(-1), friction[..., 1:]], -1), point, segments)
