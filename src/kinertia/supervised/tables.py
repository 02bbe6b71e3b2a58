"""Figures of people: mean over joints and recordings for each, mean and spread over people, paired tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from statistics import fmean
from typing import Any

from kinertia.metrics.statistics import compare_all, spread

Json = dict[str, Any]
FIGURES = ("angle_rmsd_deg", "angle_rmsd_unbiased_deg", "angle_r", "moment_rmsd_bwbh", "grf_rmsd_bw", "speed_error")
"""Figures that tables have."""
JUDGED = ("angle_rmsd_deg", "moment_rmsd_bwbh", "grf_rmsd_bw")  # figures that are tested
LEFT_OUT = ("pelvis_tilt", "lumbar_extension")


def of_person(trials: Mapping[str, Json]) -> dict[str, float]:
    """Figure to its mean over recordings of the mean over joints or forces of both legs; figures without a value are left out.

    Each joint has its own figure too, as ``angle_rmsd_deg.knee_angle``: the mean over recordings and legs.
    """
    found: dict[str, float] = {}
    for figure in FIGURES:
        values: list[float] = []
        joints: dict[str, list[float]] = {}
        for trial in trials.values():
            given = trial[figure]
            if isinstance(given, dict):
                known = {name: value for name, value in given.items() if value is not None and name not in LEFT_OUT}
                values.extend([fmean(known.values())] if known else [])
                for name, value in known.items():
                    joints.setdefault(name.removesuffix("_r").removesuffix("_l"), []).append(value)
            elif given is not None:
                values.append(given)
        if values:
            found[figure] = fmean(values)
        found |= {f"{figure}.{name}": fmean(listed) for name, listed in joints.items()}
    return found


def over_people(figures: Mapping[str, Mapping[str, float]]) -> dict[str, Json]:
    """Figure to mean, standard deviation and number of people, over those who have it."""
    names = dict.fromkeys(name for own in figures.values() for name in own)
    return {name: asdict(spread([own[name] for own in figures.values() if name in own])) for name in names}


def compare(
    first: Mapping[str, Mapping[str, float]], second: Mapping[str, Mapping[str, float]], label: str
) -> dict[str, tuple[list[float], list[float]]]:
    """Pairs for :func:`comparisons`: the judged figures of people who have both, as ``LABEL: FIGURE``."""
    pairs = {}
    for figure in JUDGED:
        shared = [name for name in first if name in second and figure in first[name] and figure in second[name]]
        if len(shared) > 1:
            pairs[f"{label}: {figure}"] = [first[name][figure] for name in shared], [second[name][figure] for name in shared]
    return pairs


def comparisons(pairs: Mapping[str, tuple[Sequence[float], Sequence[float]]]) -> dict[str, Json]:
    """Paired t-tests of first minus second, with Holm's correction for all of them, and effect sizes."""
    return {name: asdict(found) for name, found in compare_all(pairs).items()}
