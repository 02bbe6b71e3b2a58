"""What stands in for samples that do not come: a straight line, the last value for a moment, then nothing."""

from __future__ import annotations

import numpy as np

from kinertia.recording import Array

LARGEST = 2000.0  # no sensor on a person reads more, in m/s^2 or rad/s
_SQUARE = LARGEST**2


def as_values(values: object, shape: tuple[int, int]) -> Array | None:
    """An array of the shape that was agreed on, double precision; None for anything else."""
    if not (type(values) is np.ndarray and values.dtype == np.float64):
        try:
            values = np.asarray(values, dtype=np.float64)
        except (TypeError, ValueError, OverflowError):
            return None
    return values if values.shape == shape else None


def usable(values: Array) -> bool:
    """Whether all values are numbers that a sensor can give; one sum of squares shows it, as a missing one spoils it."""
    flat = values.ravel()
    with np.errstate(over="ignore"):
        return bool(flat.dot(flat) < _SQUARE)


def without_absurd(values: Array) -> tuple[Array, np.ndarray]:
    """Copy with NaN in place of infinite and absurd values, and where they were."""
    with np.errstate(invalid="ignore"):
        absurd = np.abs(values) > LARGEST
    return np.where(absurd, np.nan, values), absurd


class Memory:
    """The last value of every channel of a stream, and when it was measured; it may stand in for others for ``hold_s`` [s]."""

    __slots__ = ("_hold", "_known_s", "_latest", "time_s", "values")

    def __init__(self, sensors: int, hold_s: float) -> None:
        self._hold = hold_s
        self.values = self._latest = np.full((sensors, 6), np.nan)
        self.time_s = -np.inf
        self._known_s: Array | None = None

    def keep(self, values: Array, time_s: float, clean: bool) -> None:
        """Remember a sample (k, 6); ``clean`` when nothing is missing in it."""
        if clean:
            self._known_s = None
            self._latest = values
        else:
            if self._known_s is None:
                self._known_s = np.full(values.shape, self.time_s)
                self._latest = self._latest.copy()
            there = ~np.isnan(values)
            self._latest[there] = values[there]
            self._known_s[there] = time_s
        self.values, self.time_s = values, time_s

    def known_s(self, row: int) -> float | None:
        """Session time of the latest value of a sensor [s]; None when that is the latest sample's."""
        known = self._known_s
        return None if known is None else float(known[row].max())

    def held(self, time_s: float) -> tuple[Array, np.ndarray]:
        """(k, 6) values at a time without a sample, NaN where they are too old, and (k,) whether a sensor is held."""
        if self._known_s is None and time_s - self.time_s > self._hold:
            return np.full(self._latest.shape, np.nan), np.zeros(len(self._latest), dtype=bool)
        return self.filled(np.full(self._latest.shape, np.nan), time_s)

    def filled(self, values: Array, time_s: float) -> tuple[Array, np.ndarray]:
        """Values at a time with the missing ones held, as far as they may be, and (k,) whether a sensor is held."""
        known = self.time_s if self._known_s is None else self._known_s
        old = np.isnan(values) & (np.abs(time_s - known) <= self._hold) & ~np.isnan(self._latest)
        return np.where(old, self._latest, values), np.asarray(old.any(axis=1))
