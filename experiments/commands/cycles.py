"""``kinertia benchmark cycles``."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from experiments import curves
from experiments import cycles as benchmark
from experiments import results as result_files
from experiments.commands.options import AS_USUAL, Shared
from experiments.methods import MethodName
from experiments.table import render


def cycles(
    data: Path,
    method: MethodName,
    json: Path | None = None,
    report: Path | None = None,
    learning: Shared = AS_USUAL,
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
    learning
        How learned methods are trained, and from which model.
    """
    chosen = learning.method(method)
    scored = benchmark.run(data, chosen, method)
    result_files.write(json, scored.results)
    console = Console()
    console.print(render(scored.results))
    if report is not None:
        curves.write(console, report, scored)
