"""Self-supervised loss terms. Each is one function of the physics, normalised per person, with no weight of its own."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from kinertia.bodies import Body
from kinertia.bodies.posture import KNEE_SPREAD_DEG
from kinertia.learning import differences
from kinertia.learning.decode import ANGLE_SCALE
from kinertia.mechanics import passive
from kinertia.mechanics.contact import Complementarity
from kinertia.mechanics.imu import Signals

TOLERANCE = 0.3  # error, in standard deviations of the signal, beyond which the IMU losses grow only linearly
SMALLEST_MOMENT_BWBH = 0.01  # moments below this size count as this large when changes are judged relative to them
EXPECTED_RAD = math.radians(5.0)  # how far angles of a trained model are off on people it has not seen, about


def masked_mean(x: Tensor, mask: Tensor) -> Tensor:
    """Mean of ``x`` where ``mask`` (broadcastable) is 1."""
    weight = mask.expand_as(x)
    return (x * weight).sum() / weight.sum().clamp_min(1.0)


def _in_a_row(mask: Tensor, count: int) -> Tensor:
    """(..., T - count + 1) 1 where so many samples in a row are unmasked."""
    return mask.unfold(-1, count, 1).amin(-1)


def _moment_size(relative: Tensor, mask: Tensor) -> Tensor:
    """(..., 1, 1) mean square of a window's joint moments (..., T, J) [BWBH^2], without gradient."""
    seen = mask.expand(relative.shape[:-1]).unsqueeze(-1)
    square = (relative.detach().square() * seen).sum((-1, -2), keepdim=True)
    return square / (relative.shape[-1] * seen.sum((-1, -2), keepdim=True)).clamp_min(1.0) + SMALLEST_MOMENT_BWBH**2


def robust(square: Tensor) -> Tensor:
    """Pseudo-Huber of a squared error: squared when small, absolute when large. Skin and impacts make errors heavy-tailed."""
    # 2 d^2 (sqrt(1 + (e / d)^2) - 1)
    return 2 * TOLERANCE**2 * (torch.sqrt(1.0 + square / TOLERANCE**2) - 1.0)


def acc(virtual: Signals, measured: Tensor, present: Tensor, variance: Tensor, mask: Tensor) -> Tensor:
    """Accelerometer error over the spread of each channel. ``measured``, ``present`` (B, T, S, C), ``variance`` (B, S, C)."""
    error = (virtual.acc - measured[..., :2]).square() / variance[..., :2].unsqueeze(-3)
    return masked_mean(robust(error), present[..., :2] * mask[..., None, None])


def gyro(virtual: Signals, measured: Tensor, present: Tensor, variance: Tensor, mask: Tensor) -> Tensor:
    """Gyroscope error over the spread of each channel; shapes as in :func:`acc`."""
    error = (virtual.gyro - measured[..., 2]).square() / variance[..., 2].unsqueeze(-2)
    return masked_mean(robust(error), present[..., 2] * mask[..., None])


def kane(residual: Tensor, body: Body, mask: Tensor) -> Tensor:
    """|F_r + F_r*|^2 with forces in BW and moments in BW H. ``residual`` (B, T, n or 3), ``body`` with time axis."""
    scale = torch.stack([body.weight, body.weight, *[body.moment_scale] * (residual.shape[-1] - 2)], dim=-1)
    return masked_mean((residual / scale).square(), mask[..., None])


def torque(joint: Tensor, body: Body, mask: Tensor) -> Tensor:
    """Effort: mean squared joint moment in percent BW H. ``joint`` (B, T, 6) [N m]."""
    return masked_mean((100.0 * joint / body.moment_scale[..., None]).square(), mask[..., None])


def torque_rate(joint: Tensor, body: Body, mask: Tensor) -> Tensor:
    """Mean squared change of joint moments between samples, over the mean square of a window's moments.

    ``joint`` is (B, T, J) [N m]. Relative, so that running, with its larger moments, is not smoothed more than walking; the
    denominator carries no gradient, or large moments would pay.
    """
    relative = joint / body.moment_scale[..., None]
    change = (relative[..., 1:, :] - relative[..., :-1, :]).square()
    return masked_mean(change / _moment_size(relative, mask), _in_a_row(mask, 2)[..., None])


