"""Stretches of steady straight gait, whatever sensors sit wherever, in any axes and units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinertia.recording import Array, Recording
from kinertia.sensing.gait_phase import autocorrelation, bridged, peaks_of

WINDOWS_S = (6.0, 4.0)  # length of the stretches looked at; shorter ones serve where a person takes few strides between turns
MOST_WINDOWS = 10  # that are looked at further
STRIDE_S = (0.25, 3.0)  # wider than people's strides, so that a wrong sampling rate is found and not tripped over
MOVING = 0.5  # least movement of a window, as part of that of the whole recording
REPEATS = 0.55  # least autocorrelation one stride later
SAME_PACE = 0.08  # most by which strides of one pace differ, as part of them
LOST = 0.3  # part of a window that a sensor may lack
STRAIGHT_RATE = 0.35  # largest mean turning rate over a window [rad/s]


@dataclass(frozen=True)
class Steady:
    """W windows of one steady gait, over whole strides, gaps bridged."""

    acc: tuple[Array, ...]  # W of (n, K, 3) [m/s^2]
    gyro: tuple[Array, ...]  # the same, less its mean over the window [rad/s]
    stride: tuple[float, ...]  # W lengths in samples, with fractions
    rate_hz: float  # as stated [Hz]

    @property
    def stride_hz(self) -> float:
        """Median strides per second."""
        return self.rate_hz / float(np.median(self.stride))


def find(recording: Recording) -> Steady:
    """The commonest steady pace of a recording in any axes, of which every sensor has some samples of both signals.

    RecordingError: nothing repeats like a stride.
    """
    missing = np.asarray(np.isnan(recording.acc + recording.gyro).any(axis=-1))
    acc, gyro = bridged(recording.acc), bridged(recording.gyro)
    if recording.periodic:
        return Steady((acc,), (gyro - gyro.mean(axis=0),), (float(len(acc)),), recording.rate_hz)
    rate_hz = recording.rate_hz
    for seconds in WINDOWS_S:
        length = min(round(seconds * rate_hz), len(gyro))
        if stretches := _repeating(gyro, missing, length, rate_hz):
            break
    else:
        fix = "record ten seconds or more of steady walking or running straight ahead"
        raise recording.error("no steady walking or running found: nothing repeats like a stride", fix)
    strides = np.array([stride for _, stride, _ in stretches])
    means = np.array([mean for *_, mean in stretches])
    turning = np.median(np.linalg.norm(means - np.median(means, axis=0), axis=-1), axis=-1)
    straight = turning < max(STRAIGHT_RATE, 1.5 * float(turning.min()))
    alike = (np.abs(strides[:, None] / strides - 1.0) < SAME_PACE) & straight
    kept = np.flatnonzero(alike[int(np.argmax(alike.sum(axis=1) * straight))])[:MOST_WINDOWS]
    windows = [slice(start, start + int(length // stride * stride)) for start, stride, _ in (stretches[k] for k in kept)]
    return Steady(
        tuple(acc[w] for w in windows),
        tuple(gyro[w] - gyro[w].mean(axis=0) for w in windows),
        tuple(float(strides[k]) for k in kept),
        rate_hz,
    )


def _repeating(gyro: Array, missing: np.ndarray, length: int, rate_hz: float) -> list[tuple[int, float, Array]]:
    """Start, stride in samples and mean rate of windows in which people move, the movement repeats and no sensor is silent."""
    spread = np.maximum(_spread(gyro), 1e-9)
    result: list[tuple[int, float, Array]] = []
    for start in range(0, len(gyro) - length + 1, max(length // 2, 1)):
        part = gyro[start : start + length]
        if missing[start : start + length].mean(axis=0).max() > LOST:
            continue
        stride = stride_samples(part, rate_hz)
        if stride is not None and np.median(_spread(part) / spread) > MOVING:
            result.append((start, stride, part.mean(axis=0)))
    return result


def stride_samples(rates: Array, rate_hz: float) -> float | None:
    """Stride in samples, from the repetition of (n, K, 3) angular rates in any axes and units; None where nothing repeats."""
    first, last = (round(s * rate_hz) for s in STRIDE_S)
    last = min(last, len(rates) // 2)
    if last <= first + 2:
        return None
    centred = rates - rates.mean(axis=0)
    centred = (centred / np.maximum(_spread(centred), 1e-9)[:, None]).reshape(len(rates), -1)
    correlation = autocorrelation(centred, last + 2)
    peaks = peaks_of(correlation, first, last + 1)
    if not len(peaks) or correlation[peaks].max() < REPEATS:
        return None
    best = int(peaks[np.argmax(correlation[peaks] >= 0.85 * correlation[peaks].max())])
    before, at, after = correlation[best - 1 : best + 2]
    return best + float(0.5 * (before - after) / min(before - 2.0 * at + after, -1e-12))


def waves(multiples: np.ndarray, samples: int, stride: float) -> np.ndarray:
    """(H, samples) weights by which (samples, ...) signals give the complex amplitudes of H multiples of the stride."""
    return np.exp(-2j * np.pi * np.outer(multiples, np.arange(samples) / stride)) * (2.0 / samples)


def repeats(rates: Array, lag: float) -> Array:
    """(K,) correlation of each sensor's angular rates (n, K, 3) with themselves ``lag`` samples later."""
    k = round(lag)
    centred = rates - rates.mean(axis=0)
    before, after = centred[:-k], centred[k:]
    product = (before * after).sum(axis=(0, 2))
    return product / np.sqrt((before**2).sum(axis=(0, 2)) * (after**2).sum(axis=(0, 2))).clip(1e-12)


def _spread(signal: Array) -> Array:
    """(K,) root mean square about the mean of (n, K, 3) signals."""
    return np.sqrt(((signal - signal.mean(axis=0)) ** 2).sum(axis=-1).mean(axis=0))
