"""Regression for a quantile: which weights put a given part of the values below the line."""

from __future__ import annotations

import numpy as np

from kinertia.recording import Array

SMOOTHING = 0.1
"""Rounds the corner of the loss, in units of the target: with a corner, Newton's method has no second derivative."""
RIDGE = 1e-4
LOGISTIC_RIDGE = 1e-3
LONGEST_STEP = 3.0
"""Of Newton's method in a coefficient of the logistic regression: curvature vanishes where all is told apart."""
MOST_STEPS = 60  # of Newton's method at the most
TOLERANCE = 1e-6  # relative


def fit(columns: Array, target: Array, share: Array, level: float, start: Array | None = None) -> Array:
    """Coefficients (P,) such that about ``level`` of the targets lie below ``columns @ coefficients``.

    Parameters
    ----------
    columns : (N, P), the first one constant; its coefficient is not held back.
    target : (N,) finite.
    share : (N,) how much each target counts.
    level : part of the targets, 0 to 1.
    start : (P,) coefficients near the result.

    Notes
    -----
    The loss of quantile regression smoothed by a logistic kernel (Fernandes, Guerre and Horta, J Bus Econ Stat 2021) is
    convex and smooth: damped Newton steps lead to its only minimum.
    """
    share = share / share.sum()
    weights = np.zeros(columns.shape[1]) if start is None else start.copy()
    if start is None:
        weights[0] = weighted(target, share, level)
    held = np.full(columns.shape[1], RIDGE)
    held[0] = 1e-9
    loss = _loss(columns, target, share, level, weights, held)
    for _ in range(MOST_STEPS):
        below = _logistic((columns @ weights - target) / SMOOTHING)
        gradient = columns.T @ (share * (below - level)) + held * weights
        curvature = (columns * (share * below * (1.0 - below) / SMOOTHING)[:, None]).T @ columns + np.diag(held)
        step = np.linalg.solve(curvature, gradient)
        size, lower = 1.0, np.inf
        while size > 1e-6 and not (lower := _loss(columns, target, share, level, weights - size * step, held)) <= loss:
            size *= 0.5
        if not loss - lower > TOLERANCE * abs(loss):
            break
        weights, loss = weights - size * step, lower
    return weights


def tell(columns: Array, yes: Array, share: Array) -> Array:
    """(P,) coefficients of a logistic regression for ``yes`` (N,) by ``columns`` (N, P), with a ridge on all but the first.

    What can be told apart completely gets finite coefficients by the ridge.
    """
    share, weights = share / share.sum(), np.zeros(columns.shape[1])
    held = np.full(columns.shape[1], LOGISTIC_RIDGE)
    held[0] = 1e-9
    for _ in range(MOST_STEPS):
        likely = _logistic(columns @ weights)
        gradient = columns.T @ (share * (likely - yes)) + held * weights
        curvature = (columns * (share * likely * (1.0 - likely))[:, None]).T @ columns + np.diag(held)
        step = np.linalg.solve(curvature, gradient)
        weights = weights - step * min(1.0, LONGEST_STEP / max(float(np.abs(step).max()), 1e-12))
        if np.abs(step).max() < TOLERANCE:
            break
    return weights


def weighted(values: Array, share: Array, level: float) -> float:
    """The value below which ``level`` of the shares lies; infinite where the level is 1 or more."""
    order = np.argsort(values)
    total = np.cumsum(share[order]) / share.sum()
    at = int(np.searchsorted(total, level))
    return float(values[order[at]]) if level < 1.0 and at < len(order) else float("inf")


def _loss(columns: Array, target: Array, share: Array, level: float, weights: Array, held: Array) -> float:
    above = target - columns @ weights
    rounded = SMOOTHING * np.logaddexp(0.0, -above / SMOOTHING)
    return float(share @ (level * above + rounded) + 0.5 * np.sum(held * weights**2))


def _logistic(x: Array) -> Array:
    return 0.5 * (1.0 + np.tanh(0.5 * x))
