"""Averaged gait cycles with optical motion capture and force plates."""

from __future__ import annotations

from pathlib import Path

from experiments import curves, results
from experiments.methods import MethodName
from experiments.options import AS_USUAL, Shared
from experiments.protocol import QUIET, Context, Found
from experiments.scores import render
from kinertia.io.cycles import read_folder


def cycles(
    data: Path, method: MethodName, report: Path | None = None, learning: Shared = AS_USUAL, context: Context = QUIET
) -> Found:
    """Score a method on averaged gait cycles against optical motion capture.

    Parameters
    ----------
    data
        Folder of CSV + JSON pairs, one per cycle (see docs/formats.md).
    method
        What estimates; learned methods are trained on these recordings, without labels.
    report
        Folder to write curves.html to: estimate against reference, curve by curve.
    learning
        How learned methods are trained, and from which model.
    """
    scored = results.score(read_folder(data), learning.method(method, context), method)
    return Found(scored.results, (render(scored.results), *curves.write(report, scored)))
