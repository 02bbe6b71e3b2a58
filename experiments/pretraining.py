"""How many labels pre-training saves: errors over shares of the labels, and the share that equals all labels without it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import tyro

from experiments import pretraining_rows
from experiments.few_labels import scores
from experiments.few_labels.downstream import DownstreamConfig
from experiments.pretraining_rows import Job, Plan
from experiments.protocol import QUIET, Context, Found, Json, table
from kinertia.metrics.statistics import compare_all

People = dict[str, dict[str, dict[str, float | None]]]

JUDGED = ("grf_y_r", "knee_moment_r")
"""Targets that the saving is told for."""
SHOWN = ("grf_y_r", "grf_x_r", "knee_moment_r", "peak_grf_y_r", "peak_knee_moment_r", "loading_rate_r")


def pretraining(
    people: Path,
    encoders: Annotated[tuple[str, ...], tyro.conf.arg(metavar="NAME...")] = ("contrastive", "masked", "physics"),
    shares: Annotated[tuple[float, ...], tyro.conf.arg(metavar="SHARE...")] = (0.01, 0.1, 0.25, 1.0),
    seeds: int = 1,
    folds: int = 1,
    tested: int | None = None,
    baselines: Annotated[tuple[float, ...] | None, tyro.conf.arg(metavar="SHARE...")] = None,
    only: tuple[str, ...] = (),
    subjects: int | None = None,
    steps: int = 5000,
    context: Context = QUIET,
) -> Found:
    """Predict ground reaction and knee moment from few labels, with and without pre-training; goes on where it was interrupted.

    Every network starts once from its pre-trained and once from random weights and learns from the same labels until people who
    were held back are predicted no better. Other people are tested.

    Parameters
    ----------
    people
        Folder with one folder of recordings with truth per person, as `kinertia simulate` writes it.
    encoders
        Encoders that come with the package by name, or folders that `kinertia pretrain` or `kinertia train` wrote.
    shares
        Shares of the labels to learn from, the largest of which the others are measured by.
    seeds
        Repetitions with other random numbers; figures of a person are means over them.
    folds
        1 tests the last of the people, more test every one of them in turn.
    tested
        With one fold, how many people are tested; a fifth without.
    baselines
        Shares of the labels that networks with random weights learn from too; all without, the largest always.
    only
        Names of recordings, such as walk_1; all without any.
    subjects
        The first so many people; all without.
    steps
        Most steps of a training; it stops sooner when nothing is gained any more.
    """
    plan = Plan(
        {Path(name).name: name for name in encoders},
        shares,
        seeds,
        folds,
        tested,
        baselines,
        only,
        subjects,
        DownstreamConfig(most_steps=steps),
    )
    found = label_efficiency(people, plan, context)
    shown = table("encoder", "training", "labels", "windows", *SHOWN, title="RMSE of people never trained on")
    for row in found["rows"]:
        cells = [_cell(row["targets"].get(target)) for target in SHOWN]
        shown.add_row(row["method"], row["regime"], f"{100 * row['share']:g} %", str(row["windows"]), *cells)
    lines = []
    for method, targets in found["smallest_share"].items():
        said = ", ".join(f"{name} {'-' if x is None else f'{100 * x:g} %'}" for name, x in targets.items())
        lines.append(f"{method}: labels that equal all labels without pre-training: {said}")
    return Found(found, (shown, *lines))


def _cell(figures: dict | None) -> str:
    if figures is None:
        return "-"
    rmse = figures["rmse"]
    return f"{rmse['mean']:.2f}" if rmse["sd"] is None else f"{rmse['mean']:.2f} ± {rmse['sd']:.2f}"


def label_efficiency(folder: Path, plan: Plan | None = None, context: Context = QUIET) -> Json:
    """Compare encoders with and without pre-training on people of a folder; parameters as :func:`.pretraining_rows.rows`.

    Returns
    -------
    ``rows`` (method, regime, share and for every target mean and standard deviation over people), ``smallest_share`` (method to
    target to the smallest share of labels with which the pre-trained network errs no more than the same network from random
    weights, trained to convergence on all labels; None where no share does), ``comparisons`` (paired over people, corrected
    together, negative where pre-training is better) and ``conditions``.
    """
    chosen = Plan() if plan is None else plan
    return summarise(pretraining_rows.rows(folder, chosen, context), chosen)


def summarise(rows: dict[str, Json], plan: Plan) -> Json:
    """Tables from finished rows; see :func:`label_efficiency`."""
    groups: dict[tuple[str, str, float], list[tuple[Job, Json]]] = {}
    for job in pretraining_rows.jobs(plan):
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
