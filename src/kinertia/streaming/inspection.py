"""Sensors that repeat themselves or reach the end of their range, found block by block."""

from __future__ import annotations

import numpy as np

from kinertia.recording import Array
from kinertia.streaming.order import Counts

LEAST_RANGE = np.array([15.0, 15.0, 15.0, 4.0, 4.0, 4.0])
"""Smallest ranges that sensors are set to: 2 g and 250 deg/s, less a little."""
AT_LIMIT = 1.0 - 1e-4  # of the largest value, so that rounding does not hide it
LEAST_REACHED = 4  # samples at the limit in a block; a single peak is none
PHASE_SAMPLES = 3  # by which the blocks of sensors are apart


class Inspection:
    """Looks at the samples of a stream of sensors that may repeat the same values for ``frozen_s`` (0: for any time).

    Blocks of streams of different ``phase`` end at different samples, so that the work is spread.
    """

    __slots__ = ("_at", "_before", "_block", "_limit", "_owed", "_reached", "_watch", "clipped", "clipping", "faulty", "frozen")

    def __init__(self, sensors: int, rate_hz: float, frozen_s: float, phase: int = 0) -> None:
        self._block = np.full((max(round(0.5 * (frozen_s or 0.5) * rate_hz), 4), sensors, 6), np.nan)
        self._watch = frozen_s > 0.0
        self._at = PHASE_SAMPLES * phase % len(self._block)
        self._before = np.full((sensors, 6), np.nan)
        self._limit = np.tile(LEAST_RANGE, (sensors, 1))
        self._reached = np.zeros((sensors, 6), dtype=int)
        self.frozen: np.ndarray | None = None  # (k,) sensors that repeat themselves, if any do
        self.clipping = np.zeros(sensors, dtype=bool)  # (k,) sensors that reached their limit in the last block
        self.clipped = np.zeros(sensors, dtype=int)  # (k,) samples at the limit so far
        self.faulty = False  # whether any sensor is frozen or clipping
        self._owed = False

    def look(self, values: Array) -> bool:
        """Take in a sample (k, 6); True at the end of a block, which :meth:`tend` then looks at, or else the next sample."""
        self.tend()
        self._block[self._at] = values
        self._at += 1
        if self.frozen is not None:
            moved = (values != self._before).reshape(-1, 2, 3).any(axis=2).all(axis=1)
            still = self.frozen & ~moved
            self.frozen = still if still.any() else None
        if self._at < len(self._block):
            return False
        self._at, self._owed = 0, True
        return True

    def tend(self, *, forgo: bool = False) -> None:
        """Look at a block that has just ended, so that no estimate waits for it; or never do."""
        owed, self._owed = self._owed, False
        if not owed or forgo:
            return
        self._find_clipped()
        if self._watch:
            self._find_frozen()
        self.faulty = self.frozen is not None or bool(self.clipping.any())

    def _find_clipped(self) -> None:
        size = np.abs(self._block)
        highest = np.fmax.reduce(size)
        if not (highest >= AT_LIMIT * self._limit).any():
            # far the most blocks: nothing comes near what was reached before
            self.clipping = np.zeros(len(highest), dtype=bool)
            return
        highest = np.fmax(self._limit, highest)
        self._reached[highest * AT_LIMIT > self._limit] = 0
        self._limit = highest
        at_limit = size >= AT_LIMIT * highest
        self._reached += at_limit.sum(axis=0)
        # a peak, however flat, reaches its maximum once; a limit is reached again and kept
        kept = at_limit[1:] & at_limit[:-1] & (self._reached >= LEAST_REACHED)
        count = kept.any(axis=2).sum(axis=0)
        self.clipping = count > 0
        self.clipped += count

    def _find_frozen(self) -> None:
        """Both blocks, this one and the one before, hold one single value of acceleration, or of angular rate."""
        same = self._block[-1] == self._before
        # hardly ever is even one value the same
        same = (self._block == self._before).all(axis=0).reshape(-1, 2, 3).all(axis=2).any(axis=1) if same.any() else same
        self._before = self._block[0].copy()
        self.frozen = same if same.any() else None


class Rates:
    """How many samples arrive and are sent per second of the session's time, from look to look; zero before the second one."""

    __slots__ = ("_arrived", "_lost", "_time_s", "arriving_hz", "sending_hz")

    def __init__(self) -> None:
        self.arriving_hz = self.sending_hz = 0.0
        self._time_s: float | None = None
        self._arrived = self._lost = 0

    def forget(self) -> None:
        """Begin at the next look: times before it are of another clock."""
        self._time_s = None

    def measure(self, counts: Counts, time_s: float) -> None:
        """Look at the counters."""
        arrived, lost = counts.received - counts.duplicated - counts.rejected, counts.lost
        passed = 0.0 if self._time_s is None else time_s - self._time_s
        if passed > 0.0:
            self.arriving_hz = (arrived - self._arrived) / passed
            self.sending_hz = (arrived + lost - self._arrived - self._lost) / passed
        self._time_s, self._arrived, self._lost = time_s, arrived, lost
