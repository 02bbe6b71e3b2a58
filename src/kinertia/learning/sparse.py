"""Sensors that are hidden from the network in training, so that one network serves every set of sensors."""

from __future__ import annotations

import torch
from torch import Tensor

from kinertia.recording import LOWER_BODY, SensorSet

PAIRED = 0.6
"""Share of sets that have whole pairs of left and right."""


def draw(count: int, share: float, generator: torch.Generator, sensors: SensorSet = LOWER_BODY) -> Tensor:
    """Sets of sensors to show.

    Parameters
    ----------
    count : B windows.
    share : share of them that are shown some sensors only.
    generator : random numbers.
    sensors : S sensors to choose from.

    Returns
    -------
    (B, S) 1 where a sensor is shown. Of the sparse sets most have pelvis, thighs, shanks and feet each whole or not at all;
    in the others every sensor is there or not by itself. Small sets are as frequent as large ones; none is empty.
    """
    sparse = torch.rand(count, 1, generator=generator) < share
    paired = torch.rand(count, 1, generator=generator) < PAIRED
    names = [segment.partition("_")[0] for segment in sensors.segments]
    parts = list(dict.fromkeys(names))
    pairs = _subset(count, len(parts), generator)[:, [parts.index(name) for name in names]]
    shown = torch.where(paired, pairs, _subset(count, len(sensors), generator))
    return torch.where(sparse, shown, torch.ones_like(shown))


def _subset(count: int, items: int, generator: torch.Generator) -> Tensor:
    """(B, items) 1 for the members of a random subset, of every size from 1 to all but one equally often."""
    size = torch.randint(1, items, (count, 1), generator=generator)
    rank = torch.rand(count, items, generator=generator).argsort(-1).argsort(-1)
    return (rank < size).float()
