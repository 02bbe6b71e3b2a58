"""Local maxima of a signal."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def find_peaks(values: Array, *, height: float | None = None, distance: float = 1) -> np.ndarray:
    """Increasing samples at which a (T,) signal is higher than on either side, of a plateau its middle; ends are no peaks.

    Parameters
    ----------
    height : lowest peak that counts.
    distance : fewest samples between two peaks; of nearer ones the higher stays.
    """
    if len(values) < 3:
        return np.empty(0, dtype=np.intp)
    changes = np.flatnonzero(values[1:] != values[:-1]) + 1  # first samples of level stretches
    first, last = np.concatenate([[0], changes]), np.concatenate([changes, [len(values)]]) - 1
    level = values[first]
    higher = np.flatnonzero((level[1:-1] > level[:-2]) & (level[1:-1] > level[2:])) + 1
    peaks = (first[higher] + last[higher]) // 2
    if height is not None:
        peaks = peaks[values[peaks] >= height]
    return peaks[_highest_apart(peaks, values[peaks], int(np.ceil(distance)))] if distance > 1 else peaks


def _highest_apart(peaks: np.ndarray, heights: Array, distance: int) -> np.ndarray:
    """(N,) mask of the peaks that stay when the higher of two near ones removes the lower."""
    keep = np.ones(len(peaks), dtype=bool)
    begin, end = np.searchsorted(peaks, peaks - distance, side="right"), np.searchsorted(peaks, peaks + distance)
    for k in np.argsort(heights)[::-1]:
        if keep[k]:
            keep[begin[k] : end[k]] = False
            keep[k] = True
    return keep
