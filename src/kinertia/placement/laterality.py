"""Left and right of the whole set: of two mirror images, that in which a sensor sits where somebody says."""

from __future__ import annotations

from dataclasses import replace

from kinertia.placement.fault import Fault, Kind
from kinertia.placement.inference import SIDES_NOTE, Placement
from kinertia.recording import LOWER_BODY
from kinertia.recording.errors import RecordingError


def with_right(placement: Placement, name: str, file: str = "") -> Placement:
    """The placement, or its mirror image, in which the named sensor of a leg is on the right; ``file`` is for errors.

    Raises
    ------
    RecordingError : no such sensor, or it is on no leg or could not be judged.
    """
    named = next((placed for placed in placement.sensors if name in (placed.sensor.name, placed.sensor.segment)), None)
    legs = [p.sensor.name for p in placement.sensors if p.rotation is not None and p.segment[-2:] in ("_r", "_l")]
    if named is None or named.sensor.name not in legs:
        what = "there is no such sensor" if named is None else "it is found on no leg"
        fix = f"name one of {', '.join(legs)} of the right leg" if legs else "record some steady walking"
        raise RecordingError(what, file=file, sensor=name, fix=fix)
    placement = replace(placement, notes=tuple(note for note in placement.notes if note != SIDES_NOTE), sided=True)
    if named.segment.endswith("_r"):
        return placement
    other = placement.mirrored()
    wrong = [p for p in other.sensors if p.sensor.segment in LOWER_BODY.segments and p.sensor.segment != p.segment]
    if not wrong:
        return other
    message = "the names of left and right are exchanged: " + ", ".join(f"{p.sensor.name} is on {p.segment}" for p in wrong)
    exchanged = Fault(Kind.EXCHANGED, tuple(p.sensor.name for p in wrong), message, "their names are put right")
    return replace(other, faults=(exchanged, *other.faults))
