"""Curves of one variable as polynomials between knots: splines, and the monotone cubic that cannot overshoot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    """A piecewise polynomial."""

    knots: Array  # (K,) ascending; piece k begins at knot k - 1, piece 0 ends at the first knot
    origin: Array  # (K + 1,) place that each piece's powers count from
    coefficients: Array  # (K + 1, D, ...) of each piece, lowest power first

    def __call__(self, x: ArrayLike) -> Array:
        """Values (*x.shape, ...) at any places, in any order."""
        at = np.asarray(x, dtype=np.float64)
        piece = np.searchsorted(self.knots, at, side="right")
        offset = np.reshape(at - self.origin[piece], at.shape + (1,) * (self.coefficients.ndim - 2))
        value = self.coefficients[piece, -1]
        for power in range(self.coefficients.shape[1] - 2, -1, -1):  # Horner's scheme
            value = value * offset
            value += self.coefficients[piece, power]
        return value

    def scaled(self, factor: float) -> Curve:
        """The curve times a number."""
        return Curve(self.knots, self.origin, factor * self.coefficients)


def polynomial(coefficients: Array) -> Curve:
    """One polynomial for all places; lowest power first."""
    return Curve(np.zeros(0), np.zeros(1), np.atleast_2d(np.asarray(coefficients, dtype=float)))


class CubicSpline(Curve):
    """Piecewise cubic with continuous second derivative through (N, ...) values at (N,) increasing knots, N at least 2.

    At either end the two outer pieces are one cubic ("not a knot"), which goes on; three points give a parabola, two a line.
    ValueError: fewer than two knots, knots that do not increase, values that are not finite.
    """

    def __init__(self, x: ArrayLike, y: ArrayLike) -> None:
        super().__init__(*_hermite(x, y, _smooth_slopes))


class MonotoneCubic(Curve):
    """As :class:`CubicSpline`, but it rises and falls only where the points do (PCHIP; Fritsch and Butland, 1984)."""

    def __init__(self, x: ArrayLike, y: ArrayLike) -> None:
        super().__init__(*_hermite(x, y, _monotone_slopes))


def cubic_spline(x: Array, y: Array) -> Curve:
    """Cubic spline through (K,) points, x ascending, K at least 2; straight beyond its ends.

    The third derivative at each end is that of the cubic through the four points there:
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


def _hermite(x: ArrayLike, y: ArrayLike, slopes: Callable[[Array, Array], Array]) -> tuple[Array, Array, Array]:
    """Knots, origins and coefficients of cubic pieces that share values and slopes; the outer ones go on."""
    knots, values = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if knots.ndim != 1 or len(knots) < 2 or values.shape[:1] != knots.shape:
        raise ValueError(f"a curve needs two knots or more and a value at each, got {knots.shape} and {values.shape}")
    if not (np.diff(knots) > 0).all() or not np.isfinite(knots).all():
        raise ValueError("the knots of a curve must increase")
    if not np.isfinite(values).all():
        raise ValueError("the values of a curve must be finite")
    slope, step = slopes(knots, values), _columns(np.diff(knots), values)
    chord = np.diff(values, axis=0) / step
    bend = (slope[:-1] + slope[1:] - 2.0 * chord) / step
    pieces = (values[:-1], slope[:-1], (chord - slope[:-1]) / step - bend, bend / step)
    return knots[1:-1], knots[:-1], np.stack(pieces, axis=1)


def _columns(steps: Array, like: Array) -> Array:
    return steps.reshape((-1,) + (1,) * (like.ndim - 1))


def _smooth_slopes(x: Array, y: Array) -> Array:
    """Slopes that make the second derivative continuous."""
    steps = np.diff(x)
    wide = _columns(steps, y)
    chord = np.diff(y, axis=0) / wide
    if len(x) == 2:
        return np.concatenate([chord, chord])
    slope = np.empty_like(y)
    if len(x) == 3:
        slope[1] = (steps[1] * chord[0] + steps[0] * chord[1]) / (steps[0] + steps[1])
        slope[0], slope[2] = 2.0 * chord[0] - slope[1], 2.0 * chord[1] - slope[1]
        return slope
    begin, end = steps[0] + steps[1], steps[-1] + steps[-2]
    first = ((steps[0] + 2.0 * begin) * steps[1] * chord[0] + steps[0] ** 2 * chord[1]) / begin
    last = ((steps[-1] + 2.0 * end) * steps[-2] * chord[-1] + steps[-1] ** 2 * chord[-2]) / end
    right = 3.0 * (wide[1:] * chord[:-1] + wide[:-1] * chord[1:])
    lower, diagonal, upper = steps[1:].copy(), 2.0 * (steps[:-1] + steps[1:]), steps[:-1].copy()
    # the outer slopes are put into their neighbours' rows, which leaves a system whose diagonal dominates
    lower[0] = upper[-1] = 0.0
    diagonal[0], diagonal[-1] = begin, end
    right[0] -= first
    right[-1] -= last
    slope[1:-1] = solve_tridiagonal(lower, diagonal, upper, right)
    slope[0] = (first - begin * slope[1]) / steps[1]
    slope[-1] = (last - end * slope[-2]) / steps[-2]
    return slope


