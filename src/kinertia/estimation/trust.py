"""Where an estimate is not to be trusted: limits that whole recordings and streams share."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kinertia.numerics.moving_mean import Beyond, moving_mean
from kinertia.recording import SEGMENTS, Array

TRUSTED_RESIDUAL_BW = 0.10
"""Largest trusted residual of the equations of motion, root mean square over a window."""
TRUSTED_DISAGREEMENT = 0.3
"""Simulated people who walk or run steadily stay below 0.14; sensors changed over or turned round give 0.35 to 0.8."""
ACC_RATIO = 2.0
"""Accelerations are further off than rates, as impacts and skin are no rigid body: 0.12 to 0.28 in the same people."""
STILL_POWER = len(SEGMENTS) * 0.5**2
"""Rates of people who hardly move are not asked to agree better than this, (rad/s)^2 over all sensors."""
WINDOW_S = 0.5

RESIDUAL, DISAGREEMENT, OTHER = "residual", "disagreement", "other"
WORDS = {
    OTHER: "this is neither walking, running nor standing, which is all that models know",
    RESIDUAL: "the estimated motion and forces do not agree with each other",
    DISAGREEMENT: "the measured signals are not those of the estimated motion",
}


def doubts(residual: Array, measured: Array, virtual: Array, rate_hz: float, *, periodic: bool) -> dict[str, NDArray[np.bool_]]:
    """Where outputs should not be trusted, and for which reason.

    Parameters
    ----------
    residual : (T, 3) force x, y [BW] and moment at the root that no joint explains.
    measured, virtual : (T, K, 3) acc x, acc y [m/s^2], gyro z [rad/s] in segment frames; NaN where missing.
    rate_hz : their rate [Hz].
    periodic : the samples are one cycle that repeats.

    Returns
    -------
    dict from the reasons of :data:`WORDS` to (T,) True where not to be trusted, judged over half a second around each sample.
    """
    window = max(round(WINDOW_S * rate_hz), 1)
    beyond: Beyond = "wrap" if periodic else "mirror"

    def mean(values: Array) -> Array:
        return moving_mean(values, window, beyond=beyond)

    error = virtual - measured
    there = np.isfinite(error)
    square, power = (np.where(there, x, 0.0) ** 2 for x in (error, measured))
    acc_error, acc_power = (part[..., :2].sum((1, 2)) for part in (square, power))
    gyro_error, gyro_power = (part[..., 2].sum(1) for part in (square, power))
    over_acc = mean(acc_error - (ACC_RATIO * TRUSTED_DISAGREEMENT) ** 2 * acc_power) > 0.0
    over_gyro = mean(gyro_error - TRUSTED_DISAGREEMENT**2 * (gyro_power + STILL_POWER)) > 0.0
    # what is no number is not below the limit either
    held = mean((residual[:, :2] ** 2).sum(1)) <= TRUSTED_RESIDUAL_BW**2
    return {RESIDUAL: ~held, DISAGREEMENT: over_acc | over_gyro}
