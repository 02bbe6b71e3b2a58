"""``kinertia benchmark pretraining``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console
from rich.table import Table

SHOWN = ("grf_y_r", "grf_x_r", "knee_moment_r", "peak_grf_y_r", "peak_knee_moment_r", "loading_rate_r")


def pretraining(
    people: Path,
    json: Path | None = None,
    encoders: Annotated[tuple[str, ...], tyro.conf.arg(metavar="NAME...")] = ("contrastive", "masked", "physics"),
    shares: Annotated[tuple[float, ...], tyro.conf.arg(metavar="SHARE...")] = (0.01, 0.1, 0.25, 1.0),
    seeds: int = 1,
    folds: int = 1,
    tested: int | None = None,
    baselines: Annotated[tuple[float, ...] | None, tyro.conf.arg(metavar="SHARE...")] = None,
    only: tuple[str, ...] = (),
    subjects: int | None = None,
    steps: int = 5000,
) -> None:
    """Predict ground reaction and knee moment from few labels, with and without pre-training; goes on where it was interrupted.

    Every network starts once from its pre-trained and once from random weights and learns from the same labels until people who
    were held back are predicted no better. Other people are tested.

    Parameters
    ----------
    people
        Folder with one folder of recordings with truth per person, as `kinertia simulate` writes it.
    json
        File to write the figures to; finished rows are kept beside it.
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
    from experiments import results, sparse
    from experiments.label_efficiency import label_efficiency
    from experiments.pretraining import Plan
    from kinertia.pretraining.downstream import DownstreamConfig

    status = Console(stderr=True)
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
    keep = None if json is None else sparse.kept_file(json)
    found = label_efficiency(people, plan, keep, lambda text: status.print(text, style="dim", highlight=False))
    results.write(json, found)
    table = Table("encoder", "training", "labels", "windows", *SHOWN, title="RMSE of people never trained on")
    for row in found["rows"]:
        cells = [_cell(row["targets"].get(target)) for target in SHOWN]
        table.add_row(row["method"], row["regime"], f"{100 * row['share']:g} %", str(row["windows"]), *cells)
    console = Console()
    console.print(table)
    for method, targets in found["smallest_share"].items():
        said = ", ".join(f"{name} {'-' if x is None else f'{100 * x:g} %'}" for name, x in targets.items())
        console.print(f"{method}: labels that equal all labels without pre-training: {said}", highlight=False)


def _cell(figures: dict | None) -> str:
    if figures is None:
        return "-"
    rmse = figures["rmse"]
    return f"{rmse['mean']:.2f}" if rmse["sd"] is None else f"{rmse['mean']:.2f} ± {rmse['sd']:.2f}"
