"""A network that was trained on the equations of motion, as an encoder: what it remembers, and what the body makes of it."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import pad

from experiments.encoders.encoder import Encoder, mean_and_peak
from experiments.encoders.windows import LEAD, SKELETON, Inputs
from kinertia.bodies import SKELETONS, Body
from kinertia.bodies import build as build_body
from kinertia.learning import decode, differences
from kinertia.learning.config import NetworkConfig
from kinertia.learning.network import ACC_SCALE, GYRO_SCALE, Network
from kinertia.learning.sequence import NOMINAL_MASS_KG
from kinertia.mechanics import dynamics, sole
from kinertia.mechanics import kinematics as kin
from kinertia.mechanics.motion import Motion

FORCE_UNIT = 0.2
"""Ground reaction of one foot is a feature in this unit [BW], so that features are about as large as hidden states."""
MOMENT_UNIT = 0.02
"""Joint moments likewise [BWBH]."""


class RecurrentEncoder(Encoder):
    """Hidden states of every sample, and the motion that the network's outputs mean on the body.

    It reads the sagittal channels, with the scales of the network itself; the samples before the window fill the memory first.
    The second map holds angles [rad], forward speed [m/s], ground reaction of both feet and joint moments: what SSPINNpose
    itself estimates, by differences and inverse dynamics.
    """

    def __init__(self, config: NetworkConfig, window: int, rate_hz: float) -> None:
        super().__init__()
        self.config = config
        self.window = window
        self.rate_hz = rate_hz
        self.network = Network(config, SKELETONS[SKELETON])
        self.scale = torch.tensor([ACC_SCALE, GYRO_SCALE])

    @property
    def shapes(self) -> tuple[tuple[int, int], ...]:
        hidden = self.config.hidden * (2 if self.config.cell == "bilstm" else 1)
        return (self.window, hidden), (self.window, _width())

    @property
    def summary_width(self) -> int:
        return 2 * sum(width for _, width in self.shapes)

    def maps(self, inputs: Inputs) -> list[Tensor]:
        found = self.network.core(self.network.prolonged(_features(inputs, self.scale)))
        hidden = (found if isinstance(found, Tensor) else found[0])[:, self.config.look_ahead :]
        moving = _moving(self.network.head(hidden), _bodies(inputs), self.rate_hz, self.config)
        return [hidden[:, LEAD:], moving[:, LEAD:]]

    def summary(self, maps: list[Tensor]) -> Tensor:
        return torch.cat([mean_and_peak(x) for x in maps], dim=-1)


def _width() -> int:
    skeleton = SKELETONS[SKELETON]
    # angles, speed, two components for each foot, moments of all joints but the root's
    return 2 * len(skeleton.rotations) - 1 + 1 + 4


def _moving(raw: Tensor, body: Body, rate_hz: float, config: NetworkConfig) -> Tensor:
    """(B, T, outputs) raw outputs to (B, T, width) angles, speed, ground reaction and moments; the ends are repeated."""
    motion = decode.motion(raw, body, rate_hz, config.formulation)
    timed = body.with_time_axis()
    moments = _moments(motion, timed) / timed.moment_scale[..., None] / MOMENT_UNIT
    sides = [[j for j, contact in enumerate(body.skeleton.contacts) if contact.side == side] for side in ("r", "l")]
    forces = [motion.force[..., points, :].sum(-2) / timed.weight[..., None] / FORCE_UNIT for points in sides]
    found = torch.cat([motion.q[..., 2:], motion.qd[..., :1], *forces, moments], dim=-1)
    ends = (differences.REACH, differences.REACH)
    return pad(found.transpose(1, 2), ends, mode="replicate").transpose(1, 2)


def _moments(motion: Motion, body: Body) -> Tensor:
    """(B, T, joints) joint moments [N m]."""
    if motion.torque is not None:
        return motion.torque[..., body.skeleton.joints]
    kinematics = kin.forward(body, motion.q, motion.qd, motion.qdd)
    generalized = dynamics.inverse(body, kinematics, motion.force, sole.touch(body, kinematics))
    return generalized[..., body.skeleton.joints]


def _bodies(inputs: Inputs) -> Body:
    """Bodies of the people, whose height stands first among their features."""
    return build_body(
        NOMINAL_MASS_KG, 1.75 + inputs.person[:, 0] / 5.0, dtype=inputs.person.dtype, skeleton=SKELETONS[SKELETON]
    )


def _features(inputs: Inputs, scale: Tensor) -> Tensor:
    """Sagittal signals, presence, body and placement, as :func:`kinertia.learning.network.features` orders them."""
    acc, gyro = inputs.signals[..., 0, :2] / scale[0], inputs.signals[..., 1, 2:] / scale[1]
    measured = torch.cat([acc, gyro], dim=-1).flatten(-2)
    still = torch.cat([inputs.present.amax(-1), inputs.person], dim=-1)
    return torch.cat([measured, still[:, None].expand(-1, measured.shape[1], -1)], dim=-1)
