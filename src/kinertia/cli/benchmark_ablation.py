"""``kinertia benchmark ablation``."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from rich.console import Console

from kinertia.benchmark import ablation as benchmark
from kinertia.benchmark import results
from kinertia.benchmark.ablation import Variant
from kinertia.benchmark.ablation_table import render
from kinertia.benchmark.progress import ShowProgress
from kinertia.cli.options import DEFAULT, choose_config
from kinertia.cli.progress import training_bar
from kinertia.learning.config import Config


def ablation(
    data: Path,
    json: Path,
    only: tuple[str, ...] = (),
    steps: int | None = None,
    seed: int | None = None,
    config_file: Path | None = None,
    config: Config = DEFAULT,
) -> None:
    """Score the method with one part changed at a time: a loss left out, the other formulation, other network cells.

    Finished rows are kept beside the JSON file (NAME.rows.json): an interrupted run goes on where it stopped.

    Parameters
    ----------
    data
        Folder of CSV + JSON pairs, one per cycle (see docs/formats.md).
    json
        File to write the figures to.
    only
        Names of variants: loss terms, paper, or cells (gru, bilstm, tcn); default all. The full method is always there.
    steps
        Training steps of each variant, instead of the configuration's.
    seed
        Seed of training, instead of the configuration's.
    config_file
        Configuration of the full method, to read instead of the options below.
    config
        How the full method is trained.
    """
    full = choose_config(config_file, config)
    given = {name: value for name, value in (("steps", steps), ("seed", seed)) if value is not None}
    full = replace(full, training=replace(full.training, **given))
    found = benchmark.run(data, full, only, keep=benchmark.finished_rows_file(json), show=_bar)
    results.write(json, found)
    Console().print(render(found))


def _bar(variant: Variant) -> ShowProgress:
    return partial(training_bar, label=variant.change)
