"""The contrastive pretext task: which gyroscope window belongs to which accelerometer window."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, normalize

from experiments.encoders.config import PretrainingConfig
from experiments.encoders.resnet import ResNetEncoder
from experiments.encoders.windows import MODALITIES, Inputs


class Contrastive(nn.Module):
    """Encoder with one projection for each modality."""

    def __init__(self, encoder: ResNetEncoder, config: PretrainingConfig) -> None:
        super().__init__()
        self.encoder = encoder
        self.temperature = config.temperature
        features, width = config.resnet.widths[-1], config.resnet.projection
        self.projections = nn.ModuleList(
            nn.Sequential(nn.Linear(features, width), nn.BatchNorm1d(width), nn.ReLU(), nn.Linear(width, width))
            for _ in range(MODALITIES)
        )

    def forward(self, inputs: Inputs, generator: torch.Generator) -> Tensor:
        """Loss of windows, of one sensor each that has both modalities there.

        Raises
        ------
        ValueError
            If fewer than two windows have such a sensor.
        """
        both = inputs.present.amin(-1)
        usable = both.amax(-1) > 0.0
        if int(usable.sum()) < 2:
            raise ValueError("the contrastive method needs sensors with accelerometer and gyroscope; give such recordings")
        sensor = torch.multinomial(both[usable].cpu(), 1, generator=generator).to(both.device)[:, 0]
        chosen = self.encoder.scaled(inputs)[usable]
        triads = chosen[torch.arange(len(chosen)), :, sensor].permute(2, 0, 3, 1)
        acc, gyro = (
            normalize(project(self.encoder.network(x)[-1].mean(-1)), dim=-1)
            for x, project in zip(triads, self.projections, strict=True)
        )
        return info_nce(acc, gyro, self.temperature)


def info_nce(a: Tensor, b: Tensor, temperature: float) -> Tensor:
    """Cross-entropy of finding the partner of every window among all others, both ways.

    Parameters
    ----------
    a, b : (B, width) unit vectors of the same windows in two modalities.
    temperature : by which their products are divided.
    """
    similarity = a @ b.T / temperature
    partner = torch.arange(len(a), device=a.device)
    return 0.5 * (cross_entropy(similarity, partner) + cross_entropy(similarity.T, partner))
