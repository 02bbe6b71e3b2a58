"""Regression for a quantile: which weights put a given part of the values below the line."""

from __future__ import annotations

import numpy as np

from kinertia.recording import Array

SMOOTHING = 0.1
"""Rounds the corner of the loss, in units of the target: with a corner, Newton's method has no second derivative."""
RIDGE = 1e-4
MOST_STEPS = 60
TOLERANCE = 1e-6


def fit(columns: Array, target: Array, level: float, start: Array | None = None) -> Array:
    """Weights (P,) such that about ``level`` of the targets lie below ``columns @ weights``.

    Parameters
    ----------
    columns : (N, P), the first one constant; its weight is not held back.
    target : (N,) finite.
    level : part of the targets, 0 to 1.
    start : (P,) weights near the result.

    Notes
    -----
    The loss of quantile regression smoothed by a logistic kernel (Fernandes, Guerre and Horta, J Bus Econ Stat 2021) is
    convex and smooth: damped Newton steps lead to its only minimum.
    """
    weights = np.zeros(columns.shape[1]) if start is None else start.copy()
    if start is None:
        weights[0] = np.quantile(target, level)
    held = np.full(columns.shape[1], RIDGE)
    held[0] = 1e-9
    loss = _loss(columns, target, level, weights, held)
    for _ in range(MOST_STEPS):
        below = _logistic((columns @ weights - target) / SMOOTHING)
        gradient = columns.T @ (below - level) / len(target) + held * weights
        curvature = (columns * (below * (1.0 - below) / (SMOOTHING * len(target)))[:, None]).T @ columns + np.diag(held)
        step = np.linalg.solve(curvature, gradient)
        size, found = 1.0, np.inf
        while size > 1e-6 and not (found := _loss(columns, target, level, weights - size * step, held)) <= loss:
            size *= 0.5
        if not loss - found > TOLERANCE * abs(loss):
            break
        weights, loss = weights - size * step, found
    return weights


def weighted(values: Array, weights: Array, level: float) -> float:
    """The value below which ``level`` of the weight lies; infinite where the level is 1 or more."""
    order = np.argsort(values)
    share = np.cumsum(weights[order]) / weights.sum()
    at = int(np.searchsorted(share, level))
    return float(values[order[at]]) if level < 1.0 and at < len(order) else float("inf")


def _loss(columns: Array, target: Array, level: float, weights: Array, held: Array) -> float:
    above = target - columns @ weights
    rounded = SMOOTHING * np.logaddexp(0.0, -above / SMOOTHING)
    return float(np.mean(level * above + rounded) + 0.5 * np.sum(held * weights**2))


def _logistic(x: Array) -> Array:
    return 0.5 * (1.0 + np.tanh(0.5 * x))
