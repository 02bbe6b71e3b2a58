"""``kinertia estimate``: one recording; or several, with a line for each, past what fails, and one table over all."""

from __future__ import annotations

import csv as tables
import io
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from kinertia.api import models
from kinertia.api.models import Bar
from kinertia.api.tables import row
from kinertia.cli import dispatch, options, output
from kinertia.cli.options import AS_USUAL, NOTHING_GIVEN, Files, Out, Presented, Presenting, Reading, Shared
from kinertia.cli.progress import samples_bar, working
from kinertia.estimation.muscular import with_muscles
from kinertia.io import inputs
from kinertia.io.files import folded, write_text
from kinertia.io.outputs import Outputs
from kinertia.reporting.shown import Shown

COMMAND = "kinertia estimate"
SUMMARY = "summary.csv"
FAILED = "failed"
SHOWN = (  # columns of the table that the line on the screen shows
    ("speed [m/s]", "speed {:.2f} m/s"),
    ("cadence [steps/min]", "cadence {:.0f} steps/min"),
    ("stride length [m]", "stride {:.2f} m"),
    ("knee range [deg]", "knee range {:.0f} deg"),
)


def estimate(
    recordings: Files,
    /,
    out: Out = None,
    model: str = "default",
    muscles: bool = False,
    csv: bool = False,
    overwrite: bool = False,
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
        reading: What the files do not say themselves; mass and height then hold for all recordings.
        shown: How results are shown.
    """
    files = options.files(recordings, reading)
    read = inputs.of(*recordings, reading.columns, reading.placement, models.folder(model))
    asked = _Asked(out or options.default_out(recordings), model, muscles, csv, overwrite, reading, shown, read)
    if len(files) > 1:
        _several(files, asked, str(recordings[0]))
        return
    made, paths = _one(files[0], asked.out, asked, samples_bar)
    console = Console()
    output.show(console, made)
    for path in paths:
        output.tell(console, f"  {path}")


@dataclass(frozen=True)
class _Asked:
    """Options, and every file that is read."""

    out: Path
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


def _several(files: Sequence[Path], asked: _Asked, source: str) -> None:
    """Estimate all files; ``source`` is what the table is said to be of.

    ValueError: some could not be estimated; all others are written, and so is the table.
    """
    path, console = asked.out / SUMMARY, Console()
    guard = Outputs(COMMAND, asked.read, source, asked.overwrite)
    guard.check([path])
    rows: list[dict[str, Any]] = []
    remarks: list[tuple[str, Sequence[str]]] = []
    homes = _homes(files, asked.out)
    labels = [file.stem if home == asked.out else f"{home.name}/{file.stem}" for file, home in zip(files, homes, strict=True)]
    failed: list[str] = []
    with samples_bar(len(files), "recordings") as advance:
        for file, home, label in zip(files, homes, labels, strict=True):
            try:
                made, _ = _one(file, home, asked)
            except (ValueError, OSError, ModuleNotFoundError) as error:
                said = dispatch.one_line(error)
                if said is None:
                    raise
                level, said = "poor", said.removeprefix(f"{file}: ").removeprefix(f"{file}, ")
                failed.append(label)
                remarks.append((label, ()))
                rows.append({"file": str(file), "recording": file.stem, "verdict": FAILED, "warnings": said})
            else:
                level, said = made.told.level, ""
                rows.append({"file": str(file), **row(made)})
                remarks.append((label, made.told.warnings))
            line = f"{label:<{max(map(len, labels))}}  {_line(rows[-1])}{said}"
            console.print(Text(line, output.COLOURS[level]), soft_wrap=True)
            advance(1)
    output.show_shared(console, remarks)
    with guard.writing([path]):
        write_text(path, _table(rows))
    console.print(Text(f"  {path}"), soft_wrap=True)
    if failed:
        raise ValueError(f"{len(failed)} of {len(files)} recordings could not be estimated: {', '.join(failed)}")


def _homes(files: Sequence[Path], out: Path) -> list[Path]:
    """Where the results of each go: into one folder, and those of one name into separate folders in it."""
    stems = [folded(file.stem) for file in files]
    return [out / file.resolve().parent.name if stems.count(stem) > 1 else out for file, stem in zip(files, stems, strict=True)]


def _line(row: dict[str, Any]) -> str:
    figures = [form.format(row[column]) for column, form in SHOWN if column in row]
    if row["verdict"] == FAILED:
        return f"{FAILED}: "
    return f"{row['verdict']}; {', '.join(figures) or 'no strides found'}"


def _table(rows: Sequence[dict[str, Any]]) -> str:
    """CSV with every column that some row has; what a recording has not is an empty cell."""
    columns = dict.fromkeys(column for row in sorted(rows, key=len, reverse=True) for column in row)
    text = io.StringIO()
    writer = tables.DictWriter(text, list(columns), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
