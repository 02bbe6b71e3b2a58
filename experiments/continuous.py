"""A continuous recording with a standing start: raw sensors, optical reference of the angles, no force plates.

Methods get the whole recording as the sensors gave it and have to align it themselves. Scored are the frames of steady walking
that the data set lists, a turn included. The angle axes of the reference are fixed in :mod:`kinertia.io.gaittoolbox`.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from experiments import results
from experiments.methods import Method, MethodName
from experiments.options import AS_USUAL, Shared
from experiments.protocol import QUIET, Context, Found, Json
from experiments.scores import render
from kinertia.estimation.estimate import Estimate
from kinertia.io import gaittoolbox
from kinertia.metrics.scoring import baselines
from kinertia.recording import Array, Recording
from kinertia.recording.selection import crop
from kinertia.sensing import contact_events
from kinertia.sensing.alignment import align


def continuous(data: Path, method: MethodName = "sspinnpose", learning: Shared = AS_USUAL, context: Context = QUIET) -> Found:
    """Score a method on a continuous recording of raw sensors with a standing start.

    Parameters
    ----------
    data
        Folder with MT Manager exports, the list of walking frames and the optical reference (see docs/formats.md).
    method
        What estimates; learned methods are trained on this recording, without labels.
    learning
        How learned methods are trained, and from which model.
    """
    found = score(data, learning.method(method, context), method)
    first, last = found["conditions"]["frames"]
    lines = [f"Scored frames {first} to {last}. Reference: {found['conditions']['reference']}."]
    lines += [_line(trial["plausibility"]) for trial in found["trials"].values()]
    return Found(found, (render(found), *lines))


def score(folder: Path, method: Method, name: str) -> Json:
    """Estimate the whole recording and score its steady walking.

    Returns
    -------
    As :func:`experiments.results.collect`; joints of both legs. The trial has ``plausibility`` beside (:func:`plausibility`),
    ``conditions`` has ``frames`` (first and last, counted from 1) and ``reference``.

    Raises
    ------
    RecordingError : files are missing, or the recording cannot be aligned.
    """
    recording = gaittoolbox.read(folder)
    start, stop = gaittoolbox.walking_frames(folder)
    (estimate,), seconds = results.estimated([recording], method, name)
    if estimate.samples != recording.samples:
        raise ValueError(f"{name!r} estimated {estimate.samples} of {recording.samples} samples")
    aligned, _ = align(recording.without_truth())
    strapdown, curve = (None if e is None else window(e, start, stop) for e in baselines(aligned))
    scored = crop(recording, start, stop)
    found = results.collect(name, [scored], [window(estimate, start, stop)], [(strapdown, curve)], seconds)
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


def _line(figures: Json) -> str:
    if figures["stride_mean_grf_y_bw"] is None:
        return "Vertical ground reaction: not given by this method (or no strides found)."
    peak = figures["peak_grf_y_bw"]
    return (
        f"Vertical ground reaction over {figures['strides']} strides: peak right {peak['r']:.2f} BW, left {peak['l']:.2f} BW "
        f"(plausible: 0.9 to 1.3); mean of both legs {figures['stride_mean_grf_y_bw']:.3f} BW (plausible: within 3 % of 1)."
    )
