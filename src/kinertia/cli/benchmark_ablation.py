"""``kinertia benchmark ablation``."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from pathlib import Path

from rich.console import Console

from kinertia.benchmark import ablation as benchmark
from kinertia.benchmark import results
from kinertia.benchmark.ablation import Variant
from kinertia.benchmark.ablation_table import render
from kinertia.cli.progress import training_bar
from kinertia.learning import config as configuration
from kinertia.learning.config import Config
from kinertia.learning.training import Progress


def ablation(
    data: Path,
    json: Path,
    steps: int | None = None,
    only: tuple[str, ...] = (),
    seed: int = 0,
    config_file: Path | None = None,
) -> None:
    """Score the method with one part changed at a time: a loss left out, the other formulation, other network cells.

    Finished rows are kept beside the JSON file (NAME.rows.json): an interrupted run goes on where it stopped.

    Parameters
    ----------
    data : folder of CSV + JSON pairs, one per averaged gait cycle (see docs/formats.md).
    json : file to write the figures to.
    steps : training steps of each variant; default as in the configuration.
    only : names of variants: loss terms, paper, or cells (gru, bilstm, tcn); default all. The full method is always included.
    seed : makes training repeatable.
    config_file : configuration of the full method; default the built-in one.
    """
    config = Config() if config_file is None else configuration.load(config_file)
    training = replace(config.training, seed=seed, steps=config.training.steps if steps is None else steps)
    found = benchmark.run(
        data,
        replace(config, training=training),
        only,
        keep=benchmark.finished_rows_file(json),
        show=_bar,
    )
    results.write(json, found)
    Console().print(render(found))


def _bar(variant: Variant) -> Callable[[int], AbstractContextManager[Progress | None]]:
    return partial(training_bar, label=variant.change)
