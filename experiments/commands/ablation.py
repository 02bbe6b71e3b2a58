"""``kinertia benchmark ablation``."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from rich.console import Console

from experiments import ablation as benchmark
from experiments import results
from experiments.ablation import Variant
from experiments.ablation_table import render
from experiments.commands.options import AS_USUAL, Shared
from experiments.progress import ShowProgress
from kinertia.cli.progress import training_bar


def ablation(
    data: Path,
    json: Path,
    only: tuple[str, ...] = (),
    learning: Shared = AS_USUAL,
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
    learning
        How the full method is trained.
    """
    found = benchmark.run(data, learning.configuration, only, keep=benchmark.finished_rows_file(json), show=_bar)
    results.write(json, found)
    Console().print(render(found))


def _bar(variant: Variant) -> ShowProgress:
    return partial(training_bar, label=variant.change)
