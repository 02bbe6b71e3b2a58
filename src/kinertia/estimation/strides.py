"""Cutting time series into gait cycles, each brought to the same number of points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kinertia.recording import Array

NODES = 101  # points of a normalised gait cycle: 0, 1, ..., 100 percent
TOLERANCE = 0.3
"""Largest difference of a stride's duration from the median that still counts as the same gait, as a part of the median."""


@dataclass(frozen=True)
class Strides:
    """Gait cycles of one leg."""

    # begin, end: (S,) heel strike and next heel strike of the same foot, sample indices (fractions allowed)
    begin: Array
    end: Array
    dropped: int = 0  # cycles left out because their duration is far from the median: pauses, turns, missed events
    # samples of a recording that is one repeating cycle (a stride may then run past its end), None otherwise
    period: int | None = None

    @property
    def count(self) -> int:
        return self.begin.shape[0]

    @property
    def durations(self) -> Array:
        """(S,) duration of each cycle [samples]."""
        return self.end - self.begin


def find(
    strikes: np.ndarray,
    *,
    period: int | None = None,
    tolerance: float = TOLERANCE,
    within: NDArray[np.bool_] | None = None,
) -> Strides:
    """Gait cycles between successive heel strikes of one foot, sample indices in any order.

    Parameters
    ----------
    period : samples of a recording that is exactly one cycle that repeats: its first strike then begins the one cycle.
    tolerance : cycles whose duration differs from the median by more than this part of it are dropped and counted.
    within : (T,) True at the samples that count: cycles with others in them are left out, and are not counted.
    """
    strikes = np.unique(np.asarray(strikes, dtype=float))
    strikes = strikes[np.isfinite(strikes)]
    if period is not None:
        begin = strikes[:1]
        return Strides(begin, begin + period, 0, period)
    begin, end = strikes[:-1], strikes[1:]
    if within is not None:
        before = np.concatenate([[0], np.cumsum(~within)])
        first, last = (np.clip(at.astype(int), 0, len(within) - 1) for at in (np.floor(begin), np.ceil(end)))
        whole = before[last + 1] == before[first]
        begin, end = begin[whole], end[whole]
    if begin.size == 0:
        return Strides(np.empty(0), np.empty(0))
    durations = end - begin
    median = np.median(durations)
    keep = np.abs(durations - median) <= tolerance * median
    return Strides(begin[keep], end[keep], int(np.count_nonzero(~keep)))


def cut(series: Array, strides: Strides, nodes: int = NODES) -> Array:
    """(S, nodes) a (T,) series over each cycle, first and last point on successive heel strikes (linear); NaN stays NaN."""
    at = strides.begin[:, None] + np.linspace(0.0, 1.0, nodes) * strides.durations[:, None]
    return np.interp(at, np.arange(series.shape[0]), series, period=strides.period)


def average(cycles: Array) -> tuple[Array, Array, int]:
    """Mean (nodes,), standard deviation (nodes,) and number of the (S, nodes) cycles that are complete.

    Both curves are NaN when none is; of a single cycle the deviation is zero.
    """
    complete = cycles[np.isfinite(cycles).all(axis=-1)]
    count = len(complete)
    if count == 0:
        missing = np.full(cycles.shape[-1], np.nan)
        return missing, missing, 0
    spread = complete.std(axis=0, ddof=1) if count > 1 else np.zeros(cycles.shape[-1])
    return complete.mean(axis=0), spread, count
