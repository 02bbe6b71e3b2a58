"""Muscles of simulated people against their own: from estimates, and from their true motion and moments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean

from rich.table import Table

from experiments.protocol import Json, cell, table
from kinertia.estimation.estimate import Estimate
from kinertia.estimation.muscular import with_muscles
from kinertia.metrics.scoring import figures
from kinertia.recording import Recording

FIGURES = {"muscle_rmsd_bw": "BW%", "muscle_r": "r", "activation_rmsd_percent": "activation [%]", "activation_r": "r "}
"""Of each muscle, to their headings."""


def score(estimate: Estimate, recording: Recording) -> Json:
    """``estimate`` and ``truth`` (what sharing moments among muscles errs by itself) to figures by muscle."""
    truth = recording.truth
    if truth is None or not truth.muscle_forces or not estimate.moments:
        return {}
    own = estimate if estimate.muscle_forces else with_muscles(estimate)
    given = {"coordinates": estimate.coordinates | truth.angles, "moments": truth.moments, "grf": truth.grf}
    # the person as told: mass and height a little off
    shared = with_muscles(replace(estimate, **given))
    scored = {"estimate": figures(own, recording), "truth": figures(shared, recording)}
    return {name: {key: found[key] for key in FIGURES} for name, found in scored.items()}


def means(trials: Sequence[Json]) -> Json:
    """Means over trials and both sides, by muscle, and over muscles."""
    result: Json = {}
    for name in trials[0] if trials else ():
        muscles = sorted({muscle.rpartition("_")[0] for muscle in trials[0][name]["muscle_r"]})
        rows = {
            muscle: {key: _mean([t[name][key][f"{muscle}_{side}"] for t in trials for side in "rl"]) for key in FIGURES}
            for muscle in muscles
        }
        result[name] = rows | {"mean": {key: _mean([row[key] for row in rows.values()]) for key in FIGURES}}
    return result


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


def render(found: Json) -> tuple[Table, ...]:
    """A table for each of ``estimate`` and ``truth``."""
    titles = {"estimate": "muscles of the estimates", "truth": "muscles from true motion, moments and ground reaction"}
    shown = []
    for name, rows in found.items():
        each = table("muscle", *FIGURES.values(), title=titles[name])
        for muscle, row in rows.items():
            each.add_row(muscle, *(cell(row[key]) for key in FIGURES))
        shown.append(each)
    return tuple(shown)
