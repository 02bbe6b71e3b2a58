"""Sets of sensors by initials: P pelvis, T thighs, S shanks, F feet; with r or l behind, of one side only."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import replace

import numpy as np

from kinertia.recording.errors import RecordingError
from kinertia.recording.gaps import runs
from kinertia.recording.recording import SEGMENTS, Recording, Sensor

ALL = "all"
SILENT_S = 1.0
"""A sensor silent for longer is missing: networks that never missed one err by 2 to 6 deg more at other joints, for as long."""
PARTS = {"P": "pelvis", "T": "femur", "S": "tibia", "F": "foot"}
_ITEM = re.compile(r"([PTSF])([rl]?)")


def segments(name: str) -> tuple[str, ...]:
    """Segments of a set, in the order of :data:`~kinertia.recording.SEGMENTS`.

    Parameters
    ----------
    name : ``all``, or initials such as ``FST``, ``FrTr`` or ``PTS``.

    Raises
    ------
    ValueError
        If the name is not understood.
    """
    if name == ALL:
        return SEGMENTS
    items = _ITEM.findall(name)
    if not items or "".join(f"{part}{side}" for part, side in items) != name:
        raise ValueError(
            f"sensor set {name!r}: give {ALL}, or initials of P pelvis, T thighs, S shanks, F feet, each with r or l "
            "behind it for one side, such as FT or FrTr"
        )
    if ("P", "r") in items or ("P", "l") in items:
        raise ValueError(f"sensor set {name!r}: the pelvis has no sides")
    chosen = {segment for part, side in items for segment in SEGMENTS if _matches(segment, PARTS[part], side)}
    return tuple(segment for segment in SEGMENTS if segment in chosen)


def complete(sensors: Iterable[Sensor]) -> bool:
    """Whether every segment of :data:`~kinertia.recording.SEGMENTS` carries a sensor."""
    return {sensor.segment for sensor in sensors} >= set(SEGMENTS)


def lasting(recording: Recording) -> tuple[Sensor, ...]:
    """Sensors that are never silent for longer than :data:`SILENT_S`."""
    silent = np.asarray(np.isnan(recording.acc).any(axis=2) | np.isnan(recording.gyro).any(axis=2))
    longest = [max((stop - start for start, stop in runs(silent[:, k])), default=0) for k in range(silent.shape[1])]
    return tuple(sensor for sensor, gap in zip(recording.sensors, longest, strict=True) if gap <= SILENT_S * recording.rate_hz)


def choose(recording: Recording, name: str) -> Recording:
    """The recording with the sensors of a set only.

    Raises
    ------
    ValueError
        As :func:`segments`.
    RecordingError
        If the recording lacks one of them.
    """
    wanted = segments(name)
    absent = [segment for segment in wanted if recording.sensor_index(segment) is None]
    if absent:
        raise RecordingError(
            f"no sensor on {', '.join(absent)}, which the set {name} asks for",
            file=recording.source or recording.name,
            fix="choose a smaller set",
        )
    return keep(recording, wanted)


def keep(recording: Recording, wanted: Collection[str]) -> Recording:
    """The recording with the sensors on some segments only, in the order of :data:`~kinertia.recording.SEGMENTS`."""
    return take(
        recording, [i for segment in SEGMENTS if segment in wanted and (i := recording.sensor_index(segment)) is not None]
    )


def take(recording: Recording, index: list[int]) -> Recording:
    """The recording with these of its sensors, in this order."""
    arrays = {
        part: array[:, index]
        for part in ("acc", "gyro", "acc_var", "gyro_var", "orientation")
        if (array := getattr(recording, part)) is not None
    }
    return replace(recording, sensors=tuple(recording.sensors[i] for i in index), **arrays)


def _matches(segment: str, part: str, side: str) -> bool:
    name, _, own = segment.partition("_")
    return name == part and (not side or own == side)
