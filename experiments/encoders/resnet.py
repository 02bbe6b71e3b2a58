"""1-D residual network that reads one triad of axes at a time: the encoder of the contrastive method."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

from experiments.encoders.config import ResNetConfig
from experiments.encoders.encoder import Encoder
from experiments.encoders.windows import MODALITIES, SENSORS, Inputs

TRIADS = SENSORS * MODALITIES


class _Block(nn.Module):
    """Two convolutions and a way around them."""

    def __init__(self, inputs: int, width: int, kernel: int, stride: int) -> None:
        super().__init__()

        def convolution(channels: int, step: int) -> nn.Conv1d:
            return nn.Conv1d(channels, width, kernel, step, kernel // 2, bias=False)

        self.body = nn.Sequential(
            convolution(inputs, stride), nn.BatchNorm1d(width), nn.ReLU(), convolution(width, 1), nn.BatchNorm1d(width)
        )
        changed = stride != 1 or inputs != width
        self.around = (
            nn.Sequential(nn.Conv1d(inputs, width, 1, stride, bias=False), nn.BatchNorm1d(width)) if changed else nn.Identity()
        )

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.body(x) + self.around(x))


class ResNet(nn.Module):
    """Stem and stages; from the second stage on each halves the time resolution."""

    def __init__(self, config: ResNetConfig) -> None:
        super().__init__()
        first = config.widths[0]
        self.stem = nn.Sequential(
            nn.Conv1d(3, first, config.stem_kernel, 2, config.stem_kernel // 2, bias=False),
            nn.BatchNorm1d(first),
            nn.ReLU(),
            nn.MaxPool1d(3, 2, 1),
        )
        stages = []
        for number, (inputs, width) in enumerate(pairwise((first, *config.widths))):
            strides = [1 if number == 0 else 2, *[1] * (config.blocks[number] - 1)]
            blocks = [_Block(inputs if i == 0 else width, width, config.kernel, s) for i, s in enumerate(strides)]
            stages.append(nn.Sequential(*blocks))
        self.stages = nn.ModuleList(stages)

    def forward(self, x: Tensor) -> list[Tensor]:
        """(N, 3, L) triads to the output of every stage, (N, width, L / 4), (N, width, L / 8), ..."""
        found, x = [], self.stem(x)
        for stage in self.stages:
            x = stage(x)
            found.append(x)
        return found


class ResNetEncoder(Encoder):
    """The network on every triad of every sensor, features side by side; those of a missing triad are zero."""

    def __init__(self, config: ResNetConfig, window: int) -> None:
        super().__init__()
        self.config = config
        self.window = window
        self.network = ResNet(config)

    @property
    def shapes(self) -> tuple[tuple[int, int], ...]:
        return tuple((self.window // 2 ** (i + 2), TRIADS * width) for i, width in enumerate(self.config.widths))

    @property
    def summary_width(self) -> int:
        return TRIADS * self.config.widths[-1]

    def maps(self, inputs: Inputs) -> list[Tensor]:
        count = len(inputs.signals)
        triads = self.scaled(inputs).permute(0, 2, 3, 4, 1).reshape(count * TRIADS, 3, self.window)
        seen = inputs.present.reshape(count, TRIADS, 1, 1)
        found = [stage.unflatten(0, (count, TRIADS)) * seen for stage in self.network(triads)]
        return [x.permute(0, 3, 1, 2).flatten(2) for x in found]

    def summary(self, maps: list[Tensor]) -> Tensor:
        return maps[-1].mean(1)
