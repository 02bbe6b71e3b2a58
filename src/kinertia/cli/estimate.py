"""``kinertia estimate``: one recording; or several, with a line for each, past what fails, and one table over all."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.console import Console

from kinertia.api import models
from kinertia.api.models import Bar
from kinertia.cli import options, output, several
from kinertia.cli.options import ALONE, AS_USUAL, NOTHING_GIVEN, Files, Out, Presented, Presenting, Reading, Shared, Working
from kinertia.cli.progress import samples_bar, working
from kinertia.estimation.muscular import with_muscles
from kinertia.io import inputs
from kinertia.io.outputs import Outputs
from kinertia.reporting.shown import Shown

COMMAND = "kinertia estimate"


def estimate(
    recordings: Files,
    /,
    out: Out = None,
    model: str = "default",
    muscles: bool = False,
    csv: bool = False,
    overwrite: bool = False,
    resume: bool = False,
    workers: Working = ALONE,
    reading: Shared = NOTHING_GIVEN,
    shown: Presented = AS_USUAL,
) -> None:
    """Estimate angles, moments, ground reaction and speed; write OpenSim files, a table and a report.

    Of each recording: NAME_coordinates.mot, NAME_grf.mot, NAME_external_loads.xml, NAME_moments.sto, NAME_estimate.parquet with
    NAME_estimate.json, and NAME_report.html. Several recordings get one summary.csv besides, with a row for each.

    Args:
        recordings: Files of any supported format, or folders of them.
        out: Folder for the results; default NAME_kinertia here (of several files recordings_kinertia).
        model: Folder that `kinertia adapt`, `train`, `export` or `fit` wrote; `default` is the model that comes with the
            package, and its sibling `sparse` where sensors are missing.
        muscles: Forces and activations of eight muscles a leg as well; experimental, see docs/muscles.md.
        csv: Write tables as CSV instead of Parquet, which needs kinertia[train].
        overwrite: Replace what is there already, even if it was not estimated from these recordings; never what is read.
        resume: Of several recordings, leave out those that an interrupted run has finished in OUT, unless files, model or
            options have changed since.
        workers: Where several recordings are estimated.
        reading: What the files do not say themselves; mass and height then hold for all recordings.
        shown: How results are shown.
    """
    files = options.files(recordings, reading)
    read = inputs.of(*recordings, reading.columns, reading.placement, models.folder(model))
    folder = out or options.default_out(recordings)
    asked = _Asked(model, muscles, csv, overwrite, reading, shown, read)
    if len(files) > 1:
        about = several.About(COMMAND, str(recordings[0]), read, overwrite, resume, (model, muscles, csv, reading, shown))
        beside = (reading.columns, reading.placement, models.folder(model))
        several.run(partial(_shown, asked=asked), files, folder, about, beside, workers)
        return
    made, paths = _one(files[0], folder, asked, samples_bar)
    console = Console()
    output.show(console, made)
    for path in paths:
        output.tell(console, f"  {path}")


@dataclass(frozen=True)
class _Asked:
    """Options, and every file that is read."""

    model: str
    muscles: bool
    csv: bool
    overwrite: bool
    reading: Reading
    shown: Presenting
    read: tuple[Path, ...]


def _one(file: Path, folder: Path, asked: _Asked, bar: Bar | None = None) -> tuple[Shown, list[Path]]:
    """Estimate one recording and write everything into a folder; errors as the steps on the way."""
    with nullcontext() if bar is None else working(f"reading and checking {file.name}"):
        measured = options.read(file, asked.reading)
    guard = Outputs(COMMAND, asked.read, measured.source, asked.overwrite)
    planned = output.planned(folder, measured.name, csv=asked.csv, as_pdf=asked.shown.pdf)
    guard.check(planned)
    result = models.estimate(asked.model, measured, bar)
    result = with_muscles(result) if asked.muscles else result
    made = Shown(result, measured, asked.shown.said, asked.shown.knee)
    with guard.writing(planned), nullcontext() if bar is None else working("writing"):
        return made, output.write(folder, made, csv=asked.csv, as_pdf=asked.shown.pdf)


def _shown(file: Path, folder: Path, asked: _Asked) -> Shown:
    return _one(file, folder, asked)[0]
