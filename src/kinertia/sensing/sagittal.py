"""Sagittal signals of a recording in segment frames, checked before anything is computed from them."""

from __future__ import annotations

import numpy as np

from kinertia.recording import Array, Frame, Recording
from kinertia.recording.errors import RecordingError


def specific_force(recording: Recording, segment: str) -> Array:
    """(T, 2) forward and upward specific force of the sensor on ``segment`` [m/s^2]."""
    return _checked(recording, segment, recording.acc, "acceleration")[:, :2]


def angular_rate(recording: Recording, segment: str) -> Array:
    """(T,) angular rate of ``segment`` about its right-pointing axis z [rad/s].

    Raises
    ------
    RecordingError : no such sensor, signals not in segment frames, or a sample is missing.
    """
    return _checked(recording, segment, recording.gyro, "angular rate")[:, 2]


def has_gyro(recording: Recording, segment: str) -> bool:
    """Whether there is a sensor with a gyroscope on ``segment``."""
    index = recording.sensor_index(segment)
    return index is not None and not bool(np.isnan(recording.gyro[:, index]).all())


def _checked(recording: Recording, segment: str, signals: Array, what: str) -> Array:
    file = recording.source or recording.name
    if recording.frame is not Frame.SEGMENT:
        raise RecordingError(
            "signals are in sensor axes, segment axes are needed", file=file, fix="align sensors to segments first"
        )
    index = recording.sensor_index(segment)
    if index is None:
        raise RecordingError(f"has no sensor on {segment}", file=file, fix="add this sensor or use a method that needs fewer")
    values = signals[:, index]
    bad = ~np.isfinite(values).all(axis=-1)
    if bad.any():
        raise RecordingError(
            f"{what} is missing",
            file=file,
            sensor=recording.sensors[index].name,
            sample=int(np.argmax(bad)),
            fix="fill short gaps, or cut the recording so that it has none",
        )
    return values
