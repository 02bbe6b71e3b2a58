"""Cubic B-splines on an even grid of nodes: coefficients from values at the nodes, values and derivatives anywhere."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kinertia.numerics.spline import solve_tridiagonal

Array = NDArray[np.float64]


def coefficients(values: Array, *, periodic: bool) -> Array:
    """Coefficients of the spline through (N, n) values at the nodes.

    They are (N, n) of a periodic spline, of which node N would be node 0 again; of another (N + 2, n), with the second
    derivative 0 at both ends: node i lies at the middle of coefficients i, i + 1, i + 2.
    """
    count = len(values)
    # (c- + 4 c + c+) / 6 = value
    if periodic:
        response = (4.0 + 2.0 * np.cos(2.0 * np.pi * np.arange(count // 2 + 1) / count)) / 6.0
        return np.fft.irfft(np.fft.rfft(values, axis=0) / response[:, None], count, axis=0)
    lower, diagonal, upper, right = np.full(count, 1.0), np.full(count, 4.0), np.full(count, 1.0), 6.0 * values
    # c_0 - 2 c_1 + c_2 = 0 makes the first value its own coefficient, and likewise the last
    diagonal[[0, -1]], right[[0, -1]] = 6.0, 6.0 * values[[0, -1]]
    upper[0] = lower[-1] = lower[0] = upper[-1] = 0.0
    inner = solve_tridiagonal(lower, diagonal, upper, right)
    return np.concatenate([2.0 * inner[:1] - inner[1:2], inner, 2.0 * inner[-1:] - inner[-2:-1]])


def motion(coefficients: Array, place: Array, step: float) -> tuple[Array, Array, Array]:
    """(T, n) value, exact first and second derivative of a spline.

    Parameters
    ----------
    coefficients : (N + 2, n); a periodic spline's first with its last before it and its first two behind it, (N + 3, n).
    place : (T,) in nodes, from 0 to the last one.
    step : between nodes, in the unit that derivatives are wanted by.
    """
    node = np.clip(np.floor(place).astype(int), 0, len(coefficients) - 4)
    u = (place - node)[:, None]
    # basis of the cubic B-spline on one interval: four coefficients around it
    weights = (
        ((1 - u) ** 3, 3 * u**3 - 6 * u**2 + 4, -3 * u**3 + 3 * u**2 + 3 * u + 1, u**3),
        (-3 * (1 - u) ** 2, 9 * u**2 - 12 * u, -9 * u**2 + 6 * u + 3, 3 * u**2),
        (6 * (1 - u), 18 * u - 12, -18 * u + 6, 6 * u),
    )
    around = [coefficients[node + k] for k in range(4)]
    value, first, second = (
        np.sum([w * c for w, c in zip(row, around, strict=True)], axis=0) / (6.0 * step**order)
        for order, row in enumerate(weights)
    )
    return value, first, second
