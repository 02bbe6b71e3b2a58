"""The even time grid of the model, on the session's time axis."""

from __future__ import annotations

import math

SNAP = 0.25
"""A sample this close to a grid point, in periods, is taken as it is."""
PULL = 0.02
MOST_PULL = 2e-3
"""The grid follows its stream's clock by at most this part of a second per second: then nothing is resampled."""


class Grid:
    """Times of grid points: index over rate since the first one, pulled along by the stream that it is anchored to.

    Parameters
    ----------
    rate_hz : the model's rate [Hz].

    Attributes
    ----------
    step_s : time between grid points [s].
    snap_s : how far from a grid point a sample may lie to be taken as it is [s].
    started : whether the first grid point is known.
    begun_s : its time [s].
    """

    __slots__ = ("_at", "_index", "begun_s", "snap_s", "started", "step_s")

    def __init__(self, rate_hz: float) -> None:
        self.step_s = 1.0 / rate_hz
        self.snap_s = SNAP * self.step_s
        self.started = False
        self._index, self._at, self.begun_s = 0, 0.0, 0.0

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
