"""When sensors in any frame give readings, when a person walks straight ahead, and how long a stride is."""

from __future__ import annotations

import numpy as np

from kinertia.numerics.signals import moving_mean
from kinertia.recording import Array, Recording
from kinertia.recording.gaps import runs

MOVING_RATE = 0.3  # root mean square rate of a sensor on a walking person is above this [rad/s]; the pelvis is slowest
STRAIGHT_YAW_RATE = 0.35  # largest turning rate, averaged over a stride, of walking straight ahead [rad/s]
STRIDE_S = (0.4, 2.5)  # shortest and longest stride looked for [s]
ENOUGH_WALKING_S = 120.0  # 100 strides; more would only take longer
_NOMINAL_STRIDE_S = 1.2  # of slow walking
BRIDGED_S = 0.25  # longest gap that counts as available: a fifth of a stride


def moving(rates: Array, rate_hz: float) -> np.ndarray:
    """(T,) whether most sensors that live move: root mean square over a stride above :data:`MOVING_RATE`.

    ``rates`` : (T, K, 3) angular rate less bias [rad/s]; NaN where a sensor does not live.
    """
    window = round(_NOMINAL_STRIDE_S * rate_hz)
    power = moving_mean((np.nan_to_num(rates) ** 2).sum(-1), window, beyond="nearest")
    return _median(np.sqrt(np.maximum(power, 0.0)), rates) > MOVING_RATE


def straight(rates: Array, up: Array, rate_hz: float) -> np.ndarray:
    """(T,) whether the person turns slower than :data:`STRAIGHT_YAW_RATE`; median over sensors that live.

    ``rates`` are those of :func:`moving`, ``up`` (K, 3) unit vectors, up in each sensor's axes when the segment is upright.
    """
    window = round(_NOMINAL_STRIDE_S * rate_hz)
    yaw = moving_mean(np.einsum("tki,ki->tk", np.nan_to_num(rates), up), window, beyond="nearest")
    return np.abs(_median(yaw, rates)) < STRAIGHT_YAW_RATE


def _median(values: Array, rates: Array) -> Array:
    """(T,) median of (T, K) values over the sensors that live; 0 where none does."""
    dead = np.asarray(np.isnan(rates).any(axis=-1))
    dead = dead & ~np.asarray(dead.all(axis=-1))[:, None]
    return np.nanmedian(np.where(dead, np.nan, values), axis=1) if dead.any() else np.median(values, axis=1)


def longest(walking: np.ndarray, rate_hz: float) -> slice:
    """Longest stretch of a (T,) mask of walking, two minutes of it at most; empty when there is none."""
    start, stop = max(runs(walking), key=lambda run: run[1] - run[0], default=(0, 0))
    return slice(start, min(stop, start + round(ENOUGH_WALKING_S * rate_hz)))


def stride_samples(rates: Array, rate_hz: float) -> int | None:
    """Length of a stride in samples, from the repetition of (T, K, 3) angular rates in any axes while walking.

    It is the lag of the first peak of the autocorrelation at or above 80 % of its highest; None when nothing repeats.
    """
    first, last = (round(s * rate_hz) for s in STRIDE_S)
    last = min(last, len(rates) // 2)
    if last <= first + 2:
        return None
    centred = (rates - rates.mean(axis=0)).reshape(len(rates), -1)
    # each sensor counts alike
    centred = centred / np.maximum(np.sqrt((centred**2).mean(axis=0).reshape(-1, 3).sum(-1)).repeat(3), 1e-9)
    correlation = autocorrelation(centred, last + 1)
    peaks = peaks_of(correlation, first, last)
    highest = correlation[peaks].max(initial=0.0)
    return int(peaks[np.argmax(correlation[peaks] >= 0.8 * highest)]) if highest > 0.3 else None


def lagged_products(signals: Array, lags: int) -> Array:
    """(lags,) sum over time and signals of (T, C) signals times themselves 0, 1, ... samples later."""
    size = 1 << (2 * len(signals) - 1).bit_length()
    return np.fft.irfft((np.abs(np.fft.rfft(signals, size, axis=0)) ** 2).sum(axis=1), size)[:lags]


def autocorrelation(signals: Array, lags: int) -> Array:
    """(lags,) correlation of (T, C) signals with themselves later, 1 at first; unbiased: fewer products at longer lags."""
    products = lagged_products(signals, lags)
    return products / max(products[0], 1e-12) * len(signals) / (len(signals) - np.arange(lags))


def peaks_of(correlation: Array, first: int, stop: int) -> np.ndarray:
    """Lags from ``first`` to ``stop``, exclusive, at which a correlation is highest."""
    inner = correlation[first:stop]
    return first + np.flatnonzero((inner >= correlation[first - 1 : stop - 1]) & (inner > correlation[first + 1 : stop + 1]))


def available(recording: Recording) -> np.ndarray:
    """(T, K) whether a sensor gives readings."""
    missing = np.asarray(np.isnan(recording.acc).any(axis=2) | np.isnan(recording.gyro).any(axis=2))
    there = np.ones_like(missing)
    for k in range(missing.shape[1]):
        for start, stop in runs(missing[:, k]):
            there[start:stop, k] = stop - start <= BRIDGED_S * recording.rate_hz
    return there


def bridged(signal: Array) -> Array:
    """(T, K, 3) signal with straight lines across missing samples: good enough to find axes from, never returned."""
    bridge = signal.copy()
    at = np.arange(len(signal))
    for k in range(signal.shape[1]):
        good = np.isfinite(signal[:, k]).all(axis=1)
        if good.any() and not good.all():
            bridge[:, k] = np.stack([np.interp(at, at[good], axis[good]) for axis in signal[:, k].T], axis=1)
    return bridge
