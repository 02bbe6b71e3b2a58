"""Means over a window that moves along a signal."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Beyond = Literal["mirror", "nearest", "wrap"]
"""How a signal goes on beyond its ends: mirrored with its last sample doubled, constant, or from the beginning."""
_PADDING: dict[Beyond, Literal["symmetric", "edge", "wrap"]] = {"mirror": "symmetric", "nearest": "edge", "wrap": "wrap"}


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
