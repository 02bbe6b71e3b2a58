"""The page of curves of an experiment: estimate against reference, trial by trial."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.text import Text

from experiments.cycles import Scored
from kinertia.reporting import comparison


def write(console: Console, folder: Path, scored: Scored) -> None:
    """Write the curves into ``folder`` and say where."""
    trials = [
        comparison.Trial(recording, estimate, scored.results["trials"][recording.name])
        for recording, estimate in zip(scored.recordings, scored.estimates, strict=True)
    ]
    folder.mkdir(parents=True, exist_ok=True)
    path = comparison.write(folder / "curves.html", scored.results["method"], trials)
    console.print(Text(f"curves: {path}"))
