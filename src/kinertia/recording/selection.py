"""Parts of recordings: some of their samples, some of their sensors; and whether two parts are of one session."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from kinertia.recording.errors import RecordingError
from kinertia.recording.gaps import runs
from kinertia.recording.recording import Recording, Sensor
from kinertia.recording.sensor_set import LOWER_BODY, by_initials


def crop(recording: Recording, start: int, stop: int) -> Recording:
    """Samples ``start`` to ``stop`` (exclusive) of a continuous recording, truth included.

    The mean speed of the truth becomes that of the part where the truth has speed over time, else it is kept as it is. One
    periodic cycle cannot be cropped. RecordingError: a range outside the recording, or a periodic recording.
    """
    if recording.periodic:
        raise RecordingError("one periodic gait cycle cannot be cropped", file=recording.source, fix="use it whole")
    if not 0 <= start < stop <= recording.samples:
        fix = "choose a range inside"
        raise RecordingError(f"samples {start}..{stop} are outside 0..{recording.samples}", file=recording.source, fix=fix)

    return replace(
        recording,
        begin_s=recording.begin_s + start / recording.rate_hz,
        truth=recording.truth and recording.truth.over_time(lambda curve: curve[start:stop]),
        **{name: array[start:stop] for name, array in recording.arrays.items()},
    )


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
        raise recording.error(message, fix)
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


def wearer_of(recording: Recording) -> str:
    """Text that recordings of one session share: what they state of the person and of the sensors' places.

    Empty where mass or height had to be assumed: everybody would be the same person.
    """
    subject = recording.subject
    if subject.assumed:
        return ""
    places = sorted((sensor.segment, sensor.position_m) for sensor in recording.sensors)
    return f"{subject.mass_kg!r} kg, {subject.height_m!r} m, {subject.sex}: {places!r}"


def same_wearer(first: Recording, second: Recording) -> bool:
    """Whether two recordings state the same person and the same sensor places, as recordings of one session do."""
    return wearer_of(first) == wearer_of(second) != ""
