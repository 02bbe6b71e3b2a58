"""Several recordings at once: a line for each, past what fails, and one table over all."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from kinertia.api import tables
from kinertia.cli import findings, missing, output, single
from kinertia.cli.progress import samples_bar
from kinertia.cli.single import COMMAND, Asked
from kinertia.estimation import verdict
from kinertia.io.files import folded, write_text
from kinertia.io.outputs import Outputs

SUMMARY = "summary.csv"
FAILED = "failed"
SHOWN = (
    ("speed [m/s]", "speed {:.2f} m/s"),
    ("cadence [steps/min]", "cadence {:.0f} steps/min"),
    ("stride length [m]", "stride {:.2f} m"),
    ("knee range [deg]", "knee range {:.0f} deg"),
)
"""Columns of the table that the line on the screen shows."""


def run(files: Sequence[Path], asked: Asked, source: str) -> None:
    """Estimate all files; ``source`` is what the table is said to be of.

    Raises
    ------
    ValueError : some could not be estimated; all others are written, and so is the table.
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
                made = single.one(file, home, asked)
            except (ValueError, OSError, ModuleNotFoundError) as error:
                said = missing.one_line(error)
                if said is None:
                    raise
                level, said = "poor", said.removeprefix(f"{file}: ").removeprefix(f"{file}, ")
                failed.append(label)
                remarks.append((label, ()))
                rows.append({"file": str(file), "recording": file.stem, "verdict": FAILED, "warnings": said})
            else:
                told = verdict.of(made.estimate, made.recording)
                level, said = told.level, ""
                rows.append({"file": str(file), **tables.row(made.estimate, made.recording)})
                remarks.append((label, told.warnings))
            line = f"{label:<{max(map(len, labels))}}  {_line(rows[-1])}{said}"
            console.print(Text(line, output.COLOURS[level]), soft_wrap=True)
            advance(1)
    findings.show_shared(console, remarks)
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
    writer = csv.DictWriter(text, list(columns), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
