"""Recurrent networks from IMU signals to raw outputs."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from kinertia.bodies import Body, Skeleton
from kinertia.learning.config import Formulation, NetworkConfig
from kinertia.recording import LOWER_BODY, SensorSet

ACC_SCALE = 10.0  # m/s^2
GYRO_SCALE = 4.0  # rad/s


@dataclass(frozen=True)
class Layout:
    """Where quantities stand in the raw outputs: angles, hip height, speed, contact forces, then q', q'', torques."""

    rotations: int
    contacts: int

    @classmethod
    def of(cls, skeleton: Skeleton) -> Layout:
        return cls(len(skeleton.rotations), len(skeleton.contacts))

    @property
    def height(self) -> int:
        return self.rotations

    @property
    def speed(self) -> int:
        return self.rotations + 1

    @property
    def force(self) -> slice:
        return slice(self.rotations + 2, self.rotations + 2 + 2 * self.contacts)

    @property
    def speeds(self) -> slice:
        """q' of all coordinates but pelvis_tx (only in the paper's formulation)."""
        return slice(self.force.stop, self.force.stop + self.rotations + 1)

    @property
    def accelerations(self) -> slice:
        return slice(self.speeds.stop, self.speeds.stop + self.rotations + 2)

    @property
    def torques(self) -> slice:
        """Joint torques, all rotations but the root's."""
        return slice(self.accelerations.stop, self.accelerations.stop + self.rotations - 1)

    def outputs(self, formulation: Formulation) -> int:
        return self.torques.stop if formulation == "paper" else self.force.stop


State = tuple[Tensor, Tensor] | Tensor | None


def features(signals: Tensor, present: Tensor, body: Body, position: Tensor, sensors: SensorSet = LOWER_BODY) -> Tensor:
    """Network input per sample: signals, presence, and what is constant over time, (B, T, S, C) to (B, T, F)."""
    scale = torch.tensor(scales(sensors), dtype=signals.dtype, device=signals.device)
    measured = (signals / scale * present).flatten(-2)
    person = person_features(body, position).unsqueeze(-2).expand(*measured.shape[:-1], -1)
    return torch.cat([measured, present.amax(-1), person], dim=-1)


def person_features(body: Body, position: Tensor) -> Tensor:
    """Body and sensor positions, (..., S, 2) to (..., F - S C - S).

    Contact parameters enter through the height that scales them. Mass is not among them: per body mass the equations of motion
    do not know it.
    """
    sole = body.contact_position[..., :2, :].flatten(-2)
    return torch.cat([(body.height.unsqueeze(-1) - 1.75) * 5.0, position.flatten(-2), sole], -1)


def scales(sensors: SensorSet) -> list[float]:
    """C sizes [m/s^2, rad/s] that bring channels to the order of 1."""
    return [ACC_SCALE if channel.startswith("acc") else GYRO_SCALE for channel in sensors.channels]


def inputs(sensors: SensorSet) -> int:
    """F: signals, presence, height, sensor positions, heel and toe of one foot."""
    return sensors.size + len(sensors) + 1 + 2 * len(sensors) + 4


class CausalConvolutions(nn.Module):
    """Stack of dilated causal convolutions with residual connections (temporal convolutional network)."""

    def __init__(self, inputs: int, hidden: int, layers: int, kernel: int = 5) -> None:
        super().__init__()
        self.enter = nn.Linear(inputs, hidden)
        self.kernel = kernel
        self.blocks = nn.ModuleList(nn.Conv1d(hidden, hidden, kernel, dilation=2**i) for i in range(layers))

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, inputs) to (B, T, hidden)."""
        h = self.enter(x).transpose(1, 2)
        for i, block in enumerate(self.blocks):
            padded = nn.functional.pad(h, ((self.kernel - 1) * 2**i, 0))
            h = h + torch.nn.functional.gelu(block(padded))
        return h.transpose(1, 2)


class Network(nn.Module):
    """Recurrent cell followed by two dense layers (SSPINNpose, arXiv 2506.11786)."""

    def __init__(self, config: NetworkConfig, skeleton: Skeleton, sensors: SensorSet = LOWER_BODY) -> None:
        super().__init__()
        self.config, self.sensors = config, sensors
        read, width = inputs(sensors), config.hidden
        if config.cell == "tcn":
            self.core: nn.Module = CausalConvolutions(read, width, config.layers)
        elif config.cell == "gru":
            self.core = nn.GRU(read, width, config.layers, batch_first=True)
        else:
            both = config.cell == "bilstm"
            self.core = nn.LSTM(read, width, config.layers, batch_first=True, bidirectional=both)
            width *= 2 if both else 1
        outputs = Layout.of(skeleton).outputs(config.formulation)
        self.head = nn.Sequential(nn.Linear(width, config.dense), nn.SiLU(), nn.Linear(config.dense, outputs))

    def forward(self, x: Tensor, state: State = None) -> tuple[Tensor, State]:
        """(B, T, F) features to (B, T, outputs) raw outputs and the recurrent state after the last sample."""
        hidden, state = self._hidden(x, state)
        return self.head(hidden), state

    def outputs(self, x: Tensor) -> Tensor:
        """(B, T, F) features to (B, T, outputs) raw outputs of the same samples, each told after ``look_ahead`` more."""
        return self(self.prolonged(x))[0][:, self.config.look_ahead :]

    def prolonged(self, x: Tensor) -> Tensor:
        """(B, T, F) features with the last sample repeated, so that outputs of the last samples are there too."""
        return torch.cat([x, x[:, -1:].expand(-1, self.config.look_ahead, -1)], dim=1)

    def forward_precise(self, x: Tensor, state: State = None) -> tuple[Tensor, State]:
        """The same with the last layer in double precision: differences of raw outputs magnify their rounding."""
        hidden, state = self._hidden(x, state)
        last = self.head[-1]
        assert isinstance(last, nn.Linear)
        hidden = self.head[:-1](hidden)
        return nn.functional.linear(hidden.double(), last.weight.double(), last.bias.double()), state

    def _hidden(self, x: Tensor, state: State) -> tuple[Tensor, State]:
        if isinstance(self.core, CausalConvolutions):
            return self.core(x), None
        return self.core(x, state)
