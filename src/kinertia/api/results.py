"""Everything that an estimate is written to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from kinertia.estimation.convention import Knee
from kinertia.estimation.estimate import Estimate
from kinertia.io import parquet, stored, write_opensim, write_table
from kinertia.io.stored import Session, Stored
from kinertia.metrics.scoring import score_single
from kinertia.recording import Recording
from kinertia.reporting import before_after, page, pdf
from kinertia.reporting.before_after import Side
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
    scores : those of :func:`kinertia.metrics.scoring.score_single`.
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
        page.write(Path(f"{start}_report.html"), estimate, recording, scores, session=session, knee=knee),
    ]


def report(
    path: Path,
    shown: Sequence[Stored],
    labels: Sequence[str] = (),
    *,
    session: Session = NOTHING_SAID,
    knee: Knee = Knee.FLEXION,
) -> Path:
    """Write the report of an estimate, or of two side by side, under their labels; as PDF where the path says so."""
    if path.suffix.lower() == ".pdf":
        pdf.browser()
        with TemporaryDirectory() as folder:
            return pdf.write(path, report(Path(folder) / "report.html", shown, labels, session=session, knee=knee))
    scores = [score_single(one.estimate, one.recording) for one in shown]
    if len(shown) == 1:
        (one,), (figures,) = shown, scores
        return page.write(path, one.estimate, one.recording, figures, session=session, knee=knee)
    before, after = (
        Side(label, one.estimate, one.recording, figures) for label, one, figures in zip(labels, shown, scores, strict=True)
    )
    return before_after.write(path, before, after, session=session, knee=knee)


def _table(*, csv: bool) -> str:
    return "csv" if csv or not parquet.available() else "parquet"
