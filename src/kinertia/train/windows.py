"""Where windows of a recording begin, and recordings at the rate of a network; a periodic cycle is repeated."""

from __future__ import annotations

import numpy as np

from kinertia.recording import Array, Recording, periodic
from kinertia.recording.resampling import resample


def starts(samples: int, window: int, stride: int) -> list[int]:
    """First samples of windows that cover everything, the last one ending with the recording."""
    result = list(range(0, samples - window + 1, stride))
    return result if not result or result[-1] == samples - window else [*result, samples - window]


def resampled(recording: Recording, rate_hz: float) -> Recording:
    """A continuous recording at a rate, gaps and truth alike; a periodic cycle as it is, to be :func:`repeated`."""
    return recording if recording.periodic or recording.rate_hz == rate_hz else resample(recording, rate_hz, keep_gaps=True)


def repeated(values: Array, recording: Recording, rate_hz: float, length_s: float = periodic.TILE_S) -> Array:
    """(T, ...) values of a recording that is :func:`resampled`; those of one cycle are repeated for ``length_s``.

    A curve with a hole in its cycle has no Fourier series: it is NaN throughout.
    """
    if not recording.periodic:
        return values
    whole = np.isfinite(values).all(axis=0)
    tiled = periodic.tile(np.where(whole, values, 0.0), recording.rate_hz, rate_hz, length_s)
    return np.where(whole, tiled, np.nan)
