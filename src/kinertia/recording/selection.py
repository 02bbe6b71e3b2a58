"""Recordings with some of their sensors only."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from kinertia.recording.errors import RecordingError
from kinertia.recording.gaps import runs
from kinertia.recording.recording import Recording, Sensor
from kinertia.recording.sensor_set import LOWER_BODY, by_initials

SILENT_S = 1.0
"""A sensor silent for longer is missing: networks that never missed one err by 2 to 6 deg more at other joints, for as long."""


def lasting(recording: Recording) -> tuple[Sensor, ...]:
    """Sensors that are never silent for longer than :data:`SILENT_S`."""
    silent = np.asarray(np.isnan(recording.acc).any(axis=2) | np.isnan(recording.gyro).any(axis=2))
    longest = [max((stop - start for start, stop in runs(silent[:, k])), default=0) for k in range(silent.shape[1])]
    return tuple(sensor for sensor, gap in zip(recording.sensors, longest, strict=True) if gap <= SILENT_S * recording.rate_hz)


def choose(recording: Recording, name: str) -> Recording:
    """The recording with the sensors of a set only, see :func:`kinertia.recording.sensor_set.by_initials`.

    ValueError if the name is not understood, RecordingError if the recording lacks one of them.
    """
    wanted = by_initials(name).segments
    absent = [segment for segment in wanted if recording.sensor_index(segment) is None]
    if absent:
        message, fix = f"no sensor on {', '.join(absent)}, which the set {name} asks for", "choose a smaller set"
        raise RecordingError(message, file=recording.source or recording.name, fix=fix)
    return keep(recording, wanted)


def keep(recording: Recording, segments: Collection[str]) -> Recording:
    """The recording with the sensors on some segments only, in the order of :data:`~kinertia.recording.LOWER_BODY`."""
    on = LOWER_BODY.positions(recording.sensors)
    wanted = [k for k, segment in zip(on, LOWER_BODY.segments, strict=True) if k is not None and segment in segments]
    return take(recording, wanted)


def take(recording: Recording, index: list[int]) -> Recording:
    """The recording with these of its sensors, in this order."""
    arrays = {name: array[:, index] for name, array in recording.arrays.items()}
    return replace(recording, sensors=tuple(recording.sensors[i] for i in index), **arrays)
