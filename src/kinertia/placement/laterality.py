"""Left and right of the whole set: of two mirror images, that in which a sensor sits where somebody says."""

from __future__ import annotations

from dataclasses import replace

from kinertia.placement.assignment import mirrored
from kinertia.placement.fault import Fault, Kind
from kinertia.placement.inference import SIDES_NOTE, Placement
from kinertia.recording import LOWER_BODY
from kinertia.recording.errors import RecordingError


def with_right(placement: Placement, name: str, file: str = "") -> Placement:
    """The placement, or its mirror image, in which the named sensor is on the right.

    Parameters
    ----------
    placement : as it was found.
    name : of a sensor on a leg.
    file : for errors.

    Raises
    ------
    RecordingError : no such sensor, or it is on no leg or could not be judged.
    """
    told = next((placed for placed in placement.sensors if name in (placed.sensor.name, placed.sensor.segment)), None)
    legs = [p.sensor.name for p in placement.sensors if p.rotation is not None and p.segment[-2:] in ("_r", "_l")]
    if told is None or told.sensor.name not in legs:
        what = "there is no such sensor" if told is None else "it is found on no leg"
        fix = f"name one of {', '.join(legs)} of the right leg" if legs else "record some steady walking"
        raise RecordingError(what, file=file, sensor=name, fix=fix)
    notes = tuple(note for note in placement.notes if note != SIDES_NOTE)
    if told.segment.endswith("_r"):
        return replace(placement, notes=notes, sided=True)
    segments = mirrored(tuple(placed.segment for placed in placement.sensors))
    sensors = tuple(
        placed if placed.rotation is None else replace(placed, segment=segment)
        for placed, segment in zip(placement.sensors, segments, strict=True)
    )
    faults = tuple(fault for fault in placement.faults if fault.kind is not Kind.EXCHANGED)
    wrong = [p for p in sensors if p.sensor.segment in LOWER_BODY.segments and p.sensor.segment != p.segment]
    if wrong:
        message = "the names of left and right are exchanged: " + ", ".join(f"{p.sensor.name} is on {p.segment}" for p in wrong)
        exchanged = Fault(Kind.EXCHANGED, tuple(p.sensor.name for p in wrong), message, "their names are put right")
        faults = (exchanged, *faults)
    return replace(placement, sensors=sensors, faults=faults, notes=notes, sided=True)
