"""``kinertia benchmark simulated``."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from kinertia.benchmark import methods
from kinertia.benchmark import people as simulated_people
from kinertia.benchmark import results as result_files
from kinertia.benchmark import simulated as benchmark
from kinertia.benchmark.methods import MethodName
from kinertia.benchmark.table import render_means
from kinertia.cli.options import DEFAULT, choose_config
from kinertia.cli.progress import recordings_bar, training_bar
from kinertia.learning.config import Config
from kinertia.simulation.plan import RECORDINGS

PEOPLE = 20


def simulated(
    method: MethodName = "pretrained",
    json: Path | None = None,
    people: int | None = None,
    data: Path | None = None,
    only: tuple[str, ...] = (),
    jobs: int = 2,
    model: str | None = None,
    seed: int | None = None,
    config_file: Path | None = None,
    config: Config = DEFAULT,
) -> None:
    """Score a method on simulated people that no shipped model was trained on, against the exact truth.

    Parameters
    ----------
    method
        What estimates; learned methods are trained on each person's recordings, without labels.
    json
        File to write the figures to.
    people
        Number of people; default 20, or all in the folder given with --data.
    data
        Folder of simulated people that `kinertia simulate` wrote; default the benchmark's own, which are
        made once, which takes about two minutes a person and process, and kept in the user's cache.
    only
        Names of the recordings to score, for example walk_2 run_2; default all.
    jobs
        Processes that make the benchmark's own people.
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
    status = Console(stderr=True)
    folder, count = data, people
    if folder is None:
        folder, count = simulated_people.cache(), people or PEOPLE
        status.print(f"simulated people: {folder}", highlight=False, soft_wrap=True)
        recordings = only or tuple(RECORDINGS)
        with recordings_bar(count * len(recordings)) as show:
            warnings = simulated_people.make(folder, count, recordings=recordings, jobs=jobs, show=show)
        for warning in warnings:
            status.print(f"warning: {warning}", highlight=False, soft_wrap=True)
    results = benchmark.run(folder, chosen, method, count, lambda person: status.print(person, style="dim"), only)
    if json is not None:
        result_files.write(json, results)
    Console().print(render_means(results))
