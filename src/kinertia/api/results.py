"""Everything that an estimate is written to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kinertia.estimation.convention import Knee
from kinertia.estimation.estimate import Estimate
from kinertia.io import parquet, stored, write_opensim, write_table
from kinertia.io.stored import Session, Stored
from kinertia.recording import Recording
from kinertia.reporting import page
from kinertia.reporting.page import NOTHING_SAID

Scores = dict[str, Any]


def planned(folder: Path, name: str, *, csv: bool) -> list[Path]:
    """Every file that :func:`write` may write for an estimate of this name."""
    endings = (*write_opensim.ENDINGS, f"estimate.{_table(csv=csv)}", "estimate.json", "report.html")
    return [folder / f"{name}_{ending}" for ending in endings]


def write(
    folder: Path,
    estimate: Estimate,
    recording: Recording,
    scores: Scores | None,
    session: Session = NOTHING_SAID,
    knee: Knee = Knee.FLEXION,
    *,
    csv: bool = False,
) -> list[Path]:
    """Write OpenSim files, one table with what it cannot hold beside it, and the report into a folder; returns the paths.

    Parameters
    ----------
    folder : made when absent.
    estimate, recording : the result, and what it is of.
    scores : those of :func:`kinertia.benchmark.single.score_single`.
    session : heading and notes of the user.
    knee : what is positive at the knee, in table and report.
    csv : a table in CSV; otherwise Parquet, unless nothing here can write it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    start = folder / estimate.name
    return [
        *write_opensim.write(folder, estimate),
        write_table.write(Path(f"{start}_estimate.{_table(csv=csv)}"), estimate, knee),
        stored.write(Path(f"{start}{stored.ENDING}"), Stored(estimate, recording, session, knee)),
        page.write(Path(f"{start}_report.html"), estimate, recording, recording.truth, scores, session=session, knee=knee),
    ]


def _table(*, csv: bool) -> str:
    return "csv" if csv or not parquet.available() else "parquet"
