"""Is it gait, at a pace that people have?"""

from __future__ import annotations

import numpy as np

from kinertia.checks.stage import Looked, faulty, standing
from kinertia.recording import Cause, Finding, Frame, Recording, Severity
from kinertia.recording.gaps import runs
from kinertia.sensing import gait_phase

STRIDES_HZ = (0.3, 2.0)
"""Strides per second of the slowest and the fastest people."""
SHORTEST_GAIT_S = 1.5
"""Two strides of a runner."""
MOSTLY = 0.7
"""Part of a recording that is standing, where people do nothing else."""


def look(recording: Recording) -> Looked:
    """Whether there is gait, and whether its stride fits the sampling rate."""
    if recording.periodic or recording.duration_s < SHORTEST_GAIT_S or faulty(recording).all():
        return recording, _pace(recording)
    if _moves_for_s(recording) >= SHORTEST_GAIT_S:
        return recording, _pace(recording)
    needs = recording.frame is Frame.SENSOR
    severity = Severity.ERROR if needs else Severity.WARNING
    fix = "record some strides of walking straight ahead too: they show how the sensors sit" if needs else ""
    if standing(recording).mean() > MOSTLY:
        return recording, (Finding(Cause.STANDING_ONLY, severity, "standing only, no walking", fix),)
    return recording, (Finding(Cause.NO_GAIT, severity, "no gait: nobody walks or runs here", fix),)


def _moves_for_s(recording: Recording) -> float:
    """Longest time for which most sensors that live turn as they do in gait [s]."""
    lives = np.flatnonzero(np.isfinite(recording.gyro).all(axis=2).any(axis=0))
    if not len(lives):
        return np.inf  # without gyroscopes nothing is known
    rates = recording.gyro[:, lives] - np.nanmedian(recording.gyro[:, lives], axis=0)
    moving = gait_phase.moving(np.nan_to_num(rates), recording.rate_hz)
    return max((stop - start for start, stop in runs(moving)), default=0) / recording.rate_hz


def _pace(recording: Recording) -> tuple[Finding, ...]:
    frequency = stride_frequency(recording)
    if frequency is None or STRIDES_HZ[0] <= frequency <= STRIDES_HZ[1]:
        return ()
    pace = "fast" if frequency > 1 else "slow"
    message = f"the movement repeats {frequency:.2f} times a second at {recording.rate_hz:.4g} Hz: no stride is that {pace}"
    return (Finding(Cause.RATE, Severity.WARNING, message, "check the sampling rate or the cycle's duration"),)


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
