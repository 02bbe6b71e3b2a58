"""Everything that an estimate is written to, and what the terminal says about it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from kinertia import report
from kinertia.estimation.estimate import Estimate
from kinertia.io import write_opensim, write_table
from kinertia.metrics import scoring
from kinertia.recording import Recording
from kinertia.report import errors_table, gait, summary


def write(
    folder: Path, estimate: Estimate, recording: Recording, *, csv: bool = False, page: str = "report.html"
) -> list[Path]:
    """Write OpenSim files, one table and the report into a folder; returns the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    table = folder / f"{estimate.name}.{'csv' if csv else 'parquet'}"
    return [
        *write_opensim.write(folder, estimate),
        write_table.write(table, estimate),
        report.write(folder / "report.html", estimate, recording, recording.truth),
    ]


def show(console: Console, estimate: Estimate, recording: Recording) -> None:
    """Headline figures, the residual's verdict, errors where there is a reference, warnings."""
    found = gait.find(estimate, periodic=recording.periodic)
    tiles = summary.tiles(estimate, found, periodic=recording.periodic)
    facts = ", ".join(f"{tile.label.lower()} {tile.value} {tile.unit}" for tile in tiles)
    console.print(Text.assemble("\n", (estimate.name, "bold"), f"  {facts}"))
    verdict = summary.verdict(estimate)
    if verdict is not None:
        console.print(
            f"  equations of motion: {verdict.word}, residual {verdict.force_bw:.3f} BW and {verdict.moment_bwbh:.4f} BWBH",
            highlight=False,
        )
    if recording.truth is not None:
        show_errors(console, estimate, recording)
    for warning in dict.fromkeys((*recording.warnings, *estimate.warnings)):
        console.print(Text(f"  warning: {warning}", style="yellow"))


def show_errors(console: Console, estimate: Estimate, recording: Recording) -> None:
    """Errors against the reference beside the predictors that know nothing."""
    scores: dict[str, Any] = scoring.figures(estimate, recording) | {"trivial": scoring.trivial_figures(recording)}
    for errors in errors_table.tables(scores):
        table = Table(title=Text(f"{errors.title} [{errors.unit}], this one recording, as it is"), title_justify="left")
        table.add_column("")
        for heading in ("RMSD", "bias", "bias-free RMSD", "r", f"RMSD of {errors.predictor}"):
            table.add_column(heading, justify="right")
        for row in errors.rows:
            table.add_row(row.label, row.rmsd, row.bias, row.unbiased, row.r, row.trivial)
        console.print(table)
    if scores["speed_error"] is not None:
        console.print(f"  speed error {scores['speed_error']:.3f} m/s", highlight=False)
