"""Whether an estimate can be trusted, and why not."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from kinertia.estimation.trust import ACC_RATIO, OTHER, RUNNING_RATIO, STILL_POWER, WINDOW_S
from kinertia.estimation.trust import DISAGREEMENT as SIGNALS_APART
from kinertia.estimation.trust import RESIDUAL as FORCES_LEFT
from kinertia.estimation.trust import WORDS as ESTIMATE_WORDS
from kinertia.recording import LOWER_BODY, Array, SensorSet
from kinertia.runtime.card import Layout
from kinertia.streaming.sample import Settings


def kinds(sensors: SensorSet) -> Array:
    """(2, S C) 1 for the signals that are specific forces, and for those that are angular rates."""
    forces = np.array([channel.startswith("acc") for channel in sensors.channels], dtype=np.float64)
    return np.tile([forces, 1.0 - forces], len(sensors))


# reasons, a bit each
NOT_ALIGNED, WARMING_UP, SENSOR_LOST, SENSOR_HELD, SENSOR_FAULTY = 1, 2, 4, 8, 16
RESIDUAL, DISAGREEMENT, CLOCK_UNSURE, OTHER_ACTIVITY = 32, 64, 128, 256

WORDS = {
    NOT_ALIGNED: "how the sensors sit on the body is not known yet: calibrate",
    WARMING_UP: "the estimate has only just started",
    SENSOR_LOST: "a sensor is lost",
    SENSOR_HELD: "an older value stands in for a sample that did not come",
    SENSOR_FAULTY: "a sensor repeats itself or is at the limit of its range",
    RESIDUAL: ESTIMATE_WORDS[FORCES_LEFT],
    DISAGREEMENT: ESTIMATE_WORDS[SIGNALS_APART],
    OTHER_ACTIVITY: ESTIMATE_WORDS[OTHER],
    CLOCK_UNSURE: "how the sensors' clocks relate is not certain yet",
}


def describe(reasons: int, known: Mapping[int, str] = MappingProxyType({})) -> tuple[str, ...]:
    """The reasons in words; in those of ``known``, by bit, where more can be said."""
    return tuple(known.get(bit, words) for bit, words in WORDS.items() if reasons & bit)


class _Window:
    """Sum over the last second."""

    __slots__ = ("_at", "_ring", "_sum")

    def __init__(self, length: int) -> None:
        self._ring = [0.0] * length
        self.clear()

    def clear(self) -> None:
        self._ring[:] = [0.0] * len(self._ring)
        self._at, self._sum = 0, 0.0

    def add(self, value: float) -> float:
        """The sum with one more value."""
        at = self._at
        self._sum += value - self._ring[at]
        self._ring[at] = value
        self._at = at + 1
        if self._at == len(self._ring):
            self._at = 0
            # rounding must not add up
            self._sum = math.fsum(self._ring)
        return self._sum


class Trust:
    """Judges estimates of one model one after the other, which are ``delay_samples`` behind the signals."""

    def __init__(
        self, layout: Layout, rate_hz: float, delay_samples: int, limits: Settings, sensors: SensorSet = LOWER_BODY
    ) -> None:
        self._kinds = kinds(sensors)
        self._residual_at, self._virtual_at = layout.residual.start, layout.virtual
        self._delay = delay_samples
        window = max(round(WINDOW_S * rate_hz), 1)
        self._force, self._moment, self._acc, self._gyro = (_Window(window) for _ in range(4))
        self._trusted_force, self._trusted_moment = window * limits.residual_bw**2, window * limits.residual_bwbh**2
        self._trusted_gyro = limits.disagreement**2
        self._trusted_acc = (ACC_RATIO * limits.disagreement) ** 2
        self._warm = round(limits.warm_up_s * rate_hz) + delay_samples
        self._past: deque[Array] = deque(maxlen=delay_samples + 1)
        self.forget()

    def forget(self) -> None:
        """Start again, as after a pause."""
        for window in (self._force, self._moment, self._acc, self._gyro):
            window.clear()
        self._count = self._stale = self._reasons = 0
        self._past.clear()

    def judge(self, values: Array | None, signals: Array, reasons: int, *, running: bool = False) -> int:
        """Reasons not to trust the values (M,) of the grid point ``delay_samples`` before; None before there are any.

        ``signals`` (S, C) went in now, NaN where missing; the ``reasons`` known about them hold until the values that follow
        from them are out.
        """
        self._count += 1
        self._past.append(signals)
        if reasons:
            self._stale, self._reasons = self._delay, reasons
        elif self._stale:
            self._stale -= 1
            reasons = self._reasons
        if self._count <= self._warm:
            reasons |= WARMING_UP
        if values is None:
            return reasons
        reasons |= self._residual_of(values, RUNNING_RATIO if running else 1.0)
        return reasons | self._disagreement_of(values, self._past[0].ravel())

    def _residual_of(self, values: Array, ratio: float) -> int:
        x, y, turn = (values.item(self._residual_at + i) for i in range(3))
        force, moment = self._force.add((x * x + y * y) / ratio**2), self._moment.add(turn * turn)
        # what is no number is not below the limit either
        return 0 if force <= self._trusted_force and moment <= self._trusted_moment else RESIDUAL

    def _disagreement_of(self, values: Array, measured: Array) -> int:
        error = values[self._virtual_at] - measured
        squares, powers = self._kinds.dot(error * error), self._kinds.dot(measured * measured)
        if not math.isfinite(squares[0] + squares[1]):
            there = np.isfinite(error)
            squares, powers = (self._kinds.dot(np.where(there, x, 0.0) ** 2) for x in (error, measured))
        acc = self._acc.add(squares.item(0) - self._trusted_acc * powers.item(0))
        gyro = self._gyro.add(squares.item(1) - self._trusted_gyro * (powers.item(1) + STILL_POWER))
        return DISAGREEMENT if acc > 0.0 or gyro > 0.0 else 0
