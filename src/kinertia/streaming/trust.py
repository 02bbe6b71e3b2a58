"""Whether an estimate can be trusted, and why not."""

from __future__ import annotations

import math
from collections import deque
from typing import Protocol

import numpy as np

from kinertia.recording import SEGMENTS, Array
from kinertia.runtime.layout import Layout

TRUSTED_RESIDUAL_BW = 0.10
"""As in estimates of whole recordings."""
TRUSTED_DISAGREEMENT = 0.3
"""Simulated people who walk or run steadily stay below 0.14; sensors changed over or turned round give 0.35 to 0.8."""
ACC_RATIO = 2.0
"""Accelerations are further off than rates, as impacts and skin are no rigid body: 0.12 to 0.28 in the same people."""
STILL_POWER = len(SEGMENTS) * 0.5**2
"""Rates of people who hardly move are not asked to agree better than this, (rad/s)^2 over all sensors."""
WINDOW_S = 0.5
KINDS = np.tile([[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]], len(SEGMENTS))
"""(2, 21) which signals are accelerations, and which angular rates."""

NOT_ALIGNED = 1
WARMING_UP = 2
SENSOR_LOST = 4
SENSOR_HELD = 8
SENSOR_FAULTY = 16
RESIDUAL = 32
DISAGREEMENT = 64
CLOCK_UNSURE = 128

WORDS = {
    NOT_ALIGNED: "how the sensors sit on the body is not known yet: calibrate",
    WARMING_UP: "the estimate has only just started",
    SENSOR_LOST: "a sensor is lost",
    SENSOR_HELD: "an older value stands in for a sample that did not come",
    SENSOR_FAULTY: "a sensor repeats itself or is at the limit of its range",
    RESIDUAL: "the estimated motion and forces do not agree with each other",
    DISAGREEMENT: "the measured signals are not those of the estimated motion",
    CLOCK_UNSURE: "how the sensors' clocks relate is not certain yet",
}


def describe(reasons: int) -> tuple[str, ...]:
    """The reasons in words."""
    return tuple(words for bit, words in WORDS.items() if reasons & bit)


class Limits(Protocol):
    """What is trusted; see :class:`kinertia.streaming.settings.Settings`."""

    @property
    def residual_bw(self) -> float: ...
    @property
    def disagreement(self) -> float: ...
    @property
    def warm_up_s(self) -> float: ...


class Trust:
    """Judges estimates one after the other.

    Parameters
    ----------
    layout : of the values.
    rate_hz : their rate [Hz].
    delay_samples : how many samples the values are behind the signals.
    limits : :class:`kinertia.streaming.settings.Settings`.
    """

    __slots__ = (
        "_acc_error",
        "_acc_power",
        "_at",
        "_count",
        "_disagreement",
        "_gyro_error",
        "_gyro_power",
        "_past",
        "_reasons",
        "_residual",
        "_ring",
        "_share",
        "_stale",
        "_sum",
        "_trusted_square",
        "_virtual",
        "_warm",
        "delay_samples",
    )

    def __init__(self, layout: Layout, rate_hz: float, delay_samples: int, limits: Limits) -> None:
        self.delay_samples = delay_samples
        self._residual = layout.residual.start
        self._virtual = layout.virtual
        window = max(round(WINDOW_S * rate_hz), 1)
        self._ring = [0.0] * window
        self._share = 1.0 / window
        self._trusted_square = window * limits.residual_bw**2
        self._disagreement = limits.disagreement**2
        self._warm = round(limits.warm_up_s * rate_hz) + delay_samples
        self.forget()

    def forget(self) -> None:
        """Start again, as after a pause."""
        self._ring[:] = [0.0] * len(self._ring)
        self._at = self._count = self._stale = self._reasons = 0
        self._sum = 0.0
        self._past: deque[Array] = deque(maxlen=self.delay_samples + 1)
        self._gyro_error = self._gyro_power = self._acc_error = self._acc_power = 0.0

    def judge(self, values: Array | None, signals: Array, reasons: int) -> int:
        """Reasons not to trust the values of a grid point.

        Parameters
        ----------
        values : (M,) of the grid point ``delay_samples`` before; None before there are any.
        signals : (7, 3) that went in now, NaN where missing.
        reasons : known about the signals; they hold until the values that follow from them are out.
        """
        self._count += 1
        self._past.append(signals)
        if reasons:
            self._stale = self.delay_samples + 1
            self._reasons = reasons
        elif self._stale:
            self._stale -= 1
            reasons = self._reasons if self._stale else 0
        if self._count <= self._warm:
            reasons |= WARMING_UP
        if values is None:
            return reasons
        return reasons | self._residual_of(values) | self._disagreement_of(values, self._past[0])

    def _residual_of(self, values: Array) -> int:
        x, y = values.item(self._residual), values.item(self._residual + 1)
        square, at = x * x + y * y, self._at
        self._sum += square - self._ring[at]
        self._ring[at] = square
        self._at = at + 1
        if self._at == len(self._ring):
            self._at = 0
            # rounding must not add up
            self._sum = math.fsum(self._ring)
        return 0 if self._sum <= self._trusted_square else RESIDUAL

    def _disagreement_of(self, values: Array, measured: Array) -> int:
        error = values[self._virtual] - measured.ravel()
        square, power = KINDS.dot(error * error), KINDS.dot(measured.ravel() ** 2)
        if not math.isfinite(square[0] + square[1]):
            there = np.isfinite(error)
            square, power = (KINDS.dot(np.where(there, x, 0.0) ** 2) for x in (error, measured.ravel()))
        share = self._share
        self._acc_error += share * (square.item(0) - self._acc_error)
        self._gyro_error += share * (square.item(1) - self._gyro_error)
        self._acc_power += share * (power.item(0) - self._acc_power)
        self._gyro_power += share * (power.item(1) - self._gyro_power)
        worst = self._disagreement
        acc = self._acc_error > ACC_RATIO**2 * worst * self._acc_power
        gyro = self._gyro_error > worst * (self._gyro_power + STILL_POWER)
        return DISAGREEMENT if acc or gyro else 0
