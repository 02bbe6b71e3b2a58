"""Errors of predictions for each person, and their mean and spread over people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import numpy as np

from experiments.few_labels.targets import CURVES, PEAKS, Labelled, Labels
from experiments.protocol import Json
from kinertia.metrics import errors
from kinertia.metrics.statistics import spread
from kinertia.recording import Array

FIGURES = ("rmse", "rrmse_percent", "r2", "r")


def per_person(found: Labels, data: Labelled) -> dict[str, dict[str, dict[str, float | None]]]:
    """Person to target to figures, over all windows of the person; targets that are not known of a person are left out.

    ``rmse`` is in the unit of the target, ``rrmse_percent`` relative to the range of the reference; ``r2`` is the share of the
    reference's variance that is predicted; None where the reference does not vary.
    """
    owners = np.array(data.windows.owners)
    result: dict[str, dict[str, dict[str, float | None]]] = {}
    for owner in dict.fromkeys(owners.tolist()):
        mine = np.flatnonzero(owners == owner)
        pairs = {
            **_pairs(found.curves.numpy()[mine], data.labels.curves.numpy()[mine], CURVES),
            **_pairs(found.peaks.numpy()[mine], data.labels.peaks.numpy()[mine], PEAKS),
        }
        result[owner] = {name: figures(estimate, reference) for name, (estimate, reference) in pairs.items()}
    return result


def figures(estimate: Array, reference: Array) -> dict[str, float | None]:
    """Figures of one target of one person, (n,) values."""
    rest = float(np.sum((estimate - reference) ** 2))
    total = float(np.sum((reference - reference.mean()) ** 2))
    values = {
        "rmse": errors.rmsd(estimate, reference),
        "rrmse_percent": errors.nrmse_percent(estimate, reference),
        "r2": 1.0 - rest / total if total > 0.0 else float("nan"),
        "r": errors.correlation(estimate, reference),
    }
    return {name: value if np.isfinite(value) else None for name, value in values.items()}


def over_people(people: dict[str, dict[str, dict[str, float | None]]]) -> dict[str, dict[str, Json]]:
    """Target to figure to mean and standard deviation over people (:class:`kinertia.metrics.statistics.Spread`)."""
    found: dict[str, dict[str, Json]] = {}
    for target in (*CURVES, *PEAKS):
        for figure in FIGURES:
            values = column(people, target, figure)
            if values:
                found.setdefault(target, {})[figure] = asdict(spread(list(values.values())))
    return found


def column(people: dict[str, dict[str, dict[str, float | None]]], target: str, figure: str = "rmse") -> dict[str, float]:
    """Person to one figure of one target, where there is one."""
    values = {owner: targets.get(target, {}).get(figure) for owner, targets in people.items()}
    return {owner: value for owner, value in values.items() if value is not None}


def mean_of(runs: Sequence[dict[str, dict[str, dict[str, float | None]]]]) -> dict[str, dict[str, dict[str, float | None]]]:
    """Mean of each person's figures over several runs (seeds) on the same people."""
    found: dict[str, dict[str, dict[str, float | None]]] = {}
    for owner in dict.fromkeys(owner for run in runs for owner in run):
        mine = [run[owner] for run in runs if owner in run]
        for target in mine[0]:
            found.setdefault(owner, {})[target] = {
                figure: _mean([targets.get(target, {}).get(figure) for targets in mine]) for figure in FIGURES
            }
    return found


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def _pairs(found: Array, wanted: Array, names: Sequence[str]) -> dict[str, tuple[Array, Array]]:
    """Target to finite pairs of estimate and reference, (n,) each."""
    flat, reference = (x.reshape(-1, len(names)).astype(float) for x in (found, wanted))
    pairs = {}
    for k, name in enumerate(names):
        known = np.isfinite(reference[:, k])
        if known.sum() >= 2:
            pairs[name] = flat[known, k], reference[known, k]
    return pairs