def _monotone_slopes(x: Array, y: Array) -> Array:
    """Harmonic means of the chords on either side, zero where they differ in sign."""
    steps = _columns(np.diff(x), y)
    chord = np.diff(y, axis=0) / steps
    if len(x) == 2:
        return np.concatenate([chord, chord])
    flat = (np.sign(chord[1:]) != np.sign(chord[:-1])) | (chord[1:] == 0) | (chord[:-1] == 0)
    before, after = 2.0 * steps[1:] + steps[:-1], steps[1:] + 2.0 * steps[:-1]
    safe = [np.where(flat, 1.0, part) for part in (chord[:-1], chord[1:])]
    inner = np.where(flat, 0.0, (before + after) / (before / safe[0] + after / safe[1]))
    ends = [_outer_slope(steps[i], steps[j], chord[i], chord[j])[None] for i, j in ((0, 1), (-1, -2))]
    return np.concatenate([ends[0], inner, ends[1]])


def _outer_slope(step: Array, next_step: Array, chord: Array, next_chord: Array) -> Array:
    """Slope at an end: of the parabola through three points, unless that breaks the shape."""
    slope = np.asarray(((2.0 * step + next_step) * chord - step * next_chord) / (step + next_step))
    turns = (np.sign(chord) != np.sign(next_chord)) & (np.abs(slope) > 3.0 * np.abs(chord))
    return np.where(np.sign(slope) != np.sign(chord), 0.0, np.where(turns, 3.0 * chord, slope))


def solve_tridiagonal(lower: Array, diagonal: Array, upper: Array, right: Array) -> Array:
    """Solve a system in which each unknown is tied to its neighbours, by cyclic reduction: half of the unknowns at a time.

    ``lower``, ``diagonal``, ``upper`` (N,) are coefficients of the unknown before, of the row's own and of the one after;
    ``lower[0]`` and ``upper[-1]`` are 0, ``right`` is (N, ...). Without pivoting, so the diagonal has to dominate.
    """
    count, shape, right = len(right), right.shape, right.reshape(len(right), -1)
    if count <= 1:
        return (right / diagonal[:, None]).reshape(shape)
    if count % 2 == 0:  # with a row of its own at the end, an even one lies on either side of each odd one
        lower, upper, diagonal = np.append(lower, 0.0), np.append(upper, 0.0), np.append(diagonal, 1.0)
        right = np.concatenate([right, np.zeros((1, right.shape[1]))])
    even, odd = slice(0, None, 2), slice(1, None, 2)
    # each odd row, less multiples of the even rows around it, ties odd unknowns to odd ones
    before, after = lower[odd] / diagonal[even][:-1], upper[odd] / diagonal[even][1:]
    reduced_diagonal = diagonal[odd] - before * upper[even][:-1] - after * lower[even][1:]
    reduced_right = right[odd] - before[:, None] * right[even][:-1] - after[:, None] * right[even][1:]
    result = np.empty_like(right)
    result[odd] = solve_tridiagonal(-before * lower[even][:-1], reduced_diagonal, -after * upper[even][1:], reduced_right)
    rest = right[even].copy()
    rest[:-1] -= upper[even][:-1, None] * result[odd]
    rest[1:] -= lower[even][1:, None] * result[odd]
    result[even] = rest / diagonal[even, None]
    return result[:count].reshape(shape)


def basis_coefficients(values: Array, *, periodic: bool) -> Array:
    """Coefficients of the cubic B-spline through (N, n) values at the nodes of an even grid.

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


def basis_motion(coefficients: Array, place: Array, step: float) -> tuple[Array, Array, Array]:
    """(T, n) value, exact first and second derivative of a B-spline on an even grid.

    Of (N + 2, n) coefficients; a periodic spline's first with its last before it and its first two behind it, (N + 3, n).
    ``place`` (T,) is in nodes, from 0 to the last one; ``step`` between nodes in the unit that derivatives are wanted by.
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
