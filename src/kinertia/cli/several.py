"""Several recordings, each on its own: a line for each, past what fails, one table over all; what is done is not done again."""

from __future__ import annotations

import csv as tables
import io
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from kinertia.api.tables import row
from kinertia.cli import dispatch, output
from kinertia.cli.progress import samples_bar
from kinertia.cluster.kept import Json, kept, mark
from kinertia.cluster.workers import Workers, each
from kinertia.io import inputs
from kinertia.io.files import folded, write_text
from kinertia.io.outputs import RECORDS, Outputs
from kinertia.reporting.shown import Shown

SUMMARY = "summary.csv"
FAILED = "failed"
SHOWN = (  # columns of the table that the line on the screen shows
    ("speed [m/s]", "speed {:.2f} m/s"),
    ("cadence [steps/min]", "cadence {:.0f} steps/min"),
    ("stride length [m]", "stride {:.2f} m"),
    ("knee range [deg]", "knee range {:.0f} deg"),
)
One = Callable[[Path, Path], Shown]
"""Given a recording's file and a folder, writes everything about it there; errors as the steps on the way."""


@dataclass(frozen=True)
class About:
    """What a command was asked for."""

    command: str  # as a user calls it
    source: str  # what the table is said to be of
    read: tuple[Path, ...]  # every file that is read
    overwrite: bool
    resume: bool  # whether what an earlier run finished is left as it is
    options: tuple[object, ...]  # what else results depend on


def run(one: One, files: Sequence[Path], out: Path, about: About, beside: tuple[Path | None, ...], workers: Workers) -> None:
    """Do all files.

    Parameters
    ----------
    one : does one of them; it can be pickled.
    files : of recordings.
    out : folder for results and table.
    about : the command.
    beside : what else is read for every one of them, files or folders.
    workers : where it is done.

    Raises
    ------
    ValueError : some could not be done; all others are written, and so is the table.
    """
    path, console = out / SUMMARY, Console()
    guard = Outputs(about.command, about.read, about.source, about.overwrite)
    guard.check([path])
    rows: list[dict[str, Any]] = []
    remarks: list[tuple[str, Sequence[str]]] = []
    homes = _homes(files, out)
    labels = [file.stem if home == out else f"{home.name}/{file.stem}" for file, home in zip(files, homes, strict=True)]
    failed: list[str] = []
    if not about.resume:
        for file, home in zip(files, homes, strict=True):
            _finished(file, home).unlink(missing_ok=True)
    work = partial(_done, one=one, beside=beside, options=about.options)
    with samples_bar(len(files), "recordings") as advance:
        found = each(work, list(zip(files, homes, strict=True)), workers, lambda item, reason: _failure(item[0], reason))
        for file, label, made in zip(files, labels, found, strict=True):
            rows.append({"file": str(file), **made["row"]})
            remarks.append((label, made["warnings"]))
            if made["row"]["verdict"] == FAILED:
                failed.append(label)
            line = f"{label:<{max(map(len, labels))}}  {_line(made['row'])}"
            console.print(Text(line, output.COLOURS[made["level"]]), soft_wrap=True)
            advance(1)
    output.show_shared(console, remarks)
    with guard.writing([path]):
        write_text(path, _table(rows))
    console.print(Text(f"  {path}"), soft_wrap=True)
    if failed:
        what = about.command.split()[-1].removesuffix("e") + "ed"
        raise ValueError(f"{len(failed)} of {len(files)} recordings could not be {what}: {', '.join(failed)}")


def _done(item: tuple[Path, Path], one: One, beside: tuple[Path | None, ...], options: tuple[object, ...]) -> Json:
    """One recording, where no worker has finished it; what fails is tried again by the next."""
    file, home = item
    try:
        marked = mark(inputs.of(file, *beside), *options)
        return kept(_finished(file, home), marked, lambda: _made(one(file, home)))
    except (ValueError, OSError, ModuleNotFoundError) as error:
        said = dispatch.one_line(error)
        if said is None:
            raise
        return _failure(file, said.removeprefix(f"{file}: ").removeprefix(f"{file}, "))


def _made(shown: Shown) -> Json:
    return {"row": row(shown), "level": shown.told.level, "warnings": shown.told.warnings}


def _failure(file: Path, said: str) -> Json:
    return {"row": {"recording": file.stem, "verdict": FAILED, "warnings": said}, "level": "poor", "warnings": ()}


def _finished(file: Path, home: Path) -> Path:
    """What remembers that a recording is done, beside the records of its results."""
    return home / RECORDS / f"{folded(file.name)}.done.json"


def _homes(files: Sequence[Path], out: Path) -> list[Path]:
    """Where the results of each go: into one folder, and those of one name into separate folders in it."""
    stems = [folded(file.stem) for file in files]
    twice = {stem for stem, count in Counter(stems).items() if count > 1}
    return [out / file.resolve().parent.name if stem in twice else out for file, stem in zip(files, stems, strict=True)]


def _line(row: Json) -> str:
    if row["verdict"] == FAILED:
        return f"{FAILED}: {row['warnings']}"
    figures = [form.format(row[column]) for column, form in SHOWN if column in row]
    return f"{row['verdict']}; {', '.join(figures) or 'no strides found'}"


def _table(rows: Sequence[Json]) -> str:
    """CSV with every column that some row has; what a recording has not is an empty cell."""
    columns = dict.fromkeys(column for row in sorted(rows, key=len, reverse=True) for column in row)
    text = io.StringIO()
    writer = tables.DictWriter(text, list(columns), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
