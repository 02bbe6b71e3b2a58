"""The even time grid of the model on the session's time axis: its points while they are put together from several streams.

The session's time is the clock of one stream, carried on by the local clock when that stream is silent. For samples that do
not come stands a straight line, the last value for a moment, then nothing.
"""

from __future__ import annotations

import math

import numpy as np

from kinertia.recording import Array

SNAP = 0.25  # a sample this close to a grid point, in periods, is taken as it is
PULL = 0.02  # of a deviation that the grid follows at once
MOST_PULL = 2e-3  # the grid follows its stream's clock by at most this part of a second per second: then nothing is resampled
LARGEST = 2000.0  # no sensor on a person reads more, in m/s^2 or rad/s
_SQUARE = LARGEST**2


class Grid:
    """Times of grid points: index over rate since the first one, pulled along by the stream that it is anchored to."""

    __slots__ = ("_at", "_index", "base_s", "begun_s", "leader", "snap_s", "started", "step_s")

    def __init__(self, rate_hz: float) -> None:
        self.step_s = 1.0 / rate_hz  # time between grid points [s]
        self.snap_s = SNAP * self.step_s  # how far from a grid point a sample may lie to be taken as it is [s]
        self.started, self.begun_s = False, 0.0  # whether the first grid point is known, and its time [s]
        self.base_s = 0.0  # session time less local time [s]
        self.leader = -1  # index of the stream whose clock the session's time is, once there is one
        self._index, self._at = 0, 0.0

    def start(self, time_s: float) -> None:
        """Put grid point 0 at a time."""
        self._index, self._at, self.begun_s, self.started = 0, time_s, time_s, True

    def time(self, index: int) -> float:
        """Time of a grid point [s]."""
        return self._at + (index - self._index) * self.step_s

    def nearest(self, time_s: float) -> int:
        """The grid point nearest to a time."""
        return self._index + round((time_s - self._at) / self.step_s)

    def following(self, time_s: float) -> int:
        """The first grid point that a sample at ``time_s``, or a later one, can give."""
        return self._index + math.ceil((time_s - self._at - self.snap_s) / self.step_s)

    def follow(self, time_s: float, reach_s: float) -> None:
        """Move a little towards a sample of the stream that the grid is anchored to, if that is within reach."""
        index = self.nearest(time_s)
        error = time_s - self.time(index)
        if abs(error) > reach_s:
            return
        most = MOST_PULL * self.step_s
        self._at = self.time(index) + min(max(PULL * error, -most), most)
        self._index = index


class Pending:
    """Room for the grid points from the one that comes out next on; every stream fills every one of them, in order."""

    __slots__ = ("_held", "capacity", "head", "mask", "rows")

    def __init__(self, sensors: int, capacity: int) -> None:
        self.capacity = 1 << (capacity - 1).bit_length()  # how many grid points a stream may be ahead, a power of two
        self.mask = self.capacity - 1
        self.rows = tuple(np.full((self.capacity, sensors, 6), np.nan))  # (K, 6) memory of a grid point at ``index & mask``
        self.head = 0  # the grid point that comes out next
        self._held: dict[int, np.ndarray] = {}

    def note_held(self, index: int, where: slice | np.ndarray, held: np.ndarray) -> None:
        """Note which of a stream's sensors were not there at a grid point, so that an older value stands in."""
        if held.any():
            flags = self._held.setdefault(index, np.zeros(len(self.rows[0]), dtype=bool))
            flags[where] = held
        elif index in self._held:
            self._held[index][where] = False

    def take(self) -> tuple[Array, np.ndarray | None]:
        """(K, 6) the next grid point, NaN where missing, and (K,) which sensors are held, if any; valid until the next call."""
        index = self.head
        self.head = index + 1
        held = self._held.pop(index, None) if self._held else None
        return self.rows[index & self.mask], held

    def skip_to(self, index: int) -> None:
        """Go on at another grid point; what was there is dropped."""
        self.head = index
        self._held.clear()


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
