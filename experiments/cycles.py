"""Benchmark on averaged gait cycles with optical motion capture and force plates."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments import results
from kinertia.estimation.estimate import Estimate
from kinertia.io import cycles
from kinertia.recording import Recording
from kinertia.recording.errors import RecordingError
from kinertia.sensing import normative, strapdown


@dataclass(frozen=True)
class Scored:
    """Results, and the recordings (with truth) and estimates that they are about, in the same order."""

    results: dict[str, Any]
    recordings: list[Recording]
    estimates: list[Estimate]


def run(folder: Path, method: Callable[[list[Recording]], list[Estimate]], name: str) -> Scored:
    """Estimate and score every cycle in a folder.

    Parameters
    ----------
    folder : CSV + JSON pairs, one per averaged gait cycle.
    method : called once with all recordings, stripped of truth.
    name : name of the method.

    Returns
    -------
    Scored; for its results see :func:`experiments.results.collect`.

    Raises
    ------
    RecordingError : a file cannot be used, or the method cannot use it.
    """
    return score(cycles.read_folder(folder), method, name)


def score(recordings: list[Recording], method: Callable[[list[Recording]], list[Estimate]], name: str) -> Scored:
    """Estimate and score recordings that are in segment frames; parameters and errors as for :func:`run`."""
    blind = [recording.without_truth() for recording in recordings]
    start = time.perf_counter()
    estimates = method(blind)
    seconds = time.perf_counter() - start
    found = results.collect(
        name,
        recordings,
        estimates,
        [_if_possible(strapdown.solve, recording) for recording in blind],
        [_if_possible(normative.solve, recording) for recording in blind],
        seconds,
    )
    return Scored(found, recordings, estimates)


def _if_possible(solve: Callable[[Recording], Estimate], recording: Recording) -> Estimate | None:
    """The baseline or rival; None where a recording has too few sensors for it (shown as null)."""
    try:
        return solve(recording)
    except RecordingError:
        return None
