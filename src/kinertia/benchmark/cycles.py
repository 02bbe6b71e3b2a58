"""Benchmark on averaged gait cycles with optical motion capture and force plates."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kinertia.benchmark import normative, results
from kinertia.estimation.estimate import Estimate
from kinertia.io import cycles
from kinertia.recording import Recording
from kinertia.recording.errors import RecordingError
from kinertia.sensing import strapdown


def run(folder: Path, method: Callable[[list[Recording]], list[Estimate]], name: str) -> dict[str, Any]:
    """Estimate and score every cycle in a folder.

    Parameters
    ----------
    folder : CSV + JSON pairs, one per averaged gait cycle.
    method : called once with all recordings, stripped of truth.
    name : name of the method.

    Returns
    -------
    See :func:`kinertia.benchmark.results.collect`.

    Raises
    ------
    RecordingError : a file cannot be used, or the method cannot use it.
    """
    recordings = cycles.read_folder(folder)
    blind = [recording.without_truth() for recording in recordings]
    start = time.perf_counter()
    estimates = method(blind)
    seconds = time.perf_counter() - start
    return results.collect(
        name,
        recordings,
        estimates,
        [if_possible(strapdown.solve, recording) for recording in blind],
        [if_possible(normative.solve, recording) for recording in blind],
        seconds,
    )


def if_possible(solve: Callable[[Recording], Estimate], recording: Recording) -> Estimate | None:
    """The baseline or rival; None where a recording has too few sensors for it (shown as null)."""
    try:
        return solve(recording)
    except RecordingError:
        return None
