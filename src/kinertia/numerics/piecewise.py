"""Curves of one variable as polynomials between knots."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    """A piecewise polynomial."""

    knots: Array  # (K,) ascending; piece k begins at knot k - 1, piece 0 ends at the first knot
    origin: Array  # (K + 1,) place that each piece's powers count from
    coefficients: Array  # (K + 1, D) of each piece, lowest power first

    def __call__(self, x: Array | float) -> Array:
        """Value at any places."""
        at = np.asarray(x, dtype=float)
        piece = np.searchsorted(self.knots, at, side="right")
        result = np.zeros_like(at)
        for power in reversed(range(self.coefficients.shape[1])):
            result = result * (at - self.origin[piece]) + self.coefficients[piece, power]
        return result

    def scaled(self, factor: float) -> Curve:
        """The curve times a number."""
        return Curve(self.knots, self.origin, factor * self.coefficients)


def polynomial(coefficients: Array) -> Curve:
    """One polynomial for all places; lowest power first."""
    return Curve(np.zeros(0), np.zeros(1), np.atleast_2d(np.asarray(coefficients, dtype=float)))


def cubic_spline(x: Array, y: Array) -> Curve:
    """Cubic spline through points, straight beyond its ends.

    The third derivative at each end is that of the cubic through the four points there.

    Parameters
    ----------
    x, y : (K,) points, x ascending, K at least 2.

    Notes
    -----
    Forsythe, Malcolm & Moler, Computer Methods for Mathematical Computations (1977), ch. 4: the spline of SIMM and OpenSim.
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    count, step = len(x), np.diff(x)
    slope = np.diff(y) / step
    # sigma_k = y''_k / 6; inside: h_{k-1} s_{k-1} + 2 (h_{k-1} + h_k) s_k + h_k s_{k+1} = slope_k - slope_{k-1}
    matrix, right = np.zeros((count, count)), np.zeros(count)
    for k in range(1, count - 1):
        matrix[k, k - 1 : k + 2] = step[k - 1], 2.0 * (step[k - 1] + step[k]), step[k]
        right[k] = slope[k] - slope[k - 1]
    # ends: (s_1 - s_0) / h_0 = third divided difference of the four points there
    matrix[0, :2], matrix[-1, -2:] = (-step[0], step[0]), (step[-1], -step[-1])
    if count > 3:
        third = np.diff(np.diff(slope) / (x[2:] - x[:-2])) / (x[3:] - x[:-3])
        right[0], right[-1] = step[0] ** 2 * third[0], -(step[-1] ** 2) * third[-1]
    # three points have no third difference, two no second: the curve is then a parabola, or straight
    sigma = np.linalg.solve(matrix, right) if count > 2 else np.zeros(count)
    pieces = np.zeros((count + 1, 4))
    pieces[1:-1, 0] = y[:-1]
    pieces[1:-1, 1] = slope - step * (2.0 * sigma[:-1] + sigma[1:])
    pieces[1:-1, 2] = 3.0 * sigma[:-1]
    pieces[1:-1, 3] = np.diff(sigma) / step
    pieces[0, :2] = y[0], pieces[1, 1]
    pieces[-1, :2] = y[-1], slope[-1] + step[-1] * (sigma[-2] + 2.0 * sigma[-1])
    return Curve(x, np.concatenate([x[:1], x]), pieces)
