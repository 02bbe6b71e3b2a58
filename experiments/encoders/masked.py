"""The masked pretext task: reconstruct samples in a row that the encoder is not shown."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from experiments.encoders.config import PretrainingConfig
from experiments.encoders.transformer import CHANNELS, TransformerEncoder
from experiments.encoders.windows import Inputs


class Masked(nn.Module):
    """Encoder with a linear decoder."""

    def __init__(self, encoder: TransformerEncoder, config: PretrainingConfig) -> None:
        super().__init__()
        self.encoder = encoder
        self.span = config.span // config.transformer.patch
        self.decoder = nn.Linear(config.transformer.width, CHANNELS * config.transformer.patch)

    def forward(self, inputs: Inputs, generator: torch.Generator) -> Tensor:
        """Mean squared error of the scaled samples that were not shown, over triads that were measured."""
        hidden = spans(len(inputs.signals), self.encoder.tokens, self.span, generator).to(inputs.signals.device)
        found = self.decoder(self.encoder.encode(inputs, hidden))
        patch = self.encoder.config.patch
        seen = inputs.present.flatten(1).repeat_interleave(3, 1).repeat(1, patch)[:, None] * hidden[..., None]
        return ((found - self.encoder.patches(inputs)).square() * seen).sum() / seen.sum().clamp_min(1.0)


def spans(count: int, tokens: int, length: int, generator: torch.Generator) -> Tensor:
    """(B, tokens) true for one stretch of ``length`` tokens of each window, its place drawn at random."""
    first = torch.randint(tokens - length + 1, (count, 1), generator=generator)
    number = torch.arange(tokens)
    return (number >= first) & (number < first + length)
