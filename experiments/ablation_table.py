"""An ablation as a table for the terminal."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from experiments.ablation import FULL
from experiments.results import Json
from kinertia.metrics.summary import SUMMARISED

_HEADINGS = {
    "angle_rmsd_deg": "angle\n[deg]",
    "moment_rmsd_bwbh": "moment\n[BWBH%]",
    "grf_rmsd_bw": "GRF\n[BW%]",
    "speed_error": "speed\n[m/s]",
}


def render(ablation: Json) -> Table:
    """Errors of every variant of :func:`experiments.ablation.run`, with the difference from the full method."""
    conditions, training = ablation["conditions"], ablation["config"]["training"]
    people = f"{conditions['people']} {'person' if conditions['people'] == 1 else 'people'}"
    table = Table(
        title=f"{people}, {conditions['trials']} trials of {conditions['signals']}, {training['steps']} steps, "
        f"seed {training['seed']}; RMSD, below it the difference from the full method",
        title_justify="left",
        box=None,
        pad_edge=False,
    )
    table.add_column("change", min_width=18)
    for label in ("as is", "synced"):
        for field in SUMMARISED:
            if not (label == "synced" and field == "speed_error"):
                table.add_column(Text(f"{_HEADINGS[field]}\n{label}"), justify="right", no_wrap=True)
    table.add_column(Text("time\n[s]"), justify="right", no_wrap=True)
    full = next(row for row in ablation["rows"] if row["variant"] == FULL)
    for row in ablation["rows"]:
        cells = [
            _cell(row[part][field], full[part][field], row is full)
            for part in ("mean", "mean_synced")
            for field in SUMMARISED
            if not (part == "mean_synced" and field == "speed_error")
        ]
        table.add_row(row["change"], *cells, f"{row['seconds']:.0f}", style="bold" if row is full else None)
    return table


def _cell(value: float | None, full: float | None, is_full: bool) -> str:
    if value is None:
        return "-"
    return f"{value:.2f}" if is_full or full is None else f"{value:.2f}\n{value - full:+.2f}"
