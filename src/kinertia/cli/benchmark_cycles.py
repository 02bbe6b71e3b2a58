"""``kinertia benchmark cycles``."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from rich.console import Console

from kinertia.benchmark import cycles as benchmark
from kinertia.benchmark import results as result_files
from kinertia.benchmark.methods import METHODS, MethodName
from kinertia.benchmark.table import render


def cycles(data: Path, method: MethodName, json: Path | None = None, seed: int = 0) -> None:
    """Score a method on averaged gait cycles against optical motion capture.

    Parameters
    ----------
    data
        Folder of CSV + JSON pairs, one per cycle (see docs/formats.md).
    method
        What estimates; learned methods are trained on these recordings, without labels.
    json
        File to write the figures to.
    seed
        Makes training repeatable.
    """
    results = benchmark.run(data, partial(METHODS[method], seed=seed), method)
    if json is not None:
        result_files.write(json, results)
    Console().print(render(results))
