"""Estimating one recording, as the command line asks for it."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kinertia.cli import options
from kinertia.cli.options import Reading
from kinertia.cli.presenting import Shown
from kinertia.cli.progress import working

if TYPE_CHECKING:
    from kinertia.api.models import Bar
    from kinertia.api.results import Scores
    from kinertia.estimation.estimate import Estimate
    from kinertia.recording import Recording

COMMAND = "kinertia estimate"


@dataclass(frozen=True)
class Asked:
    """Options, and every file that is read."""

    out: Path
    model: str
    csv: bool
    overwrite: bool
    reading: Reading
    shown: Shown
    read: tuple[Path, ...]


@dataclass(frozen=True)
class Made:
    """An estimate, what it is of, its errors where there is a reference, and where it was written."""

    estimate: Estimate
    recording: Recording
    scores: Scores | None
    paths: list[Path]


def one(file: Path, folder: Path, asked: Asked, bar: Bar | None = None) -> Made:
    """Estimate one recording and write everything into a folder; errors as the steps on the way."""
    from kinertia.api import models
    from kinertia.cli import output
    from kinertia.io.outputs import Outputs
    from kinertia.metrics.scoring import score_single

    with nullcontext() if bar is None else working(f"reading and checking {file.name}"):
        measured = options.read(file, asked.reading)
    guard = Outputs(COMMAND, asked.read, measured.source, asked.overwrite)
    planned = output.planned(folder, measured.name, asked.shown, csv=asked.csv)
    guard.check(planned)
    result = models.estimate(asked.model, measured, bar)
    scores = score_single(result, measured)
    with guard.writing(planned), nullcontext() if bar is None else working("writing"):
        paths = output.write(folder, result, measured, scores, asked.shown, csv=asked.csv)
    return Made(result, measured, scores, paths)
