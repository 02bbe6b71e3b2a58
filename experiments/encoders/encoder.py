"""What every encoder offers: features of windows, at one or several resolutions."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn

from experiments.encoders.windows import MODALITIES, Inputs


class Encoder(nn.Module, ABC):
    """From windows to features.

    Attributes
    ----------
    scale : (2,) by which accelerometers [m/s^2] and gyroscopes [rad/s] are divided; learned from training data only.
    """

    scale: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("scale", torch.ones(MODALITIES))

    @property
    @abstractmethod
    def shapes(self) -> tuple[tuple[int, int], ...]:
        """Tokens and width of every map of :meth:`maps`; tokens divide the window."""

    @property
    @abstractmethod
    def summary_width(self) -> int:
        """Width of :meth:`summary`."""

    @abstractmethod
    def maps(self, inputs: Inputs) -> list[Tensor]:
        """Features over time, each (B, tokens, width)."""

    @abstractmethod
    def summary(self, maps: list[Tensor]) -> Tensor:
        """(B, summary_width) features of the whole window."""

    def scaled(self, inputs: Inputs) -> Tensor:
        """(B, L, S, 2, 3) signals of the windows without units."""
        return inputs.inside / self.scale[:, None]


def mean_and_peak(x: Tensor) -> Tensor:
    """(B, tokens, width) to (B, 2 width): mean and highest value over time."""
    return torch.cat([x.mean(1), x.amax(1)], dim=-1)
