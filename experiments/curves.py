"""The page of curves of an experiment: estimate against reference, trial by trial."""

from __future__ import annotations

from pathlib import Path

from experiments import comparison
from experiments.results import Scored


def write(folder: Path | None, scored: Scored) -> tuple[str, ...]:
    """Write the curves into a folder, where there is one, and say where."""
    if folder is None:
        return ()
    trials = [
        comparison.Trial(recording, estimate, scored.results["trials"][recording.name])
        for recording, estimate in zip(scored.recordings, scored.estimates, strict=True)
    ]
    folder.mkdir(parents=True, exist_ok=True)
    return (f"curves: {comparison.write(folder / 'curves.html', scored.results['method'], trials)}",)
