"""Signals over time: means over a moving window, peaks, a Butterworth low-pass that delays nothing, another sampling rate."""

from __future__ import annotations

from functools import lru_cache
from math import gcd
from typing import Literal, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Array = NDArray[np.float64]
Beyond = Literal["mirror", "nearest", "wrap"]
"""How a signal goes on beyond its ends: mirrored with its last sample doubled, constant, or from the beginning."""
_PADDING: dict[Beyond, Literal["symmetric", "edge", "wrap"]] = {"mirror": "symmetric", "nearest": "edge", "wrap": "wrap"}
_BLOCK = 64  # samples that are filtered at once
_REACH = 10  # samples of the slower rate on either side that an output depends on
_KAISER = 5.0  # shape of the low-pass filter's window
_TOGETHER = 64  # outputs computed by one product of matrices


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

    ``height`` is the lowest peak that counts, ``distance`` the fewest samples between two; of nearer ones the higher stays.
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


def resample_periodic(values: Array, count: int) -> Array:
    """(T, ...) one period at another number of samples, as a Fourier series."""
    samples = len(values)
    spectrum = np.fft.rfft(values, axis=0)
    kept = min(samples, count)
    changed = np.zeros((count // 2 + 1, *values.shape[1:]), dtype=complex)
    changed[: kept // 2 + 1] = spectrum[: kept // 2 + 1]
    if kept % 2 == 0 and count != samples:
        # what is at the lower Nyquist rate stands for two frequencies at the higher rate
        changed[kept // 2] *= 2.0 if count < samples else 0.5
    return np.fft.irfft(changed, count, axis=0) * (count / samples)


def resample_polyphase(values: Array, up: int, down: int) -> Array:
    """(T, C) signals at ``up / down`` times their rate, by a zero-phase low-pass below the lower Nyquist rate.

    T is at least 2; beyond the ends they go on along the straight line through first and last sample. The first of the
    ceil(T up / down) samples has the time of the first.
    """
    common = gcd(up, down)
    up, down = up // common, down // common
    if up == down:
        return values.copy()
    count = -(-len(values) * up // down)
    low_pass = _low_pass(up, down)
    half = len(low_pass) // 2
    reach = half // up + 1  # inputs on either side of an output
    # outputs that lie alike between inputs, `period` apart, take the same weights
    period = up * -(-_TOGETHER // up)
    step, repeats = period // up * down, -(-count // period)
    slope = (values[-1] - values[0]) / (len(values) - 1)
    beyond = np.arange(1, reach + 2 * step + 2)[:, None] * slope
    extended = np.ascontiguousarray(np.concatenate([values[0] - beyond[reach - 1 :: -1], values, values[-1] + beyond]).T)
    result = np.empty((values.shape[1], repeats, period))
    wanted = min(period, count)
    for begin in range(0, wanted, _TOGETHER):
        outputs = np.arange(begin, min(begin + _TOGETHER, wanted))
        first, last = outputs[0] * down // up, outputs[-1] * down // up  # input at or before an output
        inputs = np.arange(first - reach, last + reach + 1)
        lag = outputs[:, None] * down - inputs * up  # in samples of the filter
        weights = np.where(np.abs(lag) <= half, low_pass[np.clip(lag + half, 0, 2 * half)], 0.0)
        for c, signal in enumerate(extended):
            windows = sliding_window_view(signal, len(inputs))[first::step][:repeats]
            result[c, :, outputs[0] : outputs[-1] + 1] = np.ascontiguousarray(windows) @ weights.T
    return np.ascontiguousarray(result.reshape(-1, repeats * period)[:, :count].T)


@lru_cache(maxsize=2)
def _low_pass(up: int, down: int) -> Array:
    """Windowed sinc with its middle at half of its length, at ``up`` times the input's rate."""
    slower = max(up, down)
    half = _REACH * slower
    taps = np.sinc(np.arange(-half, half + 1) / slower) * np.kaiser(2 * half + 1, _KAISER)
    return taps * (up / taps.sum())
