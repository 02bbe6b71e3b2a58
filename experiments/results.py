"""From recordings and a method to scored trials and their means."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from experiments import phases
from experiments.methods import Method
from experiments.protocol import Json
from kinertia.estimation.estimate import Estimate
from kinertia.metrics.scoring import baselines, summarise
from kinertia.metrics.scoring import score as score_estimate
from kinertia.metrics.sync import MAX_SHIFT_S, sync_shift
from kinertia.recording import Recording

Rivals = tuple[Estimate | None, Estimate | None]
"""Strapdown estimate that fixes the shift between sensors and reference, and population curve, scored beside."""


@dataclass(frozen=True)
class Scored:
    """Results, and the recordings (with truth) and estimates that they are about, in the same order."""

    results: Json
    recordings: list[Recording]
    estimates: list[Estimate]


def score(recordings: list[Recording], method: Method, name: str) -> Scored:
    """Estimate and score recordings; for the results see :func:`collect`.

    Raises
    ------
    RecordingError : the method cannot use a recording.
    ValueError : its estimates do not match the recordings.
    """
    estimates, seconds = estimated(recordings, method, name)
    return Scored(collect(name, recordings, estimates, [baselines(r) for r in recordings], seconds), recordings, estimates)


def estimated(recordings: list[Recording], method: Method, name: str) -> tuple[list[Estimate], float]:
    """Estimates of a method that sees no truth, and the seconds that they took.

    Raises
    ------
    ValueError : there is not one for each recording, in order.
    """
    start = time.perf_counter()
    estimates = method([recording.without_truth() for recording in recordings])
    seconds = time.perf_counter() - start
    if [e.name for e in estimates] != [r.name for r in recordings]:
        raise ValueError(f"{name!r} returned estimates {[e.name for e in estimates]} for {[r.name for r in recordings]}")
    return estimates, seconds


def collect(
    method: str, recordings: list[Recording], estimates: list[Estimate], rivals: Sequence[Rivals], seconds: float
) -> Json:
    """Score every trial and average.

    Returns
    -------
    ``method``, ``trials`` (with ``convergence`` where the method solves a problem), ``mean``, ``mean_synced``, the same of the
    population curve as ``normative_mean`` and ``normative_mean_synced``, ``seconds`` (training and estimation), and
    ``conditions``: what the numbers were computed over.
    """
    trials: dict[str, Json] = {}
    warnings: list[str] = []
    for recording, estimate, pair in zip(recordings, estimates, rivals, strict=True):
        trials[recording.name], notes = score_trial(recording, estimate, *pair)
        warnings.extend(notes)
    signals = "averaged gait cycles" if all(r.periodic for r in recordings) else "raw recordings"
    return assemble(method, trials, seconds, signals, warnings)


def score_trial(
    recording: Recording, estimate: Estimate, baseline: Estimate | None, rival: Estimate | None
) -> tuple[Json, list[str]]:
    """Figures of one trial, and what has to be said about it; the last two as :data:`Rivals`.

    Beside those of :func:`kinertia.metrics.scoring.score`: ``true_speed`` [m/s], and ``phases`` of
    :func:`experiments.phases.score`.
    """
    shift = None if baseline is None else sync_shift(baseline, recording)
    notes = [*recording.warnings, *estimate.warnings]
    if shift is None:
        notes.append("no strapdown angles or no reference angles to find the sync shift with: nothing is synced")
    elif abs(shift) >= MAX_SHIFT_S:
        notes.append("the sync shift is at the end of its range: sensors and reference may be further apart")
    if rival is None:
        notes.append("no heel strikes found to place the population curve: it is left out")
    figures = score_estimate(estimate, recording, shift, rival)
    speed = None if recording.truth is None else recording.truth.speed
    figures["true_speed"] = speed if speed is not None and isfinite(speed) else None
    figures["phases"] = phases.score(estimate, recording)
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
