"""Benchmark on a continuous recording with a standing start: raw sensors, optical reference of the angles, no force plates.

Methods get the whole recording as the sensors gave it and have to align it themselves. Scored are the frames of steady walking
that the data set lists, a turn included. The angle axes of the reference are fixed in :mod:`kinertia.io.gaittoolbox`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from experiments import results
from kinertia.estimation.estimate import Estimate
from kinertia.io import gaittoolbox
from kinertia.recording import Array, Recording
from kinertia.recording.crop import crop
from kinertia.recording.errors import RecordingError
from kinertia.sensing import contact_events, normative, strapdown
from kinertia.sensing.alignment import align

Json = dict[str, Any]


def run(folder: Path, method: Callable[[list[Recording]], list[Estimate]], name: str) -> Json:
    """Estimate the whole recording and score its steady walking.

    Parameters
    ----------
    folder : layout of :mod:`kinertia.io.gaittoolbox`.
    method : called once with the recording in a list, in sensor frames and stripped of truth; returns one estimate on all its
        samples.
    name : name of the method.

    Returns
    -------
    See :func:`experiments.results.collect`; joints of both legs. The trial has ``plausibility`` beside (see
    :func:`plausibility`), ``conditions`` has ``frames`` (first and last, counted from 1) and ``reference``.

    Raises
    ------
    RecordingError : files are missing, or the recording cannot be aligned.
    """
    recording = gaittoolbox.read(folder)
    start, stop = gaittoolbox.walking_frames(folder)
    blind = recording.without_truth()
    began = time.perf_counter()
    (estimate,) = method([blind])
    seconds = time.perf_counter() - began
    if estimate.samples != recording.samples:
        raise ValueError(f"{name!r} estimated {estimate.samples} of {recording.samples} samples")
    aligned, _ = align(blind)
    scored = crop(recording, start, stop)
    found = results.collect(
        name,
        [scored],
        [window(estimate, start, stop)],
        [_walking(strapdown.solve, aligned, start, stop)],
        [_walking(normative.solve, aligned, start, stop)],
        seconds,
    )
    found["trials"][recording.name]["plausibility"] = plausibility(estimate, aligned, start, stop)
    found["conditions"] |= {"frames": [start + 1, stop], "reference": recording.truth.note if recording.truth else ""}
    return found


def window(estimate: Estimate, start: int, stop: int) -> Estimate:
    """Curves of an estimate on samples ``start`` to ``stop`` (exclusive): what scoring reads, nothing else."""

    def cut(curves: dict[str, Array]) -> dict[str, Array]:
        return {name: curve[start:stop] for name, curve in curves.items()}

    return replace(
        Estimate(estimate.name, estimate.method, estimate.rate_hz, estimate.subject, cut(estimate.coordinates)),
        moments=cut(estimate.moments),
        grf=cut(estimate.grf),
        speed=None if estimate.speed is None else estimate.speed[start:stop],
        seconds=estimate.seconds,
        convergence=estimate.convergence,
        warnings=estimate.warnings,
    )


def plausibility(estimate: Estimate, aligned: Recording, start: int, stop: int) -> Json:
    """Whether the vertical ground reaction could be that of a walking person, where there are no force plates.

    Parameters
    ----------
    estimate : on all samples of the recording.
    aligned : the recording in segment frames, for the strides.
    start, stop : samples of steady walking.

    Returns
    -------
    ``peak_grf_y_bw`` : ``r``, ``l`` to the mean over strides of each stride's peak [BW]; ``stride_mean_grf_y_bw`` : mean over
    whole strides of both legs' sum [BW]; ``strides`` : number of strides. Null where the method gives no ground reaction, or no
    two heel strikes were found.
    """
    nothing: Json = {"peak_grf_y_bw": {"r": None, "l": None}, "stride_mean_grf_y_bw": None, "strides": 0}
    vertical = {side: estimate.grf.get(f"grf_y_{side}") for side in "rl"}
    right, left = vertical["r"], vertical["l"]
    strikes = contact_events.detect(aligned).get("heel_strike_r", np.empty(0, dtype=int))
    strikes = strikes[(strikes >= start) & (strikes < stop)]
    if right is None or left is None or strikes.size < 2:
        return nothing
    strides = [slice(int(a), int(b)) for a, b in pairwise(strikes)]
    total = (right + left)[strikes[0] : strikes[-1]]
    return {
        "peak_grf_y_bw": {
            side: float(np.mean([curve[stride].max() for stride in strides])) for side, curve in (("r", right), ("l", left))
        },
        "stride_mean_grf_y_bw": float(total.mean()),
        "strides": len(strides),
    }


def _walking(solve: Callable[[Recording], Estimate], aligned: Recording, start: int, stop: int) -> Estimate | None:
    try:
        return window(solve(aligned), start, stop)
    except RecordingError:
        return None
