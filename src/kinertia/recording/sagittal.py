"""The sagittal channels of a recording, as networks and solvers read them."""

from __future__ import annotations

from hashlib import sha256

import numpy as np

from kinertia.recording.errors import RecordingError
from kinertia.recording.recording import SEGMENTS, Array, Frame, Recording
from kinertia.recording.resampling import resample

LEAD_CYCLES_S = 3.0
TILE_S = 30.0
"""Length to which a periodic cycle is repeated, in training and where it is recognised again [s]."""


def sagittal(recording: Recording) -> tuple[Array, Array]:
    """Sagittal channels of a recording in segment frames: signals and presence, each (T, 7, 3).

    Raises
    ------
    RecordingError
        If the recording is still in sensor axes or has none of the known segments.
    """
    if recording.frame is not Frame.SEGMENT:
        raise RecordingError(
            "signals are in sensor axes",
            file=recording.source or recording.name,
            fix="align the recording to its segments first",
        )
    signals = np.full((recording.samples, len(SEGMENTS), 3), np.nan)
    for k, segment in enumerate(SEGMENTS):
        i = recording.sensor_index(segment)
        if i is not None:
            signals[:, k, :2] = recording.acc[:, i, :2]
            signals[:, k, 2] = recording.gyro[:, i, 2]
    present = np.isfinite(signals)
    if not present.any():
        raise RecordingError(
            f"none of the segments {', '.join(SEGMENTS)} carries a sensor",
            file=recording.source or recording.name,
            fix="name the segment of each sensor",
        )
    return np.where(present, signals, 0.0), present.astype(np.float64)


def at_rate(recording: Recording, rate_hz: float, tile_s: float = TILE_S) -> tuple[Array, Array]:
    """Sagittal channels at another rate, as :func:`sagittal`; a periodic cycle is repeated for ``tile_s`` seconds.

    Raises
    ------
    RecordingError
        As :func:`sagittal`, or if the signals cannot be resampled.
    """
    if recording.periodic:
        signals, present = sagittal(recording)
        # a channel with a hole in its cycle has no Fourier series: it counts as missing
        whole = present.min(axis=0)
        tiled = tile_cycle(signals * whole, recording.rate_hz, rate_hz, tile_s)
        return tiled, np.broadcast_to(whole, tiled.shape)
    if recording.rate_hz != rate_hz:
        recording = resample(recording, rate_hz, keep_gaps=True)
    return sagittal(recording)


def tile_cycle(signals: Array, cycle_rate_hz: float, rate_hz: float, duration_s: float, phase_s: float = 0.0) -> Array:
    """Repeat one periodic cycle (T, ...) at another rate by trigonometric interpolation.

    Parameters
    ----------
    signals : (T, ...) one period, sampled at ``cycle_rate_hz``.
    rate_hz, duration_s : rate and length of the result.
    phase_s : time within the cycle of the first returned sample [s].
    """
    samples = signals.shape[0]
    period = samples / cycle_rate_hz
    spectrum = np.fft.rfft(signals, axis=0)
    # harmonics below half the new rate
    keep = min(len(spectrum), int(np.ceil(0.5 * rate_hz * period - 1e-9)))
    time = phase_s + np.arange(round(duration_s * rate_hz)) / rate_hz
    angle = 2 * np.pi * np.outer(time / period, np.arange(keep))
    weight = np.full(keep, 2.0)
    weight[0] = 1.0
    if keep == len(spectrum) and samples % 2 == 0:
        weight[-1] = 1.0
    basis = np.exp(1j * angle) * weight
    flat = spectrum[:keep].reshape(keep, -1)
    return (basis @ flat).real.reshape(len(time), *signals.shape[1:]) / samples


def lead_cycles(period_s: float) -> int:
    """Complete cycles that a network sees before the one that is reported."""
    return int(np.ceil(LEAD_CYCLES_S / period_s))


def fingerprint(signals: Array) -> str:
    """Short hash of sagittal channels (zero where missing), to recognise a recording that a model was trained on."""
    return sha256(np.ascontiguousarray(signals, dtype=np.float32).tobytes()).hexdigest()[:16]
