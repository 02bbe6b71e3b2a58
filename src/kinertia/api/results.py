"""Everything that an estimate is written to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kinertia.estimation.estimate import Estimate
from kinertia.io import parquet, write_opensim, write_table
from kinertia.recording import Recording
from kinertia.reporting import page

Scores = dict[str, Any]


def planned(folder: Path, name: str, *, csv: bool) -> list[Path]:
    """Every file that :func:`write` may write for an estimate of this name."""
    endings = (*write_opensim.ENDINGS, f"estimate.{_table(csv=csv)}", "report.html")
    return [folder / f"{name}_{ending}" for ending in endings]


def write(folder: Path, estimate: Estimate, recording: Recording, scores: Scores | None, *, csv: bool = False) -> list[Path]:
    """Write OpenSim files, one table and the report into a folder; returns the paths.

    ``scores`` are those of :func:`kinertia.benchmark.single.score_single`. The table is Parquet unless ``csv`` asks otherwise
    or nothing here can write it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return [
        *write_opensim.write(folder, estimate),
        write_table.write(folder / f"{estimate.name}_estimate.{_table(csv=csv)}", estimate),
        page.write(folder / f"{estimate.name}_report.html", estimate, recording, recording.truth, scores),
    ]


def _table(*, csv: bool) -> str:
    return "csv" if csv or not parquet.available() else "parquet"
