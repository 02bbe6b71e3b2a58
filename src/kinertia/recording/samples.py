"""Samples of one sensor that are no measurement, whatever the movement: beyond anything, held, repeated, cut off."""

from __future__ import annotations

import numpy as np

from kinertia.recording.gaps import runs
from kinertia.recording.recording import Array

FROZEN_S = 0.2  # longest time for which a radio link repeats a sample where it lost the next
FEWEST_HELD = 5
LEAST_JUMP = 5.0
"""Size of the step out of a held stretch, in usual steps, that shows that it was held: a still sensor goes on where it was."""
NEAR_LIMIT = 0.3  # part of a limit that a movement which truly passes it has to pass too
AT_LIMIT = 3  # fewest readings of the largest magnitude that are no chance where they are held
SAME = 1e-4
"""Values closer than this part of the largest are the same reading: the two ends of an integer range differ by one count."""
PILE = 0.02
"""Part of the range below its end in which a movement is found less often than at the end itself where it is cut off."""
LEAST_OF_LARGEST = 0.5  # a limit is at least so large a part of the largest reading: the other end of the same range


def beyond(signal: Array, limit: float) -> np.ndarray:
    """(T,) samples of a (T, 3) signal that nothing passes: infinite, or past ``limit`` without what leads there."""
    size = np.abs(signal).max(axis=1)
    over = size > limit
    between = (size > NEAR_LIMIT * limit) & ~over
    return np.isinf(size) | (over & (over.sum() > between.sum()))


def filled_in(signal: Array) -> np.ndarray:
    """(T,) samples of a (T, 3) signal with one number on all axes that comes again and never on one axis alone.

    Such a number stands for a missing sample. The end of a range is reached on one axis more often than on all, and zero is
    what a resting gyroscope reads.
    """
    one = (signal[:, 0] == signal[:, 1]) & (signal[:, 1] == signal[:, 2]) & (signal[:, 0] != 0)
    numbers, count = np.unique(signal[one, 0], return_counts=True)
    size = np.abs(signal)
    stand_ins = [
        number for number, times in zip(numbers, count, strict=True) if 1 < times == (size == abs(number)).any(axis=1).sum()
    ]
    return one & np.isin(signal[:, 0], stand_ins)


def same_as_before(signal: Array) -> np.ndarray:
    """(T,) whether a sample of a (T, 3) signal is the one before it."""
    return np.concatenate([[False], (signal[1:] == signal[:-1]).all(axis=1)])


def held(signal: Array, rate_hz: float) -> np.ndarray:
    """(T,) stretches of a (T, 3) signal that repeat one sample for longer than a radio link bridges, less their first sample.

    A sensor with coarse steps may repeat itself while it lies still; then it goes on from where it was, and nothing was held.
    """
    shortest = max(int(FROZEN_S * rate_hz), FEWEST_HELD)
    same = same_as_before(signal)
    steps = np.linalg.norm(np.diff(signal, axis=0), axis=1)
    steps = steps[steps > 0]
    usual = float(np.median(steps)) if len(steps) else 0.0
    result = np.zeros(len(signal), dtype=bool)
    for start, stop in runs(same):
        if stop - start < shortest:
            continue
        after = np.linalg.norm(signal[stop] - signal[stop - 1]) if stop < len(signal) else np.inf
        result[start:stop] = not after < LEAST_JUMP * usual
    return result


def cut_off(signal: Array) -> tuple[np.ndarray, float]:
    """(T, 3) values of a signal at the end of the sensor's range, and where that is; NaN for nowhere.

    The extreme of an axis is the end of the range if it is read three times or more, twice in a row, and more often than what
    is just below it.
    """
    mask = np.zeros(signal.shape, dtype=bool)
    largest = np.nanmax(np.abs(signal), initial=0.0)
    range_end = float("nan")
    for axis, values in enumerate(signal.T):
        good = values[np.isfinite(values)]
        if not len(good) or good.max() == good.min():
            continue
        for limit in (good.max(), good.min()):
            at = np.abs(values - limit) <= SAME * abs(limit)
            below = (np.sign(limit) * values >= (1.0 - PILE) * abs(limit)) & ~at
            piled = at.sum() >= AT_LIMIT and (at[1:] & at[:-1]).any() and at.sum() >= below.sum()
            if piled and abs(limit) > LEAST_OF_LARGEST * largest:
                mask[:, axis] |= at
                range_end = float(np.nanmax([range_end, abs(limit)]))
    return mask, range_end
