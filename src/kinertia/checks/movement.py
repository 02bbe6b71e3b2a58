"""Is it gait, at a pace that people have?"""

from __future__ import annotations

import numpy as np

from kinertia.checks.stage import Looked
from kinertia.recording import Cause, Finding, Recording, Severity

STRIDES_HZ = (0.3, 2.0)
"""Strides per second of the slowest and the fastest people."""


def look(recording: Recording) -> Looked:
    """Whether the stride fits the sampling rate."""
    frequency = stride_frequency(recording)
    if frequency is None or STRIDES_HZ[0] <= frequency <= STRIDES_HZ[1]:
        return recording, ()
    pace = "fast" if frequency > 1 else "slow"
    message = f"the movement repeats {frequency:.2f} times a second at {recording.rate_hz:.4g} Hz: no stride is that {pace}"
    fix = "check the sampling rate or the cycle's duration"
    return recording, (Finding(Cause.RATE, Severity.WARNING, message, fix),)


def stride_frequency(recording: Recording) -> float | None:
    """Stride frequency [Hz]: highest autocorrelation of the leg sensors' angular rate between 0.15 and 4 Hz, weighed by energy.

    None when nothing repeats (correlation below 0.4) or the recording is shorter than three seconds; 1 / duration for a cycle.
    """
    if recording.periodic:
        return 1.0 / recording.duration_s
    legs = [k for k, sensor in enumerate(recording.sensors) if sensor.segment.startswith(("femur", "tibia", "foot"))]
    source = recording.gyro if np.isfinite(recording.gyro).any() else recording.acc
    signals = source[:, legs or range(len(recording.sensors))].reshape(recording.samples, -1)
    signals = signals[np.isfinite(signals).all(axis=1)]
    if len(signals) < 3.0 * recording.rate_hz or not signals.shape[1]:
        return None
    signals = signals - signals.mean(axis=0)
    size = 1 << int(np.ceil(np.log2(2 * len(signals))))
    spectrum = np.abs(np.fft.rfft(signals, size, axis=0)) ** 2
    correlation = np.fft.irfft(spectrum.sum(axis=1), size)[: len(signals)]
    correlation = correlation / max(correlation[0], 1e-12) * len(signals) / np.arange(len(signals), 0, -1)
    first, last = max(int(recording.rate_hz / 4.0), 2), min(int(recording.rate_hz / 0.15), len(signals) // 2)
    if last <= first + 2:
        return None
    inner = correlation[first:last]
    peaks = np.flatnonzero((inner[1:-1] >= inner[:-2]) & (inner[1:-1] >= inner[2:])) + 1
    if not len(peaks) or inner[peaks].max() < 0.4:
        return None
    best = peaks[np.argmax(inner[peaks] > 0.9 * inner[peaks].max())]  # multiples of the stride correlate nearly as well
    return recording.rate_hz / float(first + best)