def torque_bend(joint: Tensor, body: Body, mask: Tensor) -> Tensor:
    """Mean squared second difference of joint moments, over the mean square of a window's moments; as :func:`torque_rate`.

    Ripples bend a curve and cost; a moment that rises and falls once a step hardly does, so that posture stays free.
    """
    relative = joint / body.moment_scale[..., None]
    bend = relative[..., 2:, :] - 2.0 * relative[..., 1:-1, :] + relative[..., :-2, :]
    return masked_mean(bend.square() / _moment_size(relative, mask), _in_a_row(mask, 3)[..., None])


def force_bend(force_bw: Tensor, mask: Tensor) -> Tensor:
    """Squared second difference of contact forces [BW^2]. ``force_bw`` (B, T, P, 2)."""
    bend = force_bw[..., 2:, :, :] - 2.0 * force_bw[..., 1:-1, :, :] + force_bw[..., :-2, :, :]
    return masked_mean(bend.square(), _in_a_row(mask, 3)[..., None, None])


def limit(body: Body, q: Tensor, mask: Tensor) -> Tensor:
    """Squared excess over the joints' ranges of motion [rad^2]."""
    return masked_mean(passive.limit_violation(body, q).square(), mask[..., None])


def lumbar(angle: Tensor, mask: Tensor) -> Tensor:
    """Squared lumbar angle [rad^2]: the trunk, without a sensor, follows the pelvis unless the dynamics say otherwise."""
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
    return masked_mean(change, _in_a_row(mask, 2)[..., None, None])


def speed_hint(speed: Tensor, hint: Tensor, mask: Tensor) -> Tensor:
    """Squared distance of forward speed (B, T) from a rough value (B,) [m^2/s^2]; people without one (NaN) do not count."""
    known = torch.isfinite(hint).unsqueeze(-1)
    distance = (speed - torch.nan_to_num(hint).unsqueeze(-1)).square()
    return masked_mean(distance, mask * known)


def posture(knee: Tensor, hint: Tensor, mask: Tensor) -> Tensor:
    """Squared distance of each knee's mean angle in a window from the usual one, in standard deviations between people.

    ``knee`` (B, T, K) [rad], ``hint`` (B,) usual mean angle [rad]; windows without one (NaN) do not count.
    """
    seen = mask.expand(knee.shape[:-1]).unsqueeze(-1)
    mean = (knee * seen).sum(-2) / seen.sum(-2).clamp_min(1.0)
    spread = math.radians(KNEE_SPREAD_DEG)
    distance = ((mean - torch.nan_to_num(hint).unsqueeze(-1)) / spread).square()
    return masked_mean(distance, (torch.isfinite(hint) * seen.amax((-1, -2))).unsqueeze(-1))


def prior(units: Tensor) -> Tensor:
    """Prior on personal deviations: summed squares in units of the expected errors. ``units`` (B, U)."""
    return units.square().sum(-1).mean()


def temporal(q: Tensor, qd: Tensor, qdd: Tensor, rate_hz: float, mask: Tensor) -> Tensor:
    """|(x(n+1) - x(n)) / dt - v(n)|^2 for (q, q') and (q', q''), trapezoid in v; pelvis_tx has no position to compare."""
    dt = 1.0 / rate_hz
    both = _in_a_row(mask, 2)[..., None]

    def mismatch(x: Tensor, v: Tensor) -> Tensor:
        step = (x[..., 1:, :] - x[..., :-1, :]) / dt
        return masked_mean((step - 0.5 * (v[..., 1:, :] + v[..., :-1, :])).square(), both)

    return mismatch(q[..., 1:], qd[..., 1:]) + 0.01 * mismatch(qd, qdd)


def anchor(raw: Tensor, held: Tensor, warm_up: int, rotations: int) -> Tensor:
    """Squared distance of joint angles from those of the model that training started from, in units of their expected error.

    It keeps what that model knew of posture. ``raw`` (B, T, outputs) are raw outputs of the sensors that the network was shown,
    ``held`` those of the model as it was, which saw all that were worn; the first ``rotations`` of them are angles.
    """
    error = (raw - held)[..., :rotations] * (ANGLE_SCALE / EXPECTED_RAD)
    inside = torch.zeros(raw.shape[-2], dtype=raw.dtype, device=raw.device)
    inside[differences.REACH : -differences.REACH] = valid_samples(raw.shape[-2], warm_up, raw)
    return masked_mean(error.square(), inside[:, None])


def valid_samples(samples: int, warm_up: int, like: Tensor) -> Tensor:
    """(T - 4,) mask that leaves out the first ``warm_up`` samples of a window."""
    mask = torch.ones(samples, dtype=like.dtype, device=like.device)
    mask[:warm_up] = 0.0
    return mask[differences.REACH : -differences.REACH]
