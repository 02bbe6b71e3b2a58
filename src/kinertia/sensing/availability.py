"""When each sensor gives readings, but for gaps so short that a line across them does no harm."""

from __future__ import annotations

import numpy as np

from kinertia.recording import Array, Recording
from kinertia.recording.gaps import runs

BRIDGED_S = 0.25
"""Longest gap that counts as available: a fifth of a stride."""


def samples(recording: Recording) -> np.ndarray:
    """(T, K) whether a sensor gives readings."""
    missing = np.asarray(np.isnan(recording.acc).any(axis=2) | np.isnan(recording.gyro).any(axis=2))
    shortest = BRIDGED_S * recording.rate_hz
    available = np.ones_like(missing)
    for k in range(missing.shape[1]):
        for start, stop in runs(missing[:, k]):
            available[start:stop, k] = stop - start <= shortest
    return available


def bridged(signal: Array) -> Array:
    """A (T, K, 3) signal with straight lines across missing samples: good enough to find axes from, never returned."""
    filled = signal.copy()
    at = np.arange(len(signal))
    for k, axis in np.ndindex(signal.shape[1:]):
        good = np.isfinite(signal[:, k, axis])
        if not good.all() and good.any():
            filled[:, k, axis] = np.interp(at, at[good], signal[good, k, axis])
    return filled
