"""Everything that an estimate is written to, and what the terminal says about it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from kinertia.api import results
from kinertia.api.results import Scores
from kinertia.cli import findings
from kinertia.cli.presenting import AS_USUAL, Presenting
from kinertia.estimation import spatiotemporal, verdict
from kinertia.estimation.estimate import Estimate
from kinertia.io import parquet
from kinertia.io.extra import INSTALL
from kinertia.io.files import write_text
from kinertia.recording import Recording, Severity
from kinertia.reporting import errors_table, overview, pdf, summary

COLOURS = {"good": "green", "fair": "yellow", "poor": "red"}


def planned(folder: Path, name: str, shown: Presenting = AS_USUAL, *, csv: bool) -> list[Path]:
    """Every file that :func:`write` may write for an estimate of this name.

    Raises
    ------
    RecordingError : a PDF is asked for, and no browser can print one.
    """
    paths = results.planned(folder, name, csv=csv)
    if shown.pdf:
        pdf.browser()
        paths.append(paths[-1].with_suffix(".pdf"))
    return paths


def write(
    folder: Path,
    estimate: Estimate,
    recording: Recording,
    scores: Scores | None,
    shown: Presenting = AS_USUAL,
    *,
    csv: bool = False,
) -> list[Path]:
    """:func:`kinertia.api.results.write`; where nothing here can write Parquet, that is said."""
    if not csv and not parquet.available():
        note = f"  the table is written as CSV: Parquet needs polars, which is not installed ({INSTALL})"
        Console(stderr=True).print(Text(note), soft_wrap=True)
    paths = results.write(folder, estimate, recording, scores, shown.said, shown.knee, csv=csv)
    return [*paths, pdf.write(paths[-1].with_suffix(".pdf"), paths[-1])] if shown.pdf else paths


def write_json(path: Path, content: dict[str, Any]) -> Path:
    """Write strict JSON: a NaN is an error, not a number."""
    return write_text(path, json.dumps(content, indent=1, allow_nan=False) + "\n")


def show(console: Console, estimate: Estimate, recording: Recording, scores: Scores | None) -> None:
    """Headline figures, the verdict, errors where there is a reference, warnings and notes."""
    told = verdict.of(estimate, recording)
    gaits = spatiotemporal.of(estimate, periodic=recording.periodic, judged=told.strides)
    facts = summary.headline(estimate, gaits)
    console.print(Text.assemble("\n", (estimate.name, "bold"), f"  {facts}"), soft_wrap=True)
    for other in gaits[1:]:
        console.print(Text(f"  and {other.words}, which are in none of these figures"), soft_wrap=True)
    console.print(Text(f"  {told.headline}", COLOURS[told.level]), soft_wrap=True)
    if told.doubts:
        console.print(Text(f"  {told.doubted} (marked in report and table)", "yellow"), soft_wrap=True)
    if estimate.bands.level:
        widths = ", ".join(overview.mean_half_widths(estimate))
        console.print(Text(f"  {100 * estimate.bands.level:.0f} % bands, mean half-width: {widths}"), soft_wrap=True)
    if scores is not None:
        show_errors(console, scores)
    for warning in told.warnings:
        findings.show(console, Severity.WARNING, warning)
    for note in told.notes:
        findings.show(console, Severity.INFO, note)


def show_errors(console: Console, scores: Scores) -> None:
    """Root mean square differences as it is and synced, and last the one of the predictor that knows nothing."""
    for errors in errors_table.tables(scores):
        table = Table(title=Text(f"{errors.title} [{errors.unit}], RMSD over this one recording"), title_justify="left")
        table.add_column("")
        headings = [
            "RMSD",
            "bias",
            "bias-free",
            "r",
            *(["synced"] if errors.synced else []),
            f"RMSD of {errors.predictor}",
        ]
        for heading in headings:
            table.add_column(heading, justify="right")
        for row in errors.rows:
            table.add_row(
                row.label, row.rmsd, row.bias, row.unbiased, row.r, *([row.synced] if errors.synced else []), row.trivial
            )
        console.print(table)
    if scores["sync_shift_s"] is not None:
        shift = f"{1000 * scores['sync_shift_s']:+.0f} ms"
        console.print(
            f"  synced: after a shift of {shift}, found from the gyroscopes (see docs/metrics.md)",
            highlight=False,
            soft_wrap=True,
        )
    if scores["speed_error"] is not None:
        console.print(f"  speed error {scores['speed_error']:.3f} m/s", highlight=False)
