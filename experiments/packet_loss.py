"""What packet loss costs: the same recordings streamed with and without it, scored against the truth."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from kinertia.metrics.errors import rmsd
from kinertia.recording import Array, Recording
from kinertia.runtime.model import ExportedModel
from kinertia.streaming.core import Core
from kinertia.streaming.frame import Frame
from kinertia.transport import replay
from kinertia.transport.faults import Faults
from kinertia.transport.paced import AS_FAST_AS_POSSIBLE

SETTLED_S = 3.0
JOINTS = ("hip_flexion", "knee_angle", "ankle_angle")


def measure(
    model: ExportedModel,
    recordings: Iterable[Recording],
    conditions: Mapping[str, Faults],
    progress: Callable[[int], None] | None = None,
) -> dict[str, dict[str, Any]]:
    """Joint-angle errors of streams under several conditions.

    Parameters
    ----------
    model : an exported model.
    recordings : with true angles, at any rate.
    conditions : name to what goes wrong on the way.
    progress : called with 1 after each stream.

    Returns
    -------
    dict with, by condition, ``angle_deg`` (mean over recordings and joints), ``frames``, ``trusted`` (part of the frames) and
    ``worse_deg`` than the first condition; each sensor is a stream of its own.
    """
    errors: dict[str, list[float]] = {name: [] for name in conditions}
    frames: dict[str, list[int]] = {name: [] for name in conditions}
    trusted: dict[str, list[float]] = {name: [] for name in conditions}
    for recording in recordings:
        for name, faults in conditions.items():
            out = stream(model, recording, faults)
            errors[name].append(error_deg(model, recording, out))
            frames[name].append(len(out))
            trusted[name].append(float(np.mean([frame.trust for frame in out])))
            if progress is not None:
                progress(1)
    clean = float(np.mean(errors[next(iter(conditions))]))
    return {
        name: {
            "angle_deg": float(np.mean(errors[name])),
            "worse_deg": float(np.mean(errors[name])) - clean,
            "frames": int(np.sum(frames[name])),
            "trusted": float(np.mean(trusted[name])),
            "recordings": len(errors[name]),
        }
        for name in conditions
    }


def stream(model: ExportedModel, recording: Recording, faults: Faults) -> list[Frame]:
    """Frames of a recording played as fast as it goes, each sensor over a link of its own."""
    found: list[Frame] = []
    with replay.play(replace(recording, truth=None), speed=AS_FAST_AS_POSSIBLE, together=False, faults=faults) as source:
        core = Core(model, source.session())
        while not source.finished:
            for sample in source.take():
                found += core.push(sample)
        found += core.finish()
    return found


def error_deg(model: ExportedModel, recording: Recording, frames: list[Frame]) -> float:
    """Mean over joints of the RMSD of angles [deg], from three seconds on."""
    assert recording.truth is not None
    layout, late = model.layout, model.delay_samples / model.rate_hz
    time_s = np.array([frame.time_s for frame in frames]) - late
    values = np.array([frame.values for frame in frames])
    wanted = (time_s > SETTLED_S) & (time_s < recording.time_s[-1]) & np.isfinite(values[:, layout.speed])
    found = []
    for name, truth in recording.truth.angles.items():
        if name.rpartition("_")[0] in JOINTS:
            expected = np.interp(time_s[wanted], recording.time_s, truth)
            found.append(_deg(values[wanted, layout.index[name]], expected))
    return float(np.mean(found))


def _deg(estimate: Array, truth: Array) -> float:
    return float(np.degrees(rmsd(estimate, truth)))
