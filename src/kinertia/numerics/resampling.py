"""Signals at another sampling rate, without aliasing."""

from __future__ import annotations

from functools import lru_cache
from math import gcd

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Array = NDArray[np.float64]
_REACH = 10  # samples of the slower rate on either side that an output depends on
_KAISER = 5.0  # shape of the low-pass filter's window
_BLOCK = 64  # outputs computed by one product of matrices


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
    period = up * -(-_BLOCK // up)
    step, repeats = period // up * down, -(-count // period)
    extended = np.ascontiguousarray(_continued(values, reach, reach + 2 * step + 1).T)
    result = np.empty((values.shape[1], repeats, period))
    wanted = min(period, count)
    for begin in range(0, wanted, _BLOCK):
        outputs = np.arange(begin, min(begin + _BLOCK, wanted))
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


def _continued(values: Array, before: int, after: int) -> Array:
    """The signal with samples before and after it along the straight line through its ends."""
    slope = (values[-1] - values[0]) / (len(values) - 1)
    lead = values[0] + np.arange(-before, 0)[:, None] * slope
    trail = values[-1] + np.arange(1, after + 1)[:, None] * slope
    return np.concatenate([lead, values, trail])
