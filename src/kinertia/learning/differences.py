"""Time derivatives of sampled outputs by central differences."""

from __future__ import annotations

from torch import Tensor

REACH = 2  # samples of look-ahead (and look-back) of the five-point differences; the output delay is REACH / rate


def first(x: Tensor, dt: float) -> Tensor:
    """First derivative along dim -2, fourth order; (..., T, n) to (..., T - 4, n).

    x' = (x[-2] - 8 x[-1] + 8 x[+1] - x[+2]) / (12 dt)
    """
    return (x[..., :-4, :] - 8 * x[..., 1:-3, :] + 8 * x[..., 3:-1, :] - x[..., 4:, :]) / (12 * dt)


def second(x: Tensor, dt: float) -> Tensor:
    """Second derivative along dim -2, fourth order; (..., T, n) to (..., T - 4, n).

    x'' = (-x[-2] + 16 x[-1] - 30 x + 16 x[+1] - x[+2]) / (12 dt^2)
    """
    middle = -30 * x[..., 2:-2, :]
    return (-x[..., :-4, :] + 16 * x[..., 1:-3, :] + middle + 16 * x[..., 3:-1, :] - x[..., 4:, :]) / (12 * dt * dt)


def centre(x: Tensor) -> Tensor:
    """Samples at which the differences exist; (..., T, n) to (..., T - 4, n)."""
    return x[..., REACH:-REACH, :]
