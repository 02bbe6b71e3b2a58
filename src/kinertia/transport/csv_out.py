"""Estimates as a growing CSV file."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from kinertia.streaming.frame import Frame
from kinertia.transport import append, outputs

FLUSH_S = 0.2
LONGEST = 10_000
"""Lines that wait at most for a full disk."""


class CsvSink:
    """One line per frame that has values; whole lines only, flushed five times a second.

    Parameters
    ----------
    path : new file.
    names : of the values.
    output_delay_s : how much earlier than the frame its values are [s].

    Raises
    ------
    OSError : the file exists or cannot be written.
    """

    def __init__(self, path: Path, names: Sequence[str], output_delay_s: float) -> None:
        self.name = str(path)
        self._delay = output_delay_s
        titles, factors = outputs.table_columns(names)
        self._factors = np.array(factors)
        self._file = append.create(path)
        self._lines = [",".join(["time [s]", *titles, "trusted [0/1]", "why not", "events"])]
        self._flushed = time.monotonic()
        self._flush()

    def write(self, frame: Frame) -> None:
        if np.isnan(frame.values).all():
            return
        cells = ["" if value != value else f"{value:.6g}" for value in (frame.values * self._factors).tolist()]
        events = "; ".join(f"{event.name} {event.time_s:.3f}" for event in frame.events)
        line = [
            f"{frame.time_s - self._delay:.4f}",
            *cells,
            str(int(frame.trust)),
            "; ".join(frame.why).replace(",", ""),
            events,
        ]
        if len(self._lines) >= LONGEST:
            raise OSError(f"{len(self._lines)} lines wait for the disk already")
        self._lines.append(",".join(line))
        if time.monotonic() - self._flushed > FLUSH_S:
            self._flush()

    def close(self) -> None:
        try:
            self._flush()
        finally:
            self._file.close()

    def _flush(self) -> None:
        self._flushed = time.monotonic()
        if self._lines:
            self._file.append(("\n".join(self._lines) + "\n").encode())
            self._lines.clear()
