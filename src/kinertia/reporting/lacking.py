"""What a recording lacked, and what was assumed in its place: one box of the report, apart from what was found."""

from __future__ import annotations

import numpy as np

from kinertia.estimation.estimate import Estimate
from kinertia.estimation.verdict import Verdict
from kinertia.recording import Frame, Recording, Subject
from kinertia.reporting import names


def lacked(estimate: Estimate, recording: Recording, told: Verdict) -> list[str]:
    """Sentences: what was noticed, what was assumed, what is left out, what else is worth knowing."""
    noticed = list(told.warnings)
    assumed = [
        said
        for field in estimate.subject.assumed
        if not _told(field, noticed)
        for said in [_assumption(field, estimate.subject)]
    ]
    unplaced = [sensor.segment for sensor in recording.sensors if sensor.position_m is None]
    if unplaced:
        some = "; ".join(names.segment(name).lower() for name in unplaced)
        which = "any sensor" if len(unplaced) == len(recording.sensors) else some
        assumed.append(f"where on its segment it sits was not given for {which}: a usual place was used")
    if recording.frame is Frame.SENSOR:
        assumed.append("signals were in the sensors' own axes: how they sit was estimated")
    if not estimate.bands.level and estimate.bands.about:
        noticed.append(estimate.bands.about)
    return [_sentence(said) for said in dict.fromkeys([*noticed, *assumed, _left_out(estimate), *told.notes]) if said]


def assumptions(estimate: Estimate) -> str:
    """What holds for every estimate, in one sentence."""
    level = "; level ground; masses and lengths of segments scaled from body mass and height"
    return f"Taken for granted: movement in the sagittal plane{level if estimate.moments or estimate.grf else ''}."


def _told(field: str, noticed: list[str]) -> bool:
    """Whether a warning says already that mass or height was not given."""
    word = field.split("_")[0]
    return any(f"{word} not given" in said or f"{word} was not given" in said for said in noticed)


def _assumption(quantity: str, subject: Subject) -> str:
    if quantity == "height_m":
        if subject.height_error_m is None:
            return "height not given: a default was used"
        return f"height not given: estimated from the motion, within {subject.height_error_m:.2f} m (standard deviation)"
    return "mass not given: a usual one was used"


def _left_out(estimate: Estimate) -> str:
    """How much of a recording does not count, in words; empty where all does."""
    out = np.flatnonzero(estimate.counted)
    if estimate.settled is None or len(out) == estimate.samples:
        return ""
    if not len(out):
        return "none of the recording counts: all of it is start or end"
    first, last = out[0] / estimate.rate_hz, (estimate.samples - 1 - out[-1]) / estimate.rate_hz
    ends = " and ".join(f"the {which} {long_s:.2g} s" for which, long_s in (("first", first), ("last", last)) if long_s)
    why = " or ".join(said for said, long_s in (("the model warms up", first), ("looks past the end", last)) if long_s)
    return f"{ends} count in no figure: {why if first else f'the model {why}'}" if ends else ""


def _sentence(said: str) -> str:
    first = said.split()[0]
    # names of files and sensors keep their case
    start = said[0].upper() if first.isalpha() and first.islower() else said[0]
    return f"{start}{said[1:].rstrip('.')}."
