"""The self-supervised objective, after SSPINNpose (arXiv 2506.11786): decode, run through the body, compare with the sensors.

    L(theta, u) = sum_k w_k L_k

theta are the weights of the network, which says motion q, q', q'' and contact forces f of a window; u is how a person differs
from what was stated. Each L_k is a mean over samples n, sensors, joints or contact points; its equation stands beside it in
:func:`terms`, its function in :mod:`kinertia.learning.losses`, its weight w_k in :class:`kinertia.learning.config.LossWeights`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from kinertia.bodies import Body
from kinertia.learning import actuation, decode, differences, losses, prior, supervision
from kinertia.learning.batch import Batch, covered
from kinertia.learning.config import Config, LossWeights
from kinertia.learning.personal import Deviation
from kinertia.mechanics import contact, dynamics, imu, sole
from kinertia.mechanics import kinematics as kin
from kinertia.mechanics.imu import Mounting, Signals
from kinertia.mechanics.motion import Motion
from kinertia.mechanics.sole import Touch
from kinertia.recording import SensorSet


@dataclass(frozen=True)
class Evaluation:
    """A motion and what the physics says of it; (B, T - 4, ...)."""

    # body, motion: the body with a time axis, and how it moves
    body: Body
    motion: Motion
    kinematics: kin.Kinematics  # motion of the segments
    generalized: Tensor  # (..., n) forces that inverse dynamics asks for: root residual, then joint moments [N, N m]
    contact: Touch  # motion of the contact points
    signals: Signals  # virtual IMU signals

    @property
    def residual(self) -> Tensor:
        """Forces that the root would need [N, N m]; in the paper's formulation what all coordinates are short of."""
        torque = self.motion.torque
        return self.generalized[..., self.body.skeleton.root] if torque is None else torque - self.generalized

    @property
    def moments(self) -> Tensor:
        """(..., joints) joint moments [N m]."""
        torque = self.motion.torque
        return (self.generalized if torque is None else torque)[..., self.body.skeleton.joints]


def evaluate(motion: Motion, body: Body, mounting: Mounting) -> Evaluation:
    """Run a motion through the body; ``body`` and ``mounting`` carry a time axis."""
    kinematics = kin.forward(body, motion.q, motion.qd, motion.qdd)
    touching = sole.touch(body, kinematics)
    generalized = dynamics.inverse(body, kinematics, motion.force, touching)
    return Evaluation(body, motion, kinematics, generalized, touching, imu.read(kinematics, mounting))


def look(raw: Tensor, batch: Batch, units: Tensor, config: Config) -> Evaluation:
    """The motion that raw outputs mean on the wearers' bodies, with sensors as they sit; parameters as of :func:`terms`."""
    deviation = Deviation.of(units, batch.misalignment, batch.size_error, batch.inclination)
    real = deviation.body(batch.body)
    body = real.with_time_axis()
    motion = decode.motion(raw, real, config.rate_hz, config.network.formulation)
    return evaluate(motion, body, deviation.mounting(batch.position, real.skeleton, config.sensors))


