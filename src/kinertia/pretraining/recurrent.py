"""The recurrent layers of a network that was trained on the equations of motion, as an encoder."""

from __future__ import annotations

import torch
from torch import Tensor

from kinertia.body import SKELETONS
from kinertia.learning.config import NetworkConfig
from kinertia.learning.network import ACC_SCALE, GYRO_SCALE, Network
from kinertia.pretraining.encoder import Encoder, mean_and_peak
from kinertia.pretraining.windows import LEAD, SKELETON, Inputs


class RecurrentEncoder(Encoder):
    """Hidden states of every sample; the samples before the window fill the memory first.

    It reads the sagittal channels, with the scales of the network itself.
    """

    def __init__(self, config: NetworkConfig, window: int) -> None:
        super().__init__()
        self.config = config
        self.window = window
        self.core = Network(config, SKELETONS[SKELETON]).core
        self.scale = torch.tensor([ACC_SCALE, GYRO_SCALE])

    @property
    def shapes(self) -> tuple[tuple[int, int], ...]:
        return ((self.window, self.config.hidden * (2 if self.config.cell == "bilstm" else 1)),)

    @property
    def summary_width(self) -> int:
        return 2 * self.shapes[0][1]

    def maps(self, inputs: Inputs) -> list[Tensor]:
        found = self.core(_features(inputs, self.scale))
        hidden = found if isinstance(found, Tensor) else found[0]
        return [hidden[:, LEAD:]]

    def summary(self, maps: list[Tensor]) -> Tensor:
        return mean_and_peak(maps[0])


def _features(inputs: Inputs, scale: Tensor) -> Tensor:
    """Sagittal signals, presence, body and placement, as :func:`kinertia.learning.network.features` orders them."""
    acc, gyro = inputs.signals[..., 0, :2] / scale[0], inputs.signals[..., 1, 2:] / scale[1]
    measured = torch.cat([acc, gyro], dim=-1).flatten(-2)
    still = torch.cat([inputs.present.amax(-1), inputs.person], dim=-1)
    return torch.cat([measured, still[:, None].expand(-1, measured.shape[1], -1)], dim=-1)
