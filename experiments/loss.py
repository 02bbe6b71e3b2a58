"""What packet loss costs: the same recordings streamed with and without it, scored against the truth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from experiments.protocol import QUIET, Advance, Context, Found, Json, cell, table
from kinertia.api.models import streaming
from kinertia.io.read import read
from kinertia.metrics.errors import rmsd
from kinertia.recording import Array, Recording
from kinertia.runtime.model import ExportedModel
from kinertia.streaming.core import Core
from kinertia.streaming.frame import Frame
from kinertia.transport import replay
from kinertia.transport.replay import AS_FAST_AS_POSSIBLE, Faults

SETTLED_S = 3.0
JOINTS = ("hip_flexion", "knee_angle", "ankle_angle")


def loss(
    data: Path, model: str = "default", only: tuple[str, ...] = ("walk_2", "run_2"), seed: int = 1, context: Context = QUIET
) -> Found:
    """Stream simulated people with and without lost packets, each sensor over its own link, and compare the errors.

    Parameters
    ----------
    data
        Folder of simulated people that `kinertia simulate` wrote.
    model
        Folder that `kinertia train` or `kinertia export` wrote; `default` is the model that comes with the package.
    only
        Names of the recordings.
    seed
        Seed of what is lost.
    """
    paths = [path for name in only for path in sorted(data.glob(f"*/{name}.parquet"))]
    if not paths:
        raise ValueError(f"{data}: no recordings {', '.join(only)} in folders of people; make some with `kinertia simulate`")
    conditions = {
        "nothing lost": Faults(),
        "5 % lost": Faults(loss=0.05, seed=seed),
        "20 % lost": Faults(loss=0.2, seed=seed),
        "bursts of 50 ms, 20 a minute": Faults(bursts_per_min=20.0, burst_s=0.05, seed=seed),
    }
    with context.bar(len(paths) * len(conditions), "streams") as advance:
        found = measure(streaming(model), (read(path) for path in paths), conditions, advance)
    shown = table("condition", "angle [deg]", "worse by [deg]", "trusted", "recordings")
    for name, row in found.items():
        cells = cell(row["angle_deg"]), cell(row["worse_deg"], 3), f"{row['trusted']:.0%}", str(row["recordings"])
        shown.add_row(name, *cells)
    return Found(found, (shown,))


def measure(
    model: ExportedModel,
    recordings: Iterable[Recording],
    conditions: Mapping[str, Faults],
    advance: Advance = lambda _: None,
) -> Json:
    """Joint-angle errors of streams under several conditions.

    Parameters
    ----------
    model : an exported model.
    recordings : with true angles, at any rate.
    conditions : name to what goes wrong on the way.

    Returns
    -------
    dict with, by condition, ``angle_deg`` (mean over recordings and joints), ``frames``, ``trusted`` (part of the frames) and
    ``worse_deg`` than the first condition; each sensor is its own stream.
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
            advance(1)
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
    """Frames of a recording played as fast as it goes, each sensor over its own link."""
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
