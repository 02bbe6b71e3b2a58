"""The last seconds of a stream, written by one thread and read by others without locks.

The writer fills a row and only then counts it. Readers copy rows and only then look whether the writer has come round to them
in the meantime; so neither ever waits for the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinertia.recording import Array


@dataclass(frozen=True)
class Rows:
    """Consecutive rows that a reader took.

    Attributes
    ----------
    first : number of the first row since the stream began.
    time_s : (n,) time of each row [s].
    values : (n, C) single precision.
    skipped : rows before these that this reader did not get, as it came too late.
    """

    first: int
    time_s: Array
    values: np.ndarray
    skipped: int

    def __len__(self) -> int:
        return len(self.time_s)


class Ring:
    """A bounded store of rows; the oldest make room for the newest.

    Parameters
    ----------
    capacity : rows that are kept.
    width : values per row.
    """

    def __init__(self, capacity: int, width: int) -> None:
        # a margin, so that the oldest rows handed out are not the next to be overwritten
        self.capacity = capacity
        self._size = capacity + capacity // 4 + 1
        self._time = np.full(self._size, np.nan)
        self._values = np.full((self._size, width), np.nan, dtype=np.float32)
        self.count = 0

    @property
    def width(self) -> int:
        return self._values.shape[1]

    def next_row(self) -> np.ndarray:
        """(C,) the row to be filled before :meth:`commit`."""
        return self._values[self.count % self._size]

    def commit(self, time_s: float) -> None:
        """Count the row that was filled last, as of ``time_s`` [s]."""
        self._time[self.count % self._size] = time_s
        self.count += 1

    def since(self, number: int, at_most: int | None = None) -> Rows:
        """Copies of the rows from ``number`` on; of the newest ``at_most`` (default: all that are kept) if there are more."""
        while True:
            count = self.count
            limit = self.capacity if at_most is None else min(at_most, self.capacity)
            first = min(max(number, count - limit, 0), count)
            places = np.arange(first, count) % self._size
            time_s, values = self._time[places], self._values[places]
            if self.count - first < self._size:
                return Rows(first, time_s, values, max(first - number, 0))
