"""A benchmark's results from scored trials to a JSON file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kinertia.estimation.estimate import Estimate
from kinertia.io.files import write_text
from kinertia.metrics.scoring import score
from kinertia.metrics.summary import summarise
from kinertia.metrics.sync import MAX_SHIFT_S, sync_shift
from kinertia.recording import Recording

Json = dict[str, Any]


def collect(
    method: str,
    recordings: list[Recording],
    estimates: list[Estimate],
    baselines: list[Estimate | None],
    rivals: list[Estimate | None],
    seconds: float,
) -> Json:
    """Score every trial and average.

    Parameters
    ----------
    method : its name.
    recordings : with truth.
    estimates : one per recording, on its samples.
    baselines : strapdown estimates that fix the shift between sensors and reference; None where there is none.
    rivals : population curves, scored beside; None where there is none.
    seconds : training and estimation [s].

    Returns
    -------
    ``method``, ``trials`` (with ``convergence`` where the method solves a problem), ``mean``, ``mean_synced``, the same of the
    population curve as ``normative_mean`` and ``normative_mean_synced``, ``seconds``, and ``conditions``: what the numbers were
    computed over.

    Raises
    ------
    ValueError : estimates do not match the recordings.
    """
    require_same_names(method, recordings, estimates)
    trials: dict[str, Json] = {}
    warnings: list[str] = []
    for recording, estimate, baseline, rival in zip(recordings, estimates, baselines, rivals, strict=True):
        trials[recording.name], notes = score_trial(recording, estimate, baseline, rival)
        warnings.extend(notes)
    signals = "averaged gait cycles" if all(r.periodic for r in recordings) else "raw recordings"
    return assemble(method, trials, seconds, signals, warnings)


def require_same_names(method: str, recordings: list[Recording], estimates: list[Estimate]) -> None:
    """ValueError unless there is one estimate per recording, in order."""
    if [e.name for e in estimates] != [r.name for r in recordings]:
        raise ValueError(f"{method!r} returned estimates {[e.name for e in estimates]} for {[r.name for r in recordings]}")


def score_trial(
    recording: Recording, estimate: Estimate, baseline: Estimate | None, rival: Estimate | None
) -> tuple[Json, list[str]]:
    """Figures of one trial, and what has to be said about it; parameters as :func:`collect`, for one recording."""
    shift = None if baseline is None else sync_shift(baseline, recording)
    notes = [*recording.warnings, *estimate.warnings]
    if shift is None:
        notes.append("no strapdown angles or no reference angles to find the sync shift with: nothing is synced")
    elif abs(shift) >= MAX_SHIFT_S:
        notes.append("the sync shift is at the end of its range: sensors and reference may be further apart")
    if rival is None:
        notes.append("no heel strikes found to place the population curve: it is left out")
    figures = score(estimate, recording, shift, rival)
    if estimate.convergence:
        figures["convergence"] = estimate.convergence
    return figures, [f"{recording.name}: {note}" for note in notes]


def assemble(method: str, trials: dict[str, Json], seconds: float, signals: str, warnings: list[str]) -> Json:
    """Means over scored trials, in the layout of :func:`collect`; ``signals`` says what kind of recordings they are."""
    return {
        "method": method,
        "trials": trials,
        **means(trials),
        "seconds": seconds,
        "conditions": {
            "people": len({name.split("_")[0] for name in trials}),
            "trials": len(trials),
            "signals": signals,
            "warnings": warnings,
        },
    }


def means(trials: dict[str, Json]) -> Json:
    """``mean``, ``mean_synced``, and the same of the population curve with ``normative_`` in front."""
    rivals = {f"normative_{name}": figures for name, figures in summarise(trials, "normative").items()}
    return summarise(trials) | rivals


def write(path: Path | None, results: Json) -> None:
    """Write strict JSON, where to write is said: a NaN is an error, not a number."""
    if path is not None:
        write_text(path, json.dumps(results, indent=1, allow_nan=False) + "\n")
