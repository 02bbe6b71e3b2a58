"""``kinertia benchmark simulated``."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from experiments import people as simulated_people
from experiments import results as result_files
from experiments import simulated as benchmark
from experiments.commands.options import AS_USUAL, Shared
from experiments.methods import MethodName
from experiments.table import render_means
from kinertia.cli.progress import recordings_bar
from kinertia.simulation.plan import RECORDINGS

PEOPLE = 20


def simulated(
    method: MethodName = "pretrained",
    json: Path | None = None,
    people: int | None = None,
    data: Path | None = None,
    only: tuple[str, ...] = (),
    jobs: int = 2,
    learning: Shared = AS_USUAL,
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
    learning
        How learned methods are trained, and from which model.
    """
    chosen = learning.method(method)
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
    result_files.write(json, results)
    Console().print(render_means(results))
