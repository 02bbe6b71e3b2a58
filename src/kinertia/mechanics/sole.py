"""Where feet touch the ground: points fixed on a segment, or soles that roll.

A sole that rolls is two arcs and a strip. The arcs, under the heel and under the ball of the foot, are parts of circles
(spheres in space) that are fixed in the foot, and touch the ground with their lowest points. The strip under the toes lies
flat in front of the ball's lowest point while the heel rises, and lifts with the foot while the toes point up.

On measured walking and running the foot turns about a point on the ground that travels from 15 to 23 cm in front of the ankle
while the heel rises from 10 to 50 deg, as an arc of 8 to 9 cm of radius does, and the centre of pressure runs up to 5 cm ahead
of it (docs/bodies.md).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from kinertia.bodies import Body
from kinertia.mechanics.kinematics import Kinematics
from kinertia.mechanics.layout import select

CORNER = 0.05
"""Width of the passage between toes that lie flat and toes that point up, as a sine of the foot's elevation (3 deg). It keeps
the direction of the toes of a foot on its tip defined, and makes flat ones 0.1 % shorter."""


@dataclass(frozen=True)
class Touch:
    """Where each contact point is, and how fast the matter of the sole moves there; each (..., P, D) in the ground frame.

    Attributes
    ----------
    position : [m].
    velocity : of the sole, not of the place where it touches: zero while it rolls without slipping [m/s].
    """

    position: Tensor
    velocity: Tensor


def touch(body: Body, kinematics: Kinematics) -> Touch:
    """Motion of the body's contact points.

    Parameters
    ----------
    body : parameters broadcastable against the leading dimensions of the motion.
    kinematics : motion of the segments.

    Returns
    -------
    Touch with (..., P, D) arrays.
    """
    segments = body.skeleton.contact_segments
    (arm,) = kinematics.frames.rotate(segments, body.contact_position)
    if body.contact_radius is not None and body.contact_reach is not None:
        # r = R c - radius y: the lowest point of a circle about c
        down = arm.new_tensor([0.0, -1.0, 0.0][: arm.shape[-1]])
        arm = arm + body.contact_radius.unsqueeze(-1) * down
    # p = o + r,  v = o' + w x r
    position = select(kinematics.origin, segments) + arm
    velocity = select(kinematics.origin_velocity, segments) + kinematics.frames.swing(segments, arm)
    if body.contact_reach is None:
        return Touch(position, velocity)
    ahead, turning = _toes(body, kinematics)
    reach = body.contact_reach.unsqueeze(-1)
    # the strip is as long as it is: p = p_ball + reach t,  v = v_ball + reach t'
    return Touch(position + reach * ahead, velocity + reach * turning)


def _toes(body: Body, kinematics: Kinematics) -> tuple[Tensor, Tensor]:
    """Direction t of the toes and its rate t', (..., P, D): level while the heel rises, along the foot while they point up."""
    segments = body.skeleton.contact_segments
    forward = kinematics.arm.new_tensor([[1.0, 0.0, 0.0][: kinematics.arm.shape[-1]]] * len(segments))
    # a, the foot's long axis, and a' = w x a
    (axis,) = kinematics.frames.rotate(segments, forward)
    rate = kinematics.frames.swing(segments, axis)
    up, rising = axis[..., 1:2], rate[..., 1:2]
    # s = (a_y + sqrt(a_y^2 + e^2)) / 2: the axis' rise, never below the ground
    root = torch.sqrt(up.square() + CORNER**2)
    rise, change = 0.5 * (up + root), 0.5 * (1.0 + up / root) * rising
    raised = torch.cat([axis[..., :1], rise, axis[..., 2:]], -1)
    moved = torch.cat([rate[..., :1], change, rate[..., 2:]], -1)
    # t = b / sqrt(b^2 + e^2) of b = (a_x, s, a_z),  t' = (b' - t (t . b')) / sqrt(b^2 + e^2)
    length = torch.sqrt(raised.square().sum(-1, keepdim=True) + CORNER**2)
    ahead = raised / length
    return ahead, (moved - ahead * (ahead * moved).sum(-1, keepdim=True)) / length
