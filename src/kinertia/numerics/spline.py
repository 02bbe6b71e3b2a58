"""Smooth curves through given points: the cubic spline, and the monotone cubic that cannot overshoot."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kinertia.numerics import tridiagonal

Array = NDArray[np.float64]


class Cubic:
    """Cubic pieces between knots that share values and slopes there; beyond the ends the outer pieces go on.

    Parameters
    ----------
    x : (N,) increasing knots, N at least 2.
    y : (N, ...) values at the knots.
    slope : (N, ...) derivatives at the knots.
    """

    def __init__(self, x: Array, y: Array, slope: Array) -> None:
        step = _columns(np.diff(x), y)
        chord = np.diff(y, axis=0) / step
        bend = (slope[:-1] + slope[1:] - 2.0 * chord) / step
        self._knots = x
        self._coefficients = (bend / step, (chord - slope[:-1]) / step - bend, slope[:-1], y[:-1])

    def __call__(self, at: ArrayLike) -> Array:
        """Values (*at.shape, ...) at any places, in any order."""
        at = np.asarray(at, dtype=np.float64)
        piece = np.clip(np.searchsorted(self._knots, at, side="right") - 1, 0, len(self._knots) - 2)
        cubic, *others = self._coefficients
        offset = np.reshape(at - self._knots[piece], at.shape + (1,) * (cubic.ndim - 1))
        value = cubic[piece]
        for coefficient in others:  # Horner's scheme, in place
            value *= offset
            value += coefficient[piece]
        return value


class CubicSpline(Cubic):
    """Piecewise cubic with continuous second derivative.

    At either end the two outer pieces are one cubic ("not a knot"); three points give a parabola, two a line.

    Parameters
    ----------
    x : (N,) increasing knots, N at least 2.
    y : (N, ...) values at the knots.

    Raises
    ------
    ValueError : fewer than two knots, knots that do not increase, values that are not finite.
    """

    def __init__(self, x: ArrayLike, y: ArrayLike) -> None:
        knots, values = _checked(x, y)
        super().__init__(knots, values, _smooth_slopes(knots, values))


class MonotoneCubic(Cubic):
    """Piecewise cubic that rises and falls only where the points do (PCHIP; Fritsch and Butland, 1984).

    Parameters
    ----------
    x : (N,) increasing knots, N at least 2.
    y : (N, ...) values at the knots.

    Raises
    ------
    ValueError : fewer than two knots, knots that do not increase, values that are not finite.
    """

    def __init__(self, x: ArrayLike, y: ArrayLike) -> None:
        knots, values = _checked(x, y)
        super().__init__(knots, values, _monotone_slopes(knots, values))


def _checked(x: ArrayLike, y: ArrayLike) -> tuple[Array, Array]:
    knots, values = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if knots.ndim != 1 or len(knots) < 2 or values.shape[:1] != knots.shape:
        raise ValueError(f"a curve needs two knots or more and a value at each, got {knots.shape} and {values.shape}")
    if not (np.diff(knots) > 0).all() or not np.isfinite(knots).all():
        raise ValueError("the knots of a curve must increase")
    if not np.isfinite(values).all():
        raise ValueError("the values of a curve must be finite")
    return knots, values


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
    slope[1:-1] = tridiagonal.solve(lower, diagonal, upper, right)
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
