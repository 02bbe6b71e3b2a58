"""What is unknown about a wearer, as one Gaussian, and how much a recording proves.

    -log p(u, theta | signals) = |u|^2 / 2 + R sum_k n_k / 2 log(1 + L_k / e_k^2) + R d^T C^-1 d / 2

u is how sensors sit and how large the body is, in units of their standard deviations; theta the mean posture; d what the mean
inclinations of segments are off those of people who walk, or run, and C the covariance of these: both legs share a part, and
hips differ between people with the pelvis. L_k are mean squared errors, terms of the objective; an error of the size e_k is
expected, its true size is not known, and n_k independent proofs come from a recording. R recordings are of one wearer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from kinertia.bodies import Skeleton, posture
from kinertia.bodies.posture import Usual
from kinertia.learning.batch import Batch
from kinertia.learning.sequence import DEFAULT_MISALIGNMENT_RAD, Sequence
from kinertia.recording import SensorSet
from kinertia.sensing.errors import Spread

BY_EYE_RAD = Spread().inclination_rad
"""Standard deviation of the inclination of sensors that were put on by eye."""
HALFWAY_RAD = math.radians(0.5 * (posture.WALKING_KNEE_DEG + posture.RUNNING_KNEE_DEG))
"""Mean knee angle between that of people who walk and that of people who run."""
JOINTS = {"hip_flexion": ("pelvis", "femur"), "knee_angle": ("femur", "tibia"), "ankle_angle": ("tibia", "foot")}
STRIDES = 1.5
"""Errors of signals repeat: r = 0.57 between neighbouring strides (virtual sensors with tissue on 17 strides of
emg_walking_ceinms), so that n strides prove as much as n / (1 + (n - 1) r) independent ones: 1 to 1.75."""
PER_STRIDE = {"acc": 14 * 28.0, "gyro": 7 * 22.0, "kane": 3.0, "penetration": 7.0, "lifted": 7.0, "slip": 7.0, "limit": 7.0}
"""Independent proofs of one stride. Signals: 14 and 7 channels, stride of 1.1 s over their errors' correlation time of 0.04 and
0.05 s (the same sensors against ideal ones in the plane). Equations of motion: one each, as what a body's proportions are off
lasts for the stride; with 33 and more the pelvis of a runner goes 10 deg wrong, with 3 by 5. Contact: two feet over 0.3 s."""
ERROR = {"acc": 0.1, "gyro": 0.0144, "kane": 1.7e-3, "penetration": 8e-6, "lifted": 2e-6, "slip": 1.7e-3, "limit": 1e-3}
"""Expected mean squared errors. Signals: over their variance, 0.33 and 0.12 RMS of walkers' virtual sensors. Equations of
motion: 0.05 BW (Hicks et al., J Biomech Eng 2015), mean with the moment's. Contact: 5 mm and 0.1 m/s of loaded points on
measured motion (docs/bodies.md), of a third of the points at a time. Range of motion: 2 deg."""


def by_eye(sequence: Sequence) -> Sequence:
    """The sequence with the spread of sensors put on by eye, where nobody says how they were."""
    usual = torch.isclose(sequence.misalignment, torch.tensor(DEFAULT_MISALIGNMENT_RAD))
    return replace(sequence, misalignment=torch.where(usual, BY_EYE_RAD, sequence.misalignment))


def evidence(found: dict[str, Tensor]) -> Tensor:
    """Negative logarithm of the likelihood, from terms of the objective."""
    parts = [0.5 * STRIDES * n * torch.log1p(found[name] / ERROR[name]) for name, n in PER_STRIDE.items()]
    return torch.stack(parts).sum()


@dataclass(frozen=True)
class Posture:
    """Mean coordinates of people who walk, or run: a Gaussian of N inclinations of segments that are sums of coordinates."""

    sums: Tensor  # (N, n) 1 where a coordinate is part of an inclination
    mean: Tensor  # (N,) [rad]
    covariance: Tensor  # (N, N) [rad^2]

    @classmethod
    def of(cls, skeleton: Skeleton, usual: dict[str, Usual], like: Tensor) -> Posture:
        """Of the segments of a planar skeleton that are known; device and floating type of ``like``."""
        chosen = [k for k, name in enumerate(skeleton.segment_names) if name.partition("_")[0] in usual]
        kinds = [usual[skeleton.segment_names[k].partition("_")[0]] for k in chosen]
        sums = torch.zeros(len(chosen), len(skeleton.coordinates))
        for row, k in enumerate(chosen):
            while k >= 0:
                for j in skeleton.rotations:
                    sums[row, j] += skeleton.segment_index(skeleton.coordinates[j].segment) == k
                k = skeleton.parents[k]
        alike = torch.tensor([[a is b for b in kinds] for a in kinds]).double()
        people, side = (torch.tensor([getattr(kind, name) for kind in kinds]).double() for name in ("people", "side"))
        covariance = alike * torch.outer(people, people) + torch.diag(side.square())
        mean = torch.tensor([math.radians(kind.mean) for kind in kinds])
        return cls(sums.to(like), mean.to(like), (covariance * math.radians(1.0) ** 2).to(like))

    def distance(self, coordinates: Tensor) -> Tensor:
        """(...,) squared distance of mean coordinates (..., n) in standard deviations, d^T C^-1 d."""
        d = coordinates @ self.sums.T - self.mean
        return (torch.linalg.solve(self.covariance, d.unsqueeze(-1)).squeeze(-1) * d).sum(-1)


def distance(q: Tensor, knee_hint: Tensor, skeleton: Skeleton, mask: Tensor) -> Tensor:
    """Mean squared distance of windows' mean coordinates from usual ones; zero where nobody is known to walk or run throughout.

    ``q`` (B, T, n) [rad], ``mask`` (B, T) or (T,), ``knee_hint`` (B,) as in :class:`kinertia.learning.sequence.Sequence`.
    """
    seen = mask.expand(q.shape[:-1]).unsqueeze(-1)
    mean = (q * seen).sum(-2) / seen.sum(-2).clamp_min(1.0)
    runs = torch.nan_to_num(knee_hint) < HALFWAY_RAD
    walking, running = (Posture.of(skeleton, usual, q).distance(mean) for usual in (posture.WALKING, posture.RUNNING))
    known = (torch.isfinite(knee_hint) & (seen.amax((-1, -2)) > 0)).to(q)
    return (known * torch.where(runs, running, walking)).mean()


def zeros(batch: Batch, sensors: SensorSet) -> dict[str, float]:
    """Standard deviation of joint zeros before a recording is seen, mean of both legs [rad]; ``batch`` of one wearer.

    Gravity tells how a sensor is inclined, so that its turn on the segment is what is not known of the segment's inclination.
    """
    turn = dict(zip(sensors.segments, batch.misalignment[0].tolist(), strict=True))
    hint, known = float(batch.knee_hint[0]), {}
    usual = posture.RUNNING if hint < HALFWAY_RAD else posture.WALKING

    def of(part: str, side: str) -> float:
        return turn.get(part, turn.get(f"{part}_{side}", math.inf))

    for joint, (upper, lower) in JOINTS.items():
        mounted = 0.5 * sum(math.hypot(of(upper, side), of(lower, side)) for side in "rl")
        parts = [getattr(usual[part], name) for part in (upper, lower) for name in ("people", "side")]
        moving = math.inf if math.isnan(hint) else math.radians(math.hypot(*parts))
        # two Gaussians: weights 1 / variance
        known[joint] = 1.0 / math.hypot(1.0 / mounted, 1.0 / moving)
    return known
