"""How many labels pre-training saves: errors over shares of the labels, and the share that equals all labels without it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from experiments import pretraining
from experiments.pretraining import Job, Plan
from kinertia.metrics.statistics import compare_all
from kinertia.pretraining import scores

Json = dict[str, Any]
People = dict[str, dict[str, dict[str, float | None]]]

JUDGED = ("grf_y_r", "knee_moment_r")
"""Targets that the saving is told for."""


def label_efficiency(
    folder: Path, plan: Plan | None = None, keep: Path | None = None, show: Callable[[str], None] | None = None
) -> Json:
    """Compare encoders with and without pre-training on people of a folder; parameters as :func:`.pretraining.run`.

    Returns
    -------
    ``rows`` (method, regime, share and for every target mean and standard deviation over people), ``smallest_share`` (method to
    target to the smallest share of labels with which the pre-trained network errs no more than the same network from random
    weights, trained to convergence on all labels; None where no share does), ``comparisons`` (paired over people, corrected
    together, negative where pre-training is better) and ``conditions``.
    """
    chosen = Plan() if plan is None else plan
    found = pretraining.run(folder, chosen, keep, show)
    return summarise(found, chosen)


def summarise(rows: dict[str, Json], plan: Plan) -> Json:
    """Tables from finished rows; see :func:`label_efficiency`."""
    groups: dict[tuple[str, str, float], list[tuple[Job, Json]]] = {}
    for job in pretraining.jobs(plan):
        groups.setdefault((job.method, job.regime, job.share), []).append((job, rows[job.key]))
    people = {key: _people(group) for key, group in groups.items()}
    table = [
        {
            "method": method,
            "regime": regime,
            "share": share,
            "windows": groups[method, regime, share][0][1]["windows"],
            "seconds": sum(row["seconds"] for _, row in groups[method, regime, share]),
            "targets": scores.over_people(found),
        }
        for (method, regime, share), found in people.items()
    ]
    everything = max(plan.shares)
    return {
        "rows": table,
        "smallest_share": {method: _smallest(people, method, plan.shares) for method in plan.encoders},
        "comparisons": _comparisons(people, plan, everything),
        "conditions": {
            "people_tested": sorted({owner for found in people.values() for owner in found}),
            "seeds": plan.seeds,
            "folds": plan.folds,
            "encoders": dict(plan.encoders),
            "config": asdict(plan.config),
        },
    }


def _people(group: list[tuple[Job, Json]]) -> People:
    """Figures of every tested person, means over seeds."""
    return scores.mean_of([row["people"] for _, row in group])


def _smallest(people: dict[tuple[str, str, float], People], method: str, shares: tuple[float, ...]) -> dict[str, float | None]:
    found: dict[str, float | None] = {}
    for target in JUDGED:
        limit = _error(people[method, "scratch", max(shares)], target)
        errors = {share: _error(people[method, "tuned", share], target) for share in shares}
        enough = [share for share, error in errors.items() if error is not None and limit is not None and error <= limit]
        found[target] = min(enough, default=None)
    return found


def _error(people: People, target: str) -> float | None:
    values = scores.column(people, target)
    return sum(values.values()) / len(values) if values else None


def _comparisons(people: dict[tuple[str, str, float], People], plan: Plan, everything: float) -> dict[str, Json]:
    """Pre-trained with each share against random weights with all labels, the same network each."""
    pairs = {}
    for method in plan.encoders:
        for share in plan.shares:
            for target in JUDGED:
                a, b = (
                    scores.column(people[key], target) for key in ((method, "tuned", share), (method, "scratch", everything))
                )
                shared = sorted(a.keys() & b.keys())
                if len(shared) > 1:
                    name = f"{method}, {100 * share:g} % of the labels: {target}"
                    pairs[name] = [a[owner] for owner in shared], [b[owner] for owner in shared]
    return {name: asdict(found) for name, found in compare_all(pairs).items()}
