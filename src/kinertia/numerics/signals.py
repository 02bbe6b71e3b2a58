"""Signals over time: means over a moving window, peaks, and a Butterworth low-pass run both ways so that nothing is delayed."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Beyond = Literal["mirror", "nearest", "wrap"]
"""How a signal goes on beyond its ends: mirrored with its last sample doubled, constant, or from the beginning."""
_PADDING: dict[Beyond, Literal["symmetric", "edge", "wrap"]] = {"mirror": "symmetric", "nearest": "edge", "wrap": "wrap"}
_BLOCK = 64  # samples that are filtered at once


def moving_mean(values: Array, size: int, *, axis: int = 0, beyond: Beyond = "mirror") -> Array:
    """Mean of ``size`` samples around each along the axis of time, of an even number one more before it than after.

    A value that is not finite spreads over ``size`` samples and no further. ValueError: a window of less than one sample.
    """
    if size < 1:
        raise ValueError(f"a moving mean needs a window of one sample or more, not {size}")
    signal = np.moveaxis(np.asarray(values, dtype=np.float64), axis, 0)
    before = size // 2
    padded = np.pad(signal, [(before, size - 1 - before)] + [(0, 0)] * (signal.ndim - 1), mode=_PADDING[beyond])
    return np.moveaxis(_moving_sum(padded, size) / size, 0, axis)


def _moving_sum(values: Array, size: int) -> Array:
    """(T - size + 1, ...) sums of ``size`` samples, of windows of 1, 2, 4, ...: no error runs on as in a running sum."""
    count = len(values) - size + 1
    total = np.zeros((count, *values.shape[1:]))
    window, width, taken = values, 1, 0
    while True:
        if size & width:
            total += window[taken : taken + count]
            taken += width
        width *= 2
        if width > size:
            return total
        window = window[: -width // 2] + window[width // 2 :]


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


class Section(NamedTuple):
    """Second-order section (b (1 + z^-1)^2) / (1 + a1 z^-1 + a2 z^-2), 1 at zero frequency."""

    b: float
    a1: float
    a2: float


def butterworth(order: int, cutoff_hz: float, rate_hz: float) -> tuple[Section, ...]:
    """Sections of a digital Butterworth low-pass of even order, that leaves half of the power at its cut-off.

    ValueError: an odd order, a cut-off that is not above 0 and below half of the rate.
    """
    if order < 2 or order % 2:
        raise ValueError(f"a low-pass of even order is made, not of {order}")
    if not 0 < cutoff_hz < 0.5 * rate_hz:
        raise ValueError(f"the cut-off {cutoff_hz:g} Hz does not lie between 0 and half of the rate, {rate_hz:g} Hz")
    wide = np.tan(np.pi * cutoff_hz / rate_hz)  # bilinear transform, with the cut-off where it belongs
    sections = []
    for k in range(order // 2):
        damping = 2.0 * wide * np.sin(np.pi * (2 * k + 1) / (2 * order))
        scale = 1.0 + damping + wide**2
        sections.append(Section(wide**2 / scale, 2.0 * (wide**2 - 1.0) / scale, (1.0 - damping + wide**2) / scale))
    return tuple(sections)


def filter_both_ways(sections: tuple[Section, ...], values: Array, *, beyond: int | None = None) -> Array:
    """Filter a (T,) signal forwards, then backwards: the gain is the filter's squared, the phase zero.

    It is continued beyond its ends by its reflection in the end points, by ``beyond`` samples; default as the order needs.
    ValueError: a signal too short for the filter.
    """
    edge = 3 * (2 * len(sections) + 1) if beyond is None else beyond
    if len(values) <= edge:
        raise ValueError(f"{len(values)} samples are too few to filter, more than {edge} are needed")
    signal = np.concatenate([2.0 * values[0] - values[edge:0:-1], values, 2.0 * values[-1] - values[-2 : -edge - 2 : -1]])
    for _ in range(2):
        for section in sections:
            signal = _run(section, signal)
        signal = signal[::-1]
    return signal[edge:-edge].copy()


def _run(section: Section, values: Array) -> Array:
    """One section over a signal, as if the first value had been there for ever.

    Block by block: within a block the response to its own samples is a product of matrices; only the state, two outputs and
    two inputs, passes from block to block.
    """
    b, a1, a2 = section
    level = values[0]  # at rest before the first sample
    blocks = -(-len(values) // _BLOCK)
    padded = np.zeros(2 + blocks * _BLOCK)
    padded[2 : 2 + len(values)] = values - level
    driven = (padded[2:] + 2.0 * padded[1:-1] + padded[:-2]).reshape(blocks, _BLOCK) * b
    impulse = np.zeros(_BLOCK + 1)  # response of the recursion to a single 1
    before, now = 0.0, 1.0
    for k in range(_BLOCK + 1):
        impulse[k] = now
        before, now = now, -a1 * now - a2 * before
    lag = np.subtract.outer(np.arange(_BLOCK), np.arange(_BLOCK))
    forced = driven @ np.where(lag >= 0, impulse[np.maximum(lag, 0)], 0.0).T
    # outputs y(-1), y(-2) of the block before go on as y(-1) (-a1 h(n) - a2 h(n-1)) + y(-2) (-a2 h(n))
    last = (impulse[1:], -a2 * impulse[:-1])
    ends = forced[:, -2:].tolist()
    first, second = 0.0, 0.0
    states = np.zeros((blocks, 2))
    (p1, p2), (q1, q2) = last[0][-2:].tolist(), last[1][-2:].tolist()
    for k in range(blocks):
        states[k] = first, second
        end = ends[k]
        first, second = end[1] + p2 * first + q2 * second, end[0] + p1 * first + q1 * second
    result = forced + states @ np.stack(last)
    return result.reshape(-1)[: len(values)] + level
