"""The channels of a sensor set in a recording, as networks and solvers read them."""

from __future__ import annotations

from hashlib import sha256

import numpy as np

from kinertia.recording import periodic
from kinertia.recording.recording import Array, Frame, Recording
from kinertia.recording.resampling import resample
from kinertia.recording.sensor_set import LOWER_BODY, SensorSet


def read(recording: Recording, sensors: SensorSet = LOWER_BODY) -> tuple[Array, Array]:
    """Channels of a recording in segment frames: signals (zero where missing) and presence, each (T, S, C).

    RecordingError if the recording is still in sensor axes or has none of the set's segments.
    """
    if recording.frame is not Frame.SEGMENT:
        message, fix = "signals are in sensor axes", "align the recording to its segments first"
        raise recording.error(message, fix)
    signals = np.full((recording.samples, *sensors.shape), np.nan)
    for row, on in enumerate(sensors.positions(recording.sensors)):
        if on is not None:
            signals[:, row] = np.concatenate([recording.acc[:, on], recording.gyro[:, on]], axis=1)[:, sensors.axes]
    present = np.isfinite(signals)
    if not present.any():
        message, fix = f"none of the segments {', '.join(sensors.segments)} carries a sensor", "name the segment of each sensor"
        raise recording.error(message, fix)
    return np.where(present, signals, 0.0), present.astype(np.float64)


def at_rate(
    recording: Recording, rate_hz: float, tile_s: float = periodic.TILE_S, sensors: SensorSet = LOWER_BODY
) -> tuple[Array, Array]:
    """Channels at another rate, as :func:`read`; a periodic cycle is repeated for ``tile_s`` seconds.

    RecordingError as :func:`read`, or if the signals cannot be resampled.
    """
    if recording.periodic:
        signals, present = read(recording, sensors)
        # a channel with a hole in its cycle has no Fourier series: it counts as missing
        whole = present.min(axis=0)
        tiled = periodic.tile(signals * whole, recording.rate_hz, rate_hz, tile_s)
        return tiled, np.broadcast_to(whole, tiled.shape)
    if recording.rate_hz != rate_hz:
        recording = resample(recording, rate_hz, keep_gaps=True)
    return read(recording, sensors)


def fingerprint(signals: Array) -> str:
    """Short hash of channels (zero where missing), to recognise a recording that a model was trained on."""
    return sha256(np.ascontiguousarray(signals, dtype=np.float32).tobytes()).hexdigest()[:16]
