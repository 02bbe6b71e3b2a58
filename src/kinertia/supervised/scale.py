"""Mean and spread of inputs and targets over the examples that are learned from, and over no others."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from kinertia.supervised import baseline
from kinertia.supervised.examples import Examples

SMALLEST = 1e-4
"""Spread below which a column counts as constant."""


@dataclass(frozen=True)
class Scale:
    """Means and standard deviations."""

    inputs: Tensor  # (2, C)
    targets: Tensor  # (2, K)
    peaks: Tensor  # (2, S)

    @classmethod
    def of(cls, examples: Examples, kinematic: bool = False) -> Scale:
        """Fitted on examples; ``kinematic`` targets are what is left of them once angles from inclinations are taken away."""
        targets = examples.targets
        if kinematic:
            targets = targets - baseline.curves(examples.inputs, examples.layout, examples.targets_named)
        return cls(_moments(examples.inputs.flatten(0, 1)), _moments(targets.flatten(0, 1)), _moments(examples.peaks))

    def read(self, inputs: Tensor) -> Tensor:
        """Inputs without units; what is missing is at the mean."""
        return torch.nan_to_num((inputs - self.inputs[0]) / self.inputs[1], nan=0.0)

    def curves(self, outputs: Tensor) -> Tensor:
        """Curves with units from a network's outputs."""
        return outputs * self.targets[1] + self.targets[0]

    def scalars(self, outputs: Tensor) -> Tensor:
        """Peaks with units from a network's outputs."""
        return outputs * self.peaks[1] + self.peaks[0]

    def tensors(self) -> dict[str, Tensor]:
        """By name, for a file."""
        return {"inputs": self.inputs, "targets": self.targets, "peaks": self.peaks}


def _moments(x: Tensor) -> Tensor:
    """(2, C) of (n, C); 0 and 1 where nothing is known or nothing varies."""
    known = torch.isfinite(x)
    count = known.sum(0).clamp_min(1)
    values = torch.where(known, x, 0.0).double()
    mean = values.sum(0) / count
    spread = (torch.where(known, values - mean, 0.0).square().sum(0) / count).sqrt()
    return torch.stack([mean, torch.where(spread > SMALLEST, spread, 1.0)]).float()
