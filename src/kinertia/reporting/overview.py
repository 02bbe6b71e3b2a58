"""In plain words: who was measured, what they did, how good the estimate is, and what the recording lacked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import PurePath

import numpy as np

from kinertia.estimation import trust
from kinertia.estimation.estimate import Activity, Estimate
from kinertia.metrics import errors
from kinertia.recording import Array, Frame, Recording, Subject
from kinertia.reporting import names
from kinertia.reporting.shown import Shown

Facts = list[tuple[str, str]]
LEG_HEIGHT = 0.53  # height of the hip joint over body height (Drillis & Contini 1966)
WIDE_DEG = 10.0  # twice the error from which gait angles mislead (McGinley et al., Gait & Posture 29:360, 2009: 5 deg)
PLAIN = {  # what the word of a verdict means for a reader
    "consistent": "Estimated motion, moments and ground reaction fit each other and what the sensors measured.",
    "consistent in part": "Where they do not fit each other or the sensors, estimates should not be used.",
    "not consistent": "Estimated motion, forces and signals do not fit each other: do not rest anything on these figures.",
    "not judged": "Whether these figures hold was not checked.",
    "not gait": "Models know walking, running and standing only: do not rest anything on the rest.",
    "solved in part": "Where the solver did not converge, results should not be used.",
    "not solved": "Do not rest anything on these figures.",
    "not to be trusted": "Do not rest anything on these figures until that is put right.",
}


def who(shown: Shown, made: date) -> Facts:
    """Person, sensors, file, method."""
    estimate, recording = shown.estimate, shown.recording
    facts = [("Person", _person(estimate.subject)), ("Sensors", _sensors(estimate, recording))]
    if recording.source:
        facts.append(("File", PurePath(recording.source).name))
    return [*facts, ("Method", estimate.method), ("Report of", f"{made.day} {made:%B %Y}")]


def what(shown: Shown) -> Facts:
    """What the person did for how long, in how many strides, and how long the recording is."""
    estimate = shown.estimate
    seconds = estimate.samples / estimate.rate_hz
    if shown.recording.periodic:
        return [("One gait cycle", f"{seconds:.2f} s, which repeats")]
    strides = {result.gait: f"{(n := len(result.strides))} stride{'' if n == 1 else 's'}" for result in shown.gaits}
    facts: Facts = []
    for kind in (Activity.WALKING, Activity.RUNNING, Activity.STANDING, Activity.OTHER):
        if count := 0 if estimate.activity is None else int((estimate.activity == kind).sum()):
            counted = f", {strides[kind.word]}" if kind.word in strides else ""
            facts.append((kind.word[0].upper() + kind.word[1:], duration(count / estimate.rate_hz) + counted))
    if "" in strides:
        facts.append(("Gait", strides[""]))
    return [*facts, ("Recording", f"{duration(seconds)} at {estimate.rate_hz:.4g} Hz")]


def how_good(shown: Shown) -> list[str]:
    """Sentences below the headline of the verdict: what it means, what stays unexplained, how wide the bands are."""
    estimate, told = shown.estimate, shown.told
    said = [PLAIN[told.word]] if told.word in PLAIN else []
    if told.doubted:
        said.append(f"{told.doubted}.")
    if told.force_bw is not None and told.moment_bwbh is not None and np.isfinite(told.force_bw):
        said.append(
            f"Left unexplained at the pelvis: a force of {told.force_bw:.3f} body weight (a stride may have "
            f"{_limit(estimate)}), a moment of {100.0 * told.moment_bwbh:.2f} % of body weight times height "
            f"({100.0 * trust.TRUSTED_RESIDUAL_BWBH:g}\u00a0%)."
        )
    if estimate.bands.level and told.level != "poor":  # bands are of estimates that hold
        widths = ", ".join(mean_half_widths(estimate))
        beyond = "that is wide: read shapes and times, not degrees" if wide(estimate) else "smaller differences may be error"
        said.append(f"In {100.0 * estimate.bands.level:.0f} % of samples the truth is expected within {widths}; {beyond}.")
    return said


def mean_half_widths(estimate: Estimate) -> list[str]:
    """``angles ± 5.2 deg`` and so on, over all samples that count and outputs of a kind; empty without bands."""
    bands = estimate.bands
    kinds: tuple[tuple[str, str, int, Iterable[Array]], ...] = (
        ("angles", "deg", 1, map(np.degrees, bands.coordinates.values())),
        ("moments", "BWBH %", 2, (errors.bwbh_percent(values, estimate.subject) for values in bands.moments.values())),
        ("ground reaction", "BW %", 1, map(errors.bw_percent, bands.grf.values())),
        ("speed", "m/s", 2, [] if bands.speed is None else [bands.speed]),
    )
    means = [(word, unit, digits, _mean(estimate, series)) for word, unit, digits, series in kinds]
    return [f"{word} \u00b1\u00a0{mean:.{digits}f} {unit}" for word, unit, digits, mean in means if mean is not None]


def wide(estimate: Estimate) -> bool:
    """Whether the bands of angles are so wide that single degrees say nothing."""
    return (_mean(estimate, map(np.degrees, estimate.bands.coordinates.values())) or 0.0) > WIDE_DEG


def step_error(estimate: Estimate) -> str:
    """What the bands of the hips' angles amount to at the foot, as a sentence; empty without bands or heels."""
    hips = [half for name, half in estimate.bands.coordinates.items() if name.startswith("hip_flexion")]
    if not hips or not estimate.points or not estimate.counted.any():
        return ""
    half = float(np.nanmean(np.stack(hips)[:, estimate.counted]))
    reach_cm = 100.0 * LEG_HEIGHT * estimate.subject.height_m * half
    return f"Step length, and its difference, may be off by {reach_cm:.0f} cm: so wide are the hips' bands at the feet."


