"""Periodic functions as Fourier series, with exact derivatives with respect to phase."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor


def count(harmonics: int) -> int:
    """Coefficients of a series: the mean, then cosine and sine of each harmonic."""
    return 2 * harmonics + 1


def basis(phase: Tensor, harmonics: int, order: int = 0) -> Tensor:
    """Basis functions or their derivatives.

    Parameters
    ----------
    phase : (T,) cycles; one cycle is 0..1.
    harmonics : highest harmonic.
    order : order of the derivative with respect to phase.

    Returns
    -------
    (T, 2 harmonics + 1): the values that coefficients are multiplied with.
    """
    k = torch.arange(1, harmonics + 1, dtype=phase.dtype)
    turn = 2 * np.pi * k
    # d^n/dx^n cos(w x) = w^n cos(w x + n pi / 2), and the same for the sine
    angle = turn * phase[:, None] + order * np.pi / 2
    waves = torch.stack([torch.cos(angle), torch.sin(angle)], dim=-1) * (turn**order)[:, None]
    mean = torch.full_like(phase, 1.0 if order == 0 else 0.0)
    return torch.cat([mean[:, None], waves.flatten(-2)], dim=-1)
