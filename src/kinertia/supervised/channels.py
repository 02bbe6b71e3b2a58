"""Inputs of networks from a recording in segment frames."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from kinertia.recording import LOWER_BODY, Array, Recording, RecordingError
from kinertia.sensing import orientation, strapdown
from kinertia.supervised import layout
from kinertia.supervised.config import InputConfig
from kinertia.supervised.layout import DURATION, HEIGHT, INCLINATION, Layout

AXES = {"x": 0, "y": 1, "z": 2}
Inclination = Callable[[Recording, str], Array]


def read(recording: Recording, config: InputConfig) -> tuple[Layout, Array]:
    """Columns of a recording.

    Parameters
    ----------
    recording : in segment frames, at the rate at which it is wanted; one periodic cycle, or continuous.
    config : says which columns.

    Returns
    -------
    Layout and (T, C) values; NaN for sensors that are not there, and where samples are missing.

    Raises
    ------
    RecordingError : if no known segment carries a sensor.
    """
    columns = layout.of(config)
    if all(recording.sensor_index(segment) is None for segment in LOWER_BODY.segments):
        raise RecordingError(
            f"none of the segments {', '.join(LOWER_BODY.segments)} carries a sensor",
            file=recording.source or recording.name,
            fix="name the segment of each sensor",
        )
    constant = {HEIGHT: recording.subject.height_m, DURATION: recording.duration_s}
    inclination: Inclination = strapdown.segment_angle if recording.periodic else orientation.inclination
    found = []
    for name in columns.names:
        segment, dot, channel = name.partition(".")
        if not dot:
            found.append(np.full(recording.samples, constant[name]))
        elif channel == INCLINATION:
            found.append(_inclination(recording, segment, inclination))
        else:
            found.append(_axis(recording, segment, channel))
    return columns, np.stack(found, axis=-1)


def _axis(recording: Recording, segment: str, channel: str) -> Array:
    index = recording.sensor_index(segment)
    if index is None:
        return np.full(recording.samples, np.nan)
    kind, _, axis = channel.partition("_")
    return (recording.acc if kind == layout.ACC else recording.gyro)[:, index, AXES[axis]]


def _inclination(recording: Recording, segment: str, inclination: Inclination) -> Array:
    """NaN throughout where a sensor is missing or has gaps: an integral has no gaps."""
    try:
        return inclination(recording, segment)
    except RecordingError:
        return np.full(recording.samples, np.nan)


def mirror(columns: Layout, values: Array) -> Array:
    """(..., C) as seen in a mirror across the sagittal plane: the left leg takes the place of the right one."""
    order, sign = columns.mirrored()
    return values[..., order] * np.array(sign)
