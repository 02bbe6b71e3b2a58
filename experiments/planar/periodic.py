"""Periodic functions as Fourier series, with exact derivatives with respect to phase."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor


def basis(phase: Tensor, harmonics: int, order: int = 0) -> Tensor:
    """(T, 2 harmonics + 1) what coefficients are multiplied with at ``phase`` (T,), or its derivatives by phase."""
    k = torch.arange(1, harmonics + 1, dtype=phase.dtype)
    turn = 2 * np.pi * k
    # d^n/dx^n cos(w x) = w^n cos(w x + n pi / 2), and the same for the sine
    angle = turn * phase[:, None] + order * np.pi / 2
    waves = torch.stack([torch.cos(angle), torch.sin(angle)], dim=-1) * (turn**order)[:, None]
    mean = torch.full_like(phase, 1.0 if order == 0 else 0.0)
    return torch.cat([mean[:, None], waves.flatten(-2)], dim=-1)


def coefficients(values: Tensor, harmonics: int) -> Tensor:
    """Series (R, 2 harmonics + 1) of values (T, R) at T even phases from 0, T more than twice the harmonics."""
    spectrum = torch.fft.rfft(values, dim=0)[: harmonics + 1].T / len(values)
    # x = X_0 + sum 2 Re X_k cos - 2 Im X_k sin
    pairs = torch.stack([2.0 * spectrum[:, 1:].real, -2.0 * spectrum[:, 1:].imag], dim=-1)
    return torch.cat([spectrum[:, :1].real, pairs.flatten(-2)], dim=-1)
