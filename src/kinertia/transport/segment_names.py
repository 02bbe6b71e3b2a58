"""Segments of sensors by the names that their senders give them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kinertia.io.facts import Placement
from kinertia.recording import LOWER_BODY, RecordingError, Sensor

PARTS = {
    "pelvis": "pelvis",
    "sacrum": "pelvis",
    "femur": "femur",
    "thigh": "femur",
    "tibia": "tibia",
    "shank": "tibia",
    "foot": "foot",
}
SIDES = {"r": "r", "right": "r", "l": "l", "left": "l"}
IGNORED = ("imu", "sensor")
WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


def words(name: str) -> list[str]:
    """Words of a name in lower case, however it separates them: ``RightThigh``, ``thigh_r`` and ``thigh.R``."""
    return [word.lower() for word in WORDS.findall(name)]


def segment_of(name: str) -> str | None:
    """Segment that a name names, one of :data:`~kinertia.recording.LOWER_BODY`; None when it names none, or says more."""
    if name in LOWER_BODY.segments:
        return name
    said = [word for word in words(name) if word not in IGNORED]
    parts = [PARTS[word] for word in said if word in PARTS]
    sides = [SIDES[word] for word in said if word in SIDES]
    if len(parts) != 1 or len(parts) + len(sides) != len(said):
        return None
    segment = "_".join([*parts, *sides])
    return segment if segment in LOWER_BODY.segments else None


def place(
    names: Sequence[str], placement: Placement | None, *, source: str
) -> tuple[tuple[Sensor | None, ...], tuple[str, ...]]:
    """Sensors by their names.

    Parameters
    ----------
    names : what the sender calls them.
    placement : name to segment; without it, names must name segments themselves.
    source : for messages.

    Returns
    -------
    One per name, None for one that is left out, and the warnings about those.

    Raises
    ------
    RecordingError : no sensor is on a segment of the model, or two are on the same.
    """
    sensors = tuple(_sensor(name, placement) for name in names)
    on = [sensor.segment for sensor in sensors if sensor is not None]
    for name, sensor in zip(names, sensors, strict=True):
        if sensor is not None and on.count(sensor.segment) > 1:
            raise RecordingError(
                f"{sensor.segment} has more than one sensor", file=source, sensor=name, fix="leave one out of the placement"
            )
    left_out = [name for name, sensor in zip(names, sensors, strict=True) if sensor is None]
    if not on:
        raise RecordingError(
            f"no sensor is known to sit on a segment of the model: {', '.join(names) or 'there is none'}",
            file=source,
            fix="give a placement file that maps these names to segments (docs/transport.md)",
        )
    warnings = (f"sensors {', '.join(left_out)} are left out: no segment is known for them",) if left_out else ()
    return sensors, warnings


def _sensor(name: str, placement: Placement | None) -> Sensor | None:
    if placement is not None:
        sensor = placement.find(name)
        return sensor if sensor is not None and sensor.segment in LOWER_BODY.segments else None
    segment = segment_of(name)
    return None if segment is None else Sensor(name, segment)
