"""The whole self-supervised objective: decode, run through the body, compare with the sensors."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

import torch
from torch import Tensor

from kinertia.bodies import Body
from kinertia.learning import decode, differences, losses, supervision
from kinertia.learning.batch import Batch, covered
from kinertia.learning.config import Config, LossWeights
from kinertia.learning.personal import Deviation
from kinertia.mechanics import contact, dynamics, imu
from kinertia.mechanics import kinematics as kin
from kinertia.mechanics.imu import Mounting, Signals
from kinertia.mechanics.motion import Motion
from kinertia.recording import SensorSet


@dataclass(frozen=True)
class Evaluation:
    """A motion and what the physics says of it; (B, T - 4, ...).

    Attributes
    ----------
    motion : the motion.
    kinematics : motion of the segments.
    generalized : (..., n) forces that inverse dynamics asks for: root residual, then joint moments [N, N m].
    contact : motion of the contact points.
    signals : virtual IMU signals.
    """

    motion: Motion
    kinematics: kin.Kinematics
    generalized: Tensor
    contact: kin.PointMotion
    signals: Signals


def evaluate(motion: Motion, body: Body, mounting: Mounting) -> Evaluation:
    """Run a motion through the body; ``body`` and ``mounting`` carry a time axis."""
    kinematics = kin.forward(body, motion.q, motion.qd, motion.qdd)
    touching = kin.contact_points(body, kinematics)
    generalized = dynamics.inverse(body, kinematics, motion.force, touching)
    return Evaluation(motion, kinematics, generalized, touching, imu.read(kinematics, mounting))


def terms(raw: Tensor, batch: Batch, units: Tensor, config: Config, labels: Tensor | None = None) -> dict[str, Tensor]:
    """Every loss term, unweighted.

    Parameters
    ----------
    raw : (B, T, outputs) raw network outputs.
    batch : the windows.
    units : (B, U) learned deviations of the people, see :mod:`kinertia.learning.personal`.
    labels : (B, T, channels) what was measured of the motion, see :mod:`kinertia.learning.supervision`; None without.
    """
    deviation = Deviation.of(units, batch.misalignment, batch.size_error, batch.inclination)
    real = deviation.body(batch.body)
    body = real.with_time_axis()
    motion = decode.motion(raw, real, config.rate_hz, config.network.formulation)
    result = evaluate(motion, body, deviation.mounting(batch.position, body.skeleton, config.sensors))
    inside = slice(differences.REACH, -differences.REACH)
    mask = losses.valid_samples(raw.shape[-2], config.training.warm_up, raw)
    seen = batch.present[:, inside]
    mask = mask * covered(batch.present)
    force_bw = motion.force / body.weight[..., None, None]
    touch = contact.complementarity(result.contact, force_bw[..., 1])
    if motion.torque is None:
        residual, joint = result.generalized[..., body.skeleton.root], result.generalized[..., body.skeleton.joints]
    else:
        residual, joint = motion.torque - result.generalized, motion.torque[..., body.skeleton.joints]
    asked = joint
    if motion.torque is None and not config.training.effort_sets_posture:
        asked = _moments_at_given_posture(motion, body, batch.present, config.sensors)
    found = {
        "acc": losses.acc(result.signals, batch.signals[:, inside], seen, batch.variance, mask),
        "gyro": losses.gyro(result.signals, batch.signals[:, inside], seen, batch.variance, mask),
        "kane": losses.kane(residual, body, mask),
        "torque": losses.torque(asked, body, mask),
        "speed_hint": losses.speed_hint(motion.qd[..., 0], batch.speed_hint, mask),
        "posture": losses.posture(motion.q[..., _knees(body)], batch.knee_hint, mask),
        "prior": losses.prior(units),
        "torque_rate": losses.torque_rate(asked, body, mask),
        "torque_bend": losses.torque_bend(asked, body, mask),
        "force_bend": losses.force_bend(force_bw, mask),
        "limit": losses.limit(body, motion.q, mask),
        "penetration": losses.penetration(touch, mask),
        "lifted": losses.lifted(touch, mask),
        "slip": losses.slip(touch, mask),
        "force_rate": losses.force_rate(force_bw, mask),
    }
    if "lumbar_extension" in body.skeleton.coordinate_names:
        j = body.skeleton.coordinate_index("lumbar_extension")
        found["lumbar"] = losses.lumbar(motion.q[..., j], mask)
    if labels is not None:
        found["labels"] = supervision.term(motion, joint, body, labels, mask)
    if config.network.formulation == "paper":
        found["temporal"] = losses.temporal(motion.q, motion.qd, motion.qdd, config.rate_hz, mask)
    return found


def _moments_at_given_posture(motion: Motion, body: Body, present: Tensor, sensors: SensorSet) -> Tensor:
    """(B, T - 4, n - 3) joint moments whose gradient leaves each window's mean coordinates alone [N m].

    Straight knees need the least moments, so that effort would pull postures towards them, whatever the sensors read. Without
    sensors on both feet little else tells where the feet are under the body, and effort keeps its say.
    """
    on = [k for k, segment in enumerate(sensors.segments) if segment.startswith("foot")]
    feet = present[..., on, :].amax((-1, -3)).amin(-1) if len(on) == 2 else present.new_zeros(present.shape[:-3])
    mean = feet[:, None, None] * motion.q.mean(-2, keepdim=True)
    given = replace(motion, q=motion.q - mean + mean.detach())
    kinematics = kin.forward(body, given.q, given.qd, given.qdd)
    generalized = dynamics.inverse(body, kinematics, given.force, kin.contact_points(body, kinematics))
    return generalized[..., body.skeleton.joints]


def _knees(body: Body) -> list[int]:
    return [j for j, name in enumerate(body.skeleton.coordinate_names) if name.startswith("knee_angle")]


def total(found: dict[str, Tensor], weights: LossWeights) -> Tensor:
    """Weighted sum of the terms."""
    by_name = asdict(weights)
    return torch.stack([by_name[name] * value for name, value in found.items()]).sum()
