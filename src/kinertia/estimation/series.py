"""Motion and forces over time as every method with a body gives them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinertia.recording import Array

SIDES = ("r", "l")


@dataclass(frozen=True)
class Series:
    """Time series at a method's own rate, one row per sample."""

    names: tuple[str, ...]  # the n coordinates' names, the root's first
    q: Array  # (T, n) coordinates [m, rad]; pelvis_tx is not read, it follows from the speed
    speed: Array  # (T,) forward speed [m/s]
    moments: Array  # (T, n - 3) net joint moments [N m]
    residual: Array  # (T, 3) force x, y [BW] and moment [BWBH] at the root that no joint explains
    grf: Array  # (T, 4) ground reaction x, y of the right and x, y of the left foot [BW]
    pressure: Array  # (T, 2) vertical force times its forward distance from the pelvis, right and left [BW m]
    virtual: Array  # (T, S, C) virtual channels of the sensor set [m/s^2, rad/s]
    points: dict[str, Array]  # named landmarks (T, 2), relative to the pelvis along x [m]

    @property
    def joints(self) -> tuple[str, ...]:
        """Names of the joints' coordinates, those after the root's."""
        return self.names[len(self.names) - self.moments.shape[1] :]

    def travel(self, rate_hz: float) -> Array:
        """(T,) forward position of the pelvis [m]: the integral of speed (trapezoid)."""
        step = 0.5 * (self.speed[1:] + self.speed[:-1]) / rate_hz
        return np.concatenate([[0.0], np.cumsum(step)])
