"""``kinertia benchmark cycles``."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from kinertia.benchmark import cycles as benchmark
from kinertia.benchmark import methods
from kinertia.benchmark import results as result_files
from kinertia.benchmark.methods import MethodName
from kinertia.benchmark.table import render
from kinertia.cli import output
from kinertia.cli.options import DEFAULT, choose_config
from kinertia.cli.progress import training_bar
from kinertia.learning.config import Config


def cycles(
    data: Path,
    method: MethodName,
    json: Path | None = None,
    report: Path | None = None,
    model: str | None = None,
    seed: int | None = None,
    config_file: Path | None = None,
    config: Config = DEFAULT,
) -> None:
    """Score a method on averaged gait cycles against optical motion capture.

    Parameters
    ----------
    data
        Folder of CSV + JSON pairs, one per cycle (see docs/formats.md).
    method
        What estimates; learned methods are trained on these recordings, without labels.
    json
        File to write the figures to.
    report
        Folder to write curves.html to: estimate against reference, curve by curve.
    model
        Model of the methods pretrained and adapted: a folder that `kinertia train` wrote, instead of the
        model that comes with the package.
    seed
        Seed of training, instead of the configuration's.
    config_file
        Configuration of learned methods, to read instead of the options below.
    config
        How learned methods are trained; for the method adapted, settings not given are the model's.
    """
    wanted = choose_config(config_file, config)
    chosen = methods.choose(method, wanted.training.seed if seed is None else seed, wanted, training_bar, model)
    scored = benchmark.run(data, chosen, method)
    if json is not None:
        result_files.write(json, scored.results)
    console = Console()
    console.print(render(scored.results))
    if report is not None:
        output.write_curves(console, report, scored)
