"""Transformer over the samples of all sensors: the encoder of the masked method."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from experiments.encoders.config import TransformerConfig
from experiments.encoders.encoder import Encoder, mean_and_peak
from experiments.encoders.windows import MODALITIES, SENSORS, Inputs

CHANNELS = SENSORS * MODALITIES * 3


class TransformerEncoder(Encoder):
    """Tokens of some samples of all channels, with sinusoidal positions; a missing triad adds a learned embedding."""

    def __init__(self, config: TransformerConfig, window: int) -> None:
        super().__init__()
        self.config = config
        self.tokens = window // config.patch
        self.enter = nn.Linear(CHANNELS * config.patch, config.width)
        self.hidden = nn.Parameter(0.02 * torch.randn(config.width))
        self.missing = nn.Parameter(0.02 * torch.randn(SENSORS * MODALITIES, config.width))
        self.register_buffer("position", _sinusoids(self.tokens, config.width), persistent=False)
        layer = nn.TransformerEncoderLayer(
            config.width, config.heads, config.feed_forward, config.dropout, batch_first=True, norm_first=True
        )
        self.layers = nn.TransformerEncoder(layer, config.layers, nn.LayerNorm(config.width), enable_nested_tensor=False)

    @property
    def shapes(self) -> tuple[tuple[int, int], ...]:
        return ((self.tokens, self.config.width),)

    @property
    def summary_width(self) -> int:
        return 2 * self.config.width

    def maps(self, inputs: Inputs) -> list[Tensor]:
        return [self.encode(inputs)]

    def summary(self, maps: list[Tensor]) -> Tensor:
        return mean_and_peak(maps[0])

    def encode(self, inputs: Inputs, hidden: Tensor | None = None) -> Tensor:
        """(B, tokens, width) features; tokens where ``hidden`` (B, tokens) is true are not shown."""
        x = self.enter(self.patches(inputs))
        if hidden is not None:
            x = torch.where(hidden[..., None], self.hidden, x)
        absent = (1.0 - inputs.present.flatten(1)) @ self.missing
        position: Tensor = self.get_buffer("position")
        return self.layers(x + absent[:, None] + position)

    def patches(self, inputs: Inputs) -> Tensor:
        """(B, tokens, patch x 42) scaled samples."""
        return self.scaled(inputs).flatten(2).unflatten(1, (self.tokens, self.config.patch)).flatten(2)


def _sinusoids(tokens: int, width: int) -> Tensor:
    """(tokens, width) sine and cosine of each position at wavelengths from 2 pi to 20,000 pi tokens."""
    rate = torch.exp(torch.arange(0, width, 2) * (-math.log(10_000.0) / width))
    angle = torch.arange(tokens)[:, None] * rate
    return torch.stack([angle.sin(), angle.cos()], dim=-1).flatten(1)