def terms(raw: Tensor, batch: Batch, units: Tensor, config: Config, labels: Tensor | None = None) -> dict[str, Tensor]:
    """Every loss term, unweighted.

    Parameters
    ----------
    raw : (B, T, outputs) raw network outputs.
    batch : the windows.
    units : (B, U) learned deviations of the people, see :mod:`kinertia.learning.personal`.
    labels : (B, T, channels) what was measured of the motion, see :mod:`kinertia.learning.supervision`; None without.
    """
    result = look(raw, batch, units, config)
    body, motion, q = result.body, result.motion, result.motion.q
    inside = slice(differences.REACH, -differences.REACH)
    seen = batch.present[:, inside]
    mask = losses.valid_samples(raw.shape[-2], config.training.warm_up, raw) * covered(batch.present)
    force_bw = motion.force / body.weight[..., None, None]
    touch = contact.complementarity(result.contact, force_bw[..., 1])
    residual, asked, given = result.residual, result.moments, motion
    if motion.torque is None and not config.training.effort_sets_posture:
        asked, given = _moments_at_given_posture(motion, body, batch.present, config.sensors, mask)
    muscles = config.training.actuation == "muscles"
    measured, spread = batch.signals[:, inside], batch.variance
    outcome = {
        # rho((a(q, q', q'') - a_measured)^2 / s^2): accelerometers; s spread of the channel, rho squares small errors only
        "acc": losses.acc(result.signals, measured, seen, spread, mask),
        # rho((w(q') - w_measured)^2 / s^2): gyroscopes
        "gyro": losses.gyro(result.signals, measured, seen, spread, mask),
        # |F_r + F_r*|^2 [BW, BW H]: Kane's equations of the root, which nothing drives
        "kane": losses.kane(residual, body, mask),
        # (100 tau / (BW H))^2: effort, of joints that muscles do not move where these do
        "torque": losses.torque(asked * actuation.without_muscles(body).to(asked) if muscles else asked, body, mask),
        # (q'_x - v)^2: forward speed against what leg gyroscopes say roughly, early in training
        "speed_hint": losses.speed_hint(motion.qd[..., 0], batch.speed_hint, mask),
        # ((mean q_knee - q_usual) / sigma)^2: of people who walk, or run
        "posture": losses.posture(q[..., _named(body, "knee_angle")], batch.knee_hint, mask),
        # |u|^2: in units of the expected errors
        "prior": losses.prior(units),
        # (tau(n) - tau(n - 1))^2 / mean tau^2: change of joint moments
        "torque_rate": losses.torque_rate(asked, body, mask),
        # (tau(n + 1) - 2 tau(n) + tau(n - 1))^2 / mean tau^2: ripples
        "torque_bend": losses.torque_bend(asked, body, mask),
        # (f(n + 1) - 2 f(n) + f(n - 1))^2 [BW^2]: ripples of contact forces
        "force_bend": losses.force_bend(force_bw, mask),
        # max(q - q_max, q_min - q, 0)^2: range of motion
        "limit": losses.limit(body, q, mask),
        # max(-y, 0)^2: contact points below the ground
        "penetration": losses.penetration(touch, mask),
        # (f_y y)^2: force on lifted points
        "lifted": losses.lifted(touch, mask),
        # f_y |v|^2: force on points that move
        "slip": losses.slip(touch, mask),
        # (f(n) - f(n - 1))^2 [BW^2]: change of contact forces
        "force_rate": losses.force_rate(force_bw, mask),
    }
    if muscles:
        # min sum w a^2 / 2 + (r / r_0)^2 / 2, where muscles with activations a and reserves r give tau: effort of muscles
        outcome["activation"] = losses.masked_mean(actuation.effort(asked, given.q, given.qd, body), mask[..., None])
    for j in _named(body, "lumbar_extension"):
        # q_lumbar^2: the trunk has no sensor
        outcome["lumbar"] = losses.lumbar(q[..., j], mask)
    if config.weights.usual > 0.0:
        # d^T C^-1 d: mean inclinations of segments off the usual ones
        outcome["usual"] = prior.distance(q, batch.knee_hint, body.skeleton, mask)
    if labels is not None:
        # ((x - x_measured) / unit)^2 of angles, moments, ground reaction and speed, where they were measured
        outcome["labels"] = supervision.term(motion, result.moments, body, labels, mask)
    if config.network.formulation == "paper":
        # ((x(n + 1) - x(n)) / dt - (x'(n + 1) + x'(n)) / 2)^2 of (q, q') and (q', q'')
        outcome["temporal"] = losses.temporal(q, motion.qd, motion.qdd, config.rate_hz, mask)
    return outcome


def total(found: dict[str, Tensor], weights: LossWeights) -> Tensor:
    """sum_k w_k L_k."""
    return torch.stack([getattr(weights, name) * value for name, value in found.items()]).sum()


def _moments_at_given_posture(
    motion: Motion, body: Body, present: Tensor, sensors: SensorSet, mask: Tensor
) -> tuple[Tensor, Motion]:
    """(B, T - 4, n - 3) joint moments whose gradient leaves each window's mean coordinates alone [N m], and such a motion.

    Straight knees need the least moments, so that effort would pull postures towards them, whatever the sensors read. Without
    sensors on both feet little else tells where the feet are under the body, and effort keeps its say. The mean is that of the
    samples that count: others, free of every loss, would be driven off without bound to move it.
    """
    on = [k for k, segment in enumerate(sensors.segments) if segment.startswith("foot")]
    feet = present[..., on, :].amax((-1, -3)).amin(-1) if len(on) == 2 else present.new_zeros(present.shape[:-3])
    seen = mask.expand(motion.q.shape[:-1]).unsqueeze(-1)
    mean = feet[:, None, None] * (motion.q * seen).sum(-2, keepdim=True) / seen.sum(-2, keepdim=True).clamp_min(1.0)
    given = replace(motion, q=motion.q - mean + mean.detach())
    kinematics = kin.forward(body, given.q, given.qd, given.qdd)
    generalized = dynamics.inverse(body, kinematics, given.force, sole.touch(body, kinematics))
    return generalized[..., body.skeleton.joints], given


def _named(body: Body, name: str) -> list[int]:
    """Coordinates of this name, of one side or both."""
    return [j for j, coordinate in enumerate(body.skeleton.coordinate_names) if coordinate.startswith(name)]
