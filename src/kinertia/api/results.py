"""Everything that an estimate is written to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from kinertia.io import parquet, stored, write_opensim, write_table
from kinertia.io.files import write_text
from kinertia.reporting import before_after, page, pdf
from kinertia.reporting.shown import Shown


def planned(folder: Path, name: str, *, csv: bool) -> list[Path]:
    """Every file that :func:`write` may write for an estimate of this name."""
    endings = (*write_opensim.ENDINGS, f"estimate.{_table(csv=csv)}", "estimate.json", "report.html")
    return [folder / f"{name}_{ending}" for ending in endings]


def write(folder: Path, shown: Shown, *, csv: bool = False) -> list[Path]:
    """Write OpenSim files, one table with what it cannot hold beside it, and the report into a folder; returns the paths.

    The folder is made when absent. The table is CSV where that is asked for, or nothing here can write Parquet.
    """
    folder.mkdir(parents=True, exist_ok=True)
    start = folder / shown.estimate.name
    return [
        *write_opensim.write(folder, shown.estimate),
        write_table.write(Path(f"{start}_estimate.{_table(csv=csv)}"), shown.estimate, shown.knee),
        stored.write(Path(f"{start}{stored.ENDING}"), shown),
        report(Path(f"{start}_report.html"), [shown]),
    ]


def report(path: Path, shown: Sequence[Shown]) -> Path:
    """Write the report of an estimate, or of two side by side; as PDF where the path says so."""
    if path.suffix.lower() == ".pdf":
        pdf.browser()
        with TemporaryDirectory() as folder:
            return pdf.write(path, report(Path(folder) / "report.html", shown))
    return write_text(path, page.render(*shown) if len(shown) == 1 else before_after.render(*shown))


def _table(*, csv: bool) -> str:
    return "csv" if csv or not parquet.available() else "parquet"
