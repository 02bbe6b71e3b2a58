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
    available = np.ones_like(missing)
    for k in range(missing.shape[1]):
        for start, stop in runs(missing[:, k]):
            available[start:stop, k] = stop - start <= BRIDGED_S * recording.rate_hz
    return available


def bridged(signal: Array) -> Array:
    """(T, K, 3) signal with straight lines across missing samples: good enough to find axes from, never returned."""
    bridge = signal.copy()
    at = np.arange(len(signal))
    for k in range(signal.shape[1]):
        good = np.isfinite(signal[:, k]).all(axis=1)
        if good.any() and not good.all():
            bridge[:, k] = np.stack([np.interp(at, at[good], axis[good]) for axis in signal[:, k].T], axis=1)
    return bridge
