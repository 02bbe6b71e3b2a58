"""Self-supervised loss terms. Each is one function of the physics, normalised per person, with no weight of its own."""

from __future__ import annotations

import torch
from torch import Tensor

from kinertia.body import Body
from kinertia.learning import differences
from kinertia.physics import passive
from kinertia.physics.contact import Complementarity
from kinertia.sensing.virtual_imu import Signals


def masked_mean(x: Tensor, mask: Tensor) -> Tensor:
    """Mean of ``x`` where ``mask`` (broadcastable) is 1."""
    weight = mask.expand_as(x)
    return (x * weight).sum() / weight.sum().clamp_min(1.0)


def imu(virtual: Signals, measured: Tensor, present: Tensor, variance: Tensor, mask: Tensor) -> Tensor:
    """|s - s_hat|^2 over the variance of each channel. ``measured``, ``present`` (B, T, 7, 3), ``variance`` (B, 7, 3)."""
    estimate = torch.cat([virtual.acc, virtual.gyro.unsqueeze(-1)], dim=-1)
    error = (estimate - measured).square() / variance.unsqueeze(-3)
    return masked_mean(error, present * mask[..., None, None])


def kane(residual: Tensor, body: Body, mask: Tensor) -> Tensor:
    """|F_r + F_r*|^2 with forces in BW and moments in BW H. ``residual`` (B, T, n or 3), ``body`` with time axis."""
    scale = torch.stack([body.weight, body.weight, *[body.moment_scale] * (residual.shape[-1] - 2)], dim=-1)
    return masked_mean((residual / scale).square(), mask[..., None])


def torque(joint: Tensor, body: Body, mask: Tensor) -> Tensor:
    """Effort: mean squared joint moment in percent BW H. ``joint`` (B, T, 6) [N m]."""
    return masked_mean((100.0 * joint / body.moment_scale[..., None]).square(), mask[..., None])


def torque_rate(joint: Tensor, body: Body, mask: Tensor) -> Tensor:
    """Mean squared change of joint moments between samples in percent BW H. ``joint`` (B, T, J) [N m]."""
    change = (joint[..., 1:, :] - joint[..., :-1, :]) / body.moment_scale[..., None]
    return masked_mean((100.0 * change).square(), mask[..., 1:, None])


def limit(body: Body, q: Tensor, mask: Tensor) -> Tensor:
    """Squared excess over the joints' ranges of motion [rad^2]."""
    return masked_mean(passive.limit_violation(body, q).square(), mask[..., None])


def lumbar(angle: Tensor, mask: Tensor) -> Tensor:
    """Squared lumbar angle [rad^2]: the trunk, which carries no sensor, follows the pelvis unless the dynamics say otherwise."""
    return masked_mean(angle.square(), mask)


def penetration(contact: Complementarity, mask: Tensor) -> Tensor:
    """Squared depth of contact points below the ground [m^2]."""
    return masked_mean(contact.penetration.square(), mask[..., None])


def lifted(contact: Complementarity, mask: Tensor) -> Tensor:
    """Squared product of vertical force and height [BW^2 m^2]."""
    return masked_mean(contact.lifted.square(), mask[..., None])


def slip(contact: Complementarity, mask: Tensor) -> Tensor:
    """Vertical force times squared speed of the contact point [BW m^2/s^2]."""
    return masked_mean(contact.slip, mask[..., None])


def force_rate(force_bw: Tensor, mask: Tensor) -> Tensor:
    """Squared change of contact forces between samples [BW^2]. ``force_bw`` (B, T, P, 2)."""
    change = (force_bw[..., 1:, :, :] - force_bw[..., :-1, :, :]).square()
    return masked_mean(change, mask[..., 1:, None, None])


def offset(angle: Tensor) -> Tensor:
    """Prior on sensor misalignment: mean over people of the sum of squared angles [rad^2]. ``angle`` (B, 7)."""
    return angle.square().sum(-1).mean()


def temporal(q: Tensor, qd: Tensor, qdd: Tensor, rate_hz: float, mask: Tensor) -> Tensor:
    """|(x(n+1) - x(n)) / dt - v(n)|^2 for (q, q') and (q', q''), trapezoid in v; pelvis_tx has no position to compare."""
    dt = 1.0 / rate_hz
    both = mask[..., 1:, None] * mask[..., :-1, None]

    def mismatch(x: Tensor, v: Tensor) -> Tensor:
        step = (x[..., 1:, :] - x[..., :-1, :]) / dt
        return masked_mean((step - 0.5 * (v[..., 1:, :] + v[..., :-1, :])).square(), both)

    return mismatch(q[..., 1:], qd[..., 1:]) + 0.01 * mismatch(qd, qdd)


def valid_samples(samples: int, warm_up: int, like: Tensor) -> Tensor:
    """(T - 4,) mask that leaves out the first ``warm_up`` samples of a window."""
    mask = torch.ones(samples, dtype=like.dtype, device=like.device)
    mask[:warm_up] = 0.0
    return mask[differences.REACH : -differences.REACH]