def lacked(shown: Shown) -> list[str]:
    """Sentences: what was noticed, what was assumed, what is left out, what else is worth knowing."""
    estimate, recording, told = shown.estimate, shown.recording, shown.told
    noticed, assumed = list(told.warnings), list[str]()
    error_m = estimate.subject.height_error_m
    height = "a default was used" if error_m is None else ""
    height = height or f"estimated from the motion, within {error_m:.2f} m (standard deviation)"
    for word, instead in (("mass", "a usual one was used"), ("height", height)):
        known = any(f"{word} not given" in said or f"{word} was not given" in said for said in noticed)
        if not known and any(field.startswith(word) for field in estimate.subject.assumed):
            assumed.append(f"{word} not given: {instead}")
    unplaced = [names.segment(sensor.segment).lower() for sensor in recording.sensors if sensor.position_m is None]
    if unplaced:
        which = "any sensor" if len(unplaced) == len(recording.sensors) else "; ".join(unplaced)
        assumed.append(f"where on its segment it sits was not given for {which}: a usual place was used")
    if recording.frame is Frame.SENSOR:
        assumed.append("signals were in the sensors' own axes: how they sit was estimated")
    if not estimate.bands.level and estimate.bands.about:
        noticed.append(estimate.bands.about)
    return [_sentence(said) for said in dict.fromkeys([*noticed, *assumed, _left_out(estimate), *told.notes]) if said]


def duration(seconds: float) -> str:
    """Seconds, minutes or hours, to three figures."""
    if seconds < 120.0:
        return f"{seconds:.3g} s"
    return f"{seconds / 60.0:.3g} min" if seconds < 7200.0 else f"{seconds / 3600.0:.3g} h"


def _limit(estimate: Estimate) -> str:
    """Largest trusted residual force of the kinds of gait that there are [BW]."""
    does = np.empty(0) if estimate.activity is None else estimate.activity
    walks, runs = f"{trust.TRUSTED_RESIDUAL_BW:g}", f"{trust.RUNNING_RATIO * trust.TRUSTED_RESIDUAL_BW:g}"
    if not (does == Activity.RUNNING).any():
        return walks
    return f"{walks}, in running {runs}" if (does == Activity.WALKING).any() else runs


def _mean(estimate: Estimate, series: Iterable[Array]) -> float | None:
    known = np.concatenate([np.empty(0), *(values[estimate.counted & np.isfinite(values)] for values in series)])
    return float(known.mean()) if known.size else None


def _person(person: Subject) -> str:
    mass, height = f"{person.mass_kg:.4g} kg", f"{person.height_m:.2f} m"
    if "mass_kg" in person.assumed:
        mass = f"{person.mass_kg:.0f} kg (assumed)"
    if "height_m" in person.assumed:
        height += " (assumed)" if person.height_error_m is None else " (estimated)"
    return f"{mass}, {height}" + (f", {person.sex}" if person.sex else "")


def _sensors(estimate: Estimate, recording: Recording) -> str:
    """``7: pelvis, both thighs, right shank``; those that were used."""
    segments = estimate.sensor_segments or tuple(sensor.segment for sensor in recording.sensors)
    sides: dict[str, list[str]] = {}
    for name in segments:
        base, side = names.split_side(name)
        sides.setdefault(names.segment(base).lower(), []).append(side)
    said = [
        f"both {'feet' if word == 'foot' else f'{word}s'}"
        if sorted(of) == ["l", "r"]
        else f"{names.SIDES.get(of[0], '')} {word}".strip()
        for word, of in sides.items()
    ]
    return f"{len(segments)}: {', '.join(said)}"


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
