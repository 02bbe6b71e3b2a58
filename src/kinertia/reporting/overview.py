"""The first screen of a report: who was measured, what they did, and how good the estimate is, in plain words."""

from __future__ import annotations

from datetime import date
from pathlib import PurePath

import numpy as np

from kinertia.estimation import trust
from kinertia.estimation.estimate import Activity, Estimate
from kinertia.estimation.spatiotemporal import Parameters
from kinertia.estimation.verdict import Verdict
from kinertia.recording import Recording, Subject
from kinertia.reporting import bands, names

Facts = list[tuple[str, str]]
LEG_HEIGHT = 0.53
"""Height of the hip joint over body height (Drillis & Contini 1966)."""
PLAIN = {
    "consistent": "Estimated motion, moments and ground reaction fit each other and what the sensors measured.",
    "consistent in part": "Where they do not fit each other or the sensors, estimates should not be used.",
    "not consistent": "Estimated motion, forces and signals do not fit each other: do not rest anything on these figures.",
    "not judged": "Whether these figures hold was not checked.",
    "not gait": "Models know walking, running and standing only: do not rest anything on the rest.",
    "solved in part": "Where the solver did not converge, results should not be used.",
    "not solved": "Do not rest anything on these figures.",
    "not to be trusted": "Do not rest anything on these figures until that is put right.",
}
"""What the word of a verdict means for a reader."""


def who(estimate: Estimate, recording: Recording, made: date) -> Facts:
    """Person, sensors, file, method."""
    facts = [("Person", _person(estimate.subject)), ("Sensors", _sensors(estimate, recording))]
    if recording.source:
        facts.append(("File", PurePath(recording.source).name))
    return [*facts, ("Method", estimate.method), ("Report of", f"{made.day} {made:%B %Y}")]


def what(estimate: Estimate, recording: Recording, steps: tuple[Parameters, ...]) -> Facts:
    """What the person did for how long, in how many strides, and how long the recording is."""
    seconds = estimate.samples / estimate.rate_hz
    if recording.periodic:
        return [("One gait cycle", f"{seconds:.2f} s, which repeats")]
    strides = {parameters.gait: parameters for parameters in steps}
    facts: Facts = []
    for kind in (Activity.WALKING, Activity.RUNNING, Activity.STANDING, Activity.OTHER):
        of_it = 0 if estimate.activity is None else int((estimate.activity == kind).sum())
        if of_it:
            word = kind.word[0].upper() + kind.word[1:]
            counted = strides.get(kind.word)
            facts.append((word, duration(of_it / estimate.rate_hz) + (f", {_strides(counted)}" if counted else "")))
    if "" in strides:
        facts.append(("Gait", _strides(strides[""])))
    return [*facts, ("Recording", f"{duration(seconds)} at {estimate.rate_hz:.4g} Hz")]


def how_good(estimate: Estimate, told: Verdict) -> list[str]:
    """Sentences below the headline of the verdict: what it means, what stays unexplained, how wide the bands are."""
    said = [PLAIN[told.word]] if told.word in PLAIN else []
    if told.doubted:
        said.append(f"{told.doubted}.")
    if told.force_bw is not None and told.moment_bwbh is not None and np.isfinite(told.force_bw):
        limit = _limit(estimate)
        said.append(
            f"Left unexplained at the pelvis: a force of {told.force_bw:.3f} body weight (a stride may have {limit}), a moment "
            f"of {100.0 * told.moment_bwbh:.2f} % of body weight times height ({100.0 * trust.TRUSTED_RESIDUAL_BWBH:g}\u00a0%)."
        )
    if estimate.bands.level and told.level != "poor":  # bands are of estimates that hold
        widths = ", ".join(bands.mean_half_widths(estimate))
        wide, narrow = "that is wide: read shapes and times, not degrees", "smaller differences may be error"
        beyond = f"; {wide if bands.wide(estimate) else narrow}"
        said.append(f"In {100.0 * estimate.bands.level:.0f} % of samples the truth is expected within {widths}{beyond}.")
    return said


def step_error(estimate: Estimate) -> str:
    """What the bands of the hips' angles amount to at the foot, as a sentence; empty without bands or heels."""
    hips = [half for name, half in estimate.bands.coordinates.items() if name.startswith("hip_flexion")]
    if not hips or not estimate.points or not estimate.counted.any():
        return ""
    half = float(np.nanmean(np.stack(hips)[:, estimate.counted]))
    reach_cm = 100.0 * LEG_HEIGHT * estimate.subject.height_m * half
    return f"Step length, and its difference, may be off by {reach_cm:.0f} cm: so wide are the hips' bands at the feet."


def _limit(estimate: Estimate) -> str:
    """Largest trusted residual force of the kinds of gait that there are [BW]."""
    does = np.empty(0) if estimate.activity is None else estimate.activity
    walks, runs = f"{trust.TRUSTED_RESIDUAL_BW:g}", f"{trust.RUNNING_RATIO * trust.TRUSTED_RESIDUAL_BW:g}"
    if not (does == Activity.RUNNING).any():
        return walks
    return f"{walks}, in running {runs}" if (does == Activity.WALKING).any() else runs


def duration(seconds: float) -> str:
    """Seconds, minutes or hours, to three figures."""
    if seconds < 120.0:
        return f"{seconds:.3g} s"
    return f"{seconds / 60.0:.3g} min" if seconds < 7200.0 else f"{seconds / 3600.0:.3g} h"


def _person(person: Subject) -> str:
    mass, height = f"{person.mass_kg:.4g} kg", f"{person.height_m:.2f} m"
    if "mass_kg" in person.assumed:
        mass = f"{person.mass_kg:.0f} kg (assumed)"
    if "height_m" in person.assumed:
        height += " (assumed)" if person.height_error_m is None else " (estimated)"
    return f"{mass}, {height}" + (f", {person.sex}" if person.sex else "")


def _strides(parameters: Parameters) -> str:
    count = len(parameters.strides)
    return f"{count} stride{'' if count == 1 else 's'}"


def _sensors(estimate: Estimate, recording: Recording) -> str:
    """``7: pelvis, both thighs, right shank``; those that were used."""
    segments = estimate.sensor_segments or tuple(sensor.segment for sensor in recording.sensors)
    sides: dict[str, list[str]] = {}
    for name in segments:
        base, side = names.split_side(name)
        sides.setdefault(names.segment(base).lower(), []).append(side)
    plural = {"foot": "feet"}
    said = [
        f"both {plural.get(word, f'{word}s')}" if sorted(of) == ["l", "r"] else f"{names.SIDES.get(of[0], '')} {word}".strip()
        for word, of in sides.items()
    ]
    return f"{len(segments)}: {', '.join(said)}"
