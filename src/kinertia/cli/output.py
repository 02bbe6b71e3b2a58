"""Everything that an estimate is written to, and what the terminal says about it and about recordings."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from kinertia.api import results
from kinertia.io import parquet
from kinertia.io.extra import install
from kinertia.io.files import write_text
from kinertia.recording import Finding, Severity
from kinertia.reporting import errors_table, overview, pdf, summary
from kinertia.reporting.shown import Shown

COLOURS = {"good": "green", "fair": "yellow", "poor": "red"}
WORDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: ""}
_FIGURE = re.compile(r"(?<!\w)\d+(?:\.\d+)?(?!\w)")
FEW = 4  # so many recordings with the same warning are counted, fewer are named


def planned(folder: Path, name: str, *, csv: bool, as_pdf: bool = False) -> list[Path]:
    """Every file that :func:`write` may write for an estimate of this name.

    RecordingError: a PDF is asked for, and no browser can print one.
    """
    paths = results.planned(folder, name, csv=csv)
    if as_pdf:
        pdf.browser()
        paths.append(paths[-1].with_suffix(".pdf"))
    return paths


def write(folder: Path, shown: Shown, *, csv: bool = False, as_pdf: bool = False) -> list[Path]:
    """:func:`kinertia.api.results.write`; where nothing here can write Parquet, that is said."""
    if not csv and not parquet.available():
        note = f"  the table is written as CSV: Parquet needs polars, which is not installed ({install('polars')})"
        Console(stderr=True).print(Text(note), soft_wrap=True)
    paths = results.write(folder, shown, csv=csv)
    return [*paths, pdf.write(paths[-1].with_suffix(".pdf"), paths[-1])] if as_pdf else paths


def write_json(path: Path, content: dict[str, Any]) -> Path:
    """Write strict JSON: a NaN is an error, not a number."""
    return write_text(path, json.dumps(content, indent=1, allow_nan=False) + "\n")


def show(console: Console, shown: Shown, *, errors: bool = True) -> None:
    """Headline figures, the verdict, errors where there is a reference, warnings and notes."""
    estimate, told = shown.estimate, shown.told
    console.print(Text.assemble("\n", (estimate.name, "bold"), f"  {summary.headline(shown)}"), soft_wrap=True)
    for other in shown.gaits[1:]:
        console.print(Text(f"  and {other.words}, which are in none of these figures"), soft_wrap=True)
    console.print(Text(f"  {told.headline}", COLOURS[told.level]), soft_wrap=True)
    if told.doubts:
        console.print(Text(f"  {told.doubted} (marked in report and table)", "yellow"), soft_wrap=True)
    if estimate.bands.level:
        widths = ", ".join(overview.mean_half_widths(estimate))
        console.print(Text(f"  {100 * estimate.bands.level:.0f} % bands, mean half-width: {widths}"), soft_wrap=True)
    if errors and shown.scores is not None:
        show_errors(console, shown.scores)
    for warning in told.warnings:
        say(console, Severity.WARNING, warning)
    for note in told.notes:
        say(console, Severity.INFO, note)


def show_errors(console: Console, scores: dict[str, Any]) -> None:
    """Root mean square differences as it is and synced, and last the one of the predictor that knows nothing."""
    for errors in errors_table.tables(scores):
        title = f"{errors.title} [{errors.unit}], RMSD over this one recording"
        synced = ["synced"] if errors.synced else []
        headings = ("", "RMSD", "bias", "bias-free", "r", *synced, f"RMSD of {errors.predictor}")
        rows = [
            (row.label, row.rmsd, row.bias, row.unbiased, row.r, *([row.synced] if synced else []), row.trivial)
            for row in errors.rows
        ]
        console.print(table(headings, rows, Text(title)))
    if scores["sync_shift_s"] is not None:
        shift = f"{1000 * scores['sync_shift_s']:+.0f} ms"
        tell(console, f"  synced: after a shift of {shift}, found from the gyroscopes (see docs/metrics.md)")
    if scores["speed_error"] is not None:
        console.print(f"  speed error {scores['speed_error']:.3f} m/s", highlight=False)


def table(
    headings: Sequence[str], rows: Iterable[Sequence[str]], title: Text | str = "", words: Sequence[str] = ("",)
) -> Table:
    """A table under its title; columns whose heading is not one of ``words`` hold figures and end at the right."""
    made = Table(title=title or None, title_justify="left")
    for heading in headings:
        made.add_column(Text(heading), justify="left" if heading in words else "right")
    for row in rows:
        made.add_row(*row)
    return made


def plain_table(headings: Sequence[str], words: Sequence[str], *, no_wrap: bool = False) -> Table:
    """A table without lines; the columns that are named hold words, the others figures."""
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in headings:
        made.add_column(Text(heading), justify="left" if heading in words else "right", no_wrap=no_wrap)
    return made


def tell(console: Console, said: object, style: str = "") -> None:
    """A line as it is, however long: nothing in it is coloured as a figure."""
    console.print(said, style=style or None, highlight=False, soft_wrap=True)


def show_findings(findings: Iterable[Finding], console: Console) -> None:
    """One line for each, from cause to consequence."""
    for finding in findings:
        say(console, finding.severity, finding.sentence)


def say(console: Console, severity: Severity, said: str) -> None:
    """One remark, under the same word and in the same colour wherever one is made."""
    console.print(Text(f"  {WORDS[severity]}: {said}", STYLES[severity]), soft_wrap=True)


def show_shared(console: Console, remarks: Sequence[tuple[str, Sequence[str]]]) -> None:
    """Warnings of recordings, by name; those that differ in figures alone are one: whose they are, and the first one's text."""
    alike: dict[str, list[tuple[str, str]]] = {}
    for name, warnings in remarks:
        for said in warnings:
            alike.setdefault(_FIGURE.sub("#", said), []).append((name, said))
    for remark in alike.values():
        names, texts = [name for name, _ in remark], {said for _, said in remark}
        share = f"all {len(remarks)}" if len(names) == len(remarks) else f"{len(names)} of {len(remarks)}"
        whose = ", ".join(names) if len(names) < FEW else f"{share} recordings"
        differ = f" ({names[0]}; other figures for the others)" if len(texts) > 1 else ""
        say(console, Severity.WARNING, f"{whose}: {remark[0][1]}{differ}" if len(remarks) > 1 else remark[0][1])
