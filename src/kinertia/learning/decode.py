"""From raw network outputs to a motion with contact forces."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import softplus

from kinertia.bodies import Body
from kinertia.learning import differences
from kinertia.learning.config import Formulation
from kinertia.learning.network import Layout
from kinertia.mechanics.motion import Motion

FRICTION_LIMIT = 0.6  # shoes on floors hold about as much
VERTICAL_SCALE = 0.25  # BW
ANGLE_SCALE = 0.5  # rad
HEIGHT_SCALE = 0.1  # m
SPEED_SCALE = 2.0  # m/s
RATE_SCALE = 5.0  # rad/s
ACCELERATION_SCALE = 50.0  # rad/s^2
TORQUE_SCALE = 0.05  # BW H
REST_ANGLES = {"hip_flexion": 0.15, "knee_angle": -0.3}  # rad, a slightly flexed stance
REST_SPEED = 1.5  # m/s


def pose(raw: Tensor, body: Body) -> tuple[Tensor, Tensor]:
    """Coordinates (B, T, 9) with pelvis_tx left at zero, and forward speed (B, T) [m/s]."""
    skeleton, layout = body.skeleton, Layout.of(body.skeleton)
    turning = [skeleton.coordinates[j].name for j in skeleton.rotations]
    rest = [REST_ANGLES.get(name.removesuffix("_r").removesuffix("_l"), 0.0) for name in turning]
    angles = torch.tensor(rest, dtype=raw.dtype, device=raw.device) + ANGLE_SCALE * raw[..., : layout.rotations]
    height = standing_height(body).unsqueeze(-1) + HEIGHT_SCALE * raw[..., layout.height]
    speed = REST_SPEED + SPEED_SCALE * raw[..., layout.speed]
    q = torch.cat([torch.zeros_like(height).unsqueeze(-1), height.unsqueeze(-1), angles], dim=-1)
    return q, speed


def standing_height(body: Body) -> Tensor:
    """Height of the hips in a slightly flexed stance, (...,) [m]."""
    return -0.98 * (body.joint_offset[..., 2, 1] + body.joint_offset[..., 3, 1] - body.ankle_height)


def contact_force(raw: Tensor, body: Body) -> Tensor:
    """Ground reaction at the contact points, (B, T, P, 2) [N]: pushing only, inside a friction cone."""
    layout = Layout.of(body.skeleton)
    part = raw[..., layout.force].unflatten(-1, (layout.contacts, 2))
    vertical = VERTICAL_SCALE * softplus(4.0 * part[..., 1] - 2.0)
    forward = FRICTION_LIMIT * vertical * torch.tanh(part[..., 0])
    return torch.stack([forward, vertical], dim=-1) * body.weight[..., None, None, None]


def motion(raw: Tensor, body: Body, rate_hz: float, formulation: Formulation) -> Motion:
    """Motion at the samples where central differences exist, (B, T, ...) to (B, T - 4, ...).

    ``raw`` (B, T, outputs) are raw outputs, ``body`` (B,) has no time axis. The formulation ``derivative`` differentiates the
    coordinates; ``paper`` takes q', q'' and torques as outputs.
    """
    dt = 1.0 / rate_hz
    q, speed = pose(raw, body)
    force = contact_force(raw, body)[..., differences.REACH : -differences.REACH, :, :]
    centre = differences.centre(q)
    if formulation == "paper":
        layout, extra = Layout.of(body.skeleton), differences.centre(raw)
        qd = torch.cat([differences.centre(speed.unsqueeze(-1)), RATE_SCALE * extra[..., layout.speeds]], dim=-1)
        qdd = ACCELERATION_SCALE * extra[..., layout.accelerations]
        joint = TORQUE_SCALE * body.moment_scale[..., None, None] * extra[..., layout.torques]
        torque = torch.cat([joint.new_zeros(*joint.shape[:-1], body.skeleton.root.stop), joint], dim=-1)
        return Motion(centre, qd, qdd, force, torque)
    qd, qdd = differences.first(q, dt), differences.second(q, dt)
    forward = speed.unsqueeze(-1)
    qd = torch.cat([differences.centre(forward), qd[..., 1:]], dim=-1)
    qdd = torch.cat([differences.first(forward, dt), qdd[..., 1:]], dim=-1)
    return Motion(centre, qd, qdd, force)
