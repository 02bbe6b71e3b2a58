"""Measured lengths of a person's segments."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class SegmentLengths:
    """Measured segment lengths [m], each (...,) or None for those that follow from height.

    Attributes
    ----------
    thigh, shank, foot : hip to knee, knee to ankle, heel to toe.
    hip_width : distance of the hip joints; for bodies in space only.
    """

    thigh: Tensor | float | None = None
    shank: Tensor | float | None = None
    foot: Tensor | float | None = None
    hip_width: Tensor | float | None = None


def measured(value: Tensor | float | None, scaled: Tensor) -> Tensor:
    """The measured length, or the scaled one where there is none."""
    return scaled if value is None else torch.as_tensor(value, dtype=scaled.dtype).expand(scaled.shape)
