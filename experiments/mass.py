"""What a wrong body mass does to an estimate: nothing to motion and to forces per body weight."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np

from experiments.methods import Method, MethodName
from experiments.options import AS_USUAL, Shared
from experiments.protocol import QUIET, Context, Found, Json, table
from kinertia.estimation.estimate import Estimate
from kinertia.io import folder as folders
from kinertia.io.read import read
from kinertia.metrics.errors import bwbh_percent
from kinertia.recording import Recording

FACTORS = (0.7, 1.3)


def mass(
    data: tuple[Path, ...],
    method: MethodName = "pretrained",
    only: tuple[str, ...] = (),
    learning: Shared = AS_USUAL,
    context: Context = QUIET,
) -> Found:
    """What 30 % more and less body mass change: angles, speed, and forces and moments per body weight, at any sample.

    Parameters
    ----------
    data
        Folders of recordings that state a mass.
    method
        What estimates.
    only
        Names of the recordings to use, for example walk_2 run_2; default all.
    learning
        How learned methods are trained, and from which model.
    """
    files = [file for folder in data for file in folders.recordings(folder) if not only or file.stem in only]
    found = changes(map(read, files), learning.method(method, context), context)
    shown = table("recordings", "angles [deg]", "speed [m/s]", "ground reaction [BW]", "moments [BWBH%]")
    shown.title = "largest change with 30 % more or less body mass"
    shown.add_row(str(len(found["rows"])), *(f"{value:.2g}" for value in found["largest"].values()))
    return Found(found, (shown,))


def changes(recordings: Iterable[Recording], method: Method, context: Context = QUIET) -> Json:
    """``rows`` per recording, and ``largest`` over all: largest differences of ``angle_deg``, ``speed_m_s``, ``grf_bw`` and
    ``moment_bwbh`` (percent) at any sample between estimates with the stated mass and with 30 % less and more.
    """
    rows: list[Json] = []
    for recording in recordings:
        context.say(recording.name)
        blind = recording.without_truth()
        stated, *wrong = (method([_of_mass(blind, factor)])[0] for factor in (1.0, *FACTORS))
        rows.append({"recording": recording.name, **_largest([_differences(stated, other) for other in wrong])})
    return {"rows": rows, "largest": _largest([{k: v for k, v in row.items() if k != "recording"} for row in rows])}


def _of_mass(recording: Recording, factor: float) -> Recording:
    return replace(recording, subject=replace(recording.subject, mass_kg=factor * recording.subject.mass_kg))


def _differences(a: Estimate, b: Estimate) -> Json:
    angles = [name for name in a.coordinates if not name.endswith(("_tx", "_ty", "_tz"))]
    found = {
        "angle_deg": [np.degrees(a.coordinates[name] - b.coordinates[name]) for name in angles],
        "speed_m_s": [] if a.speed is None or b.speed is None else [a.speed - b.speed],
        "grf_bw": [a.grf[name] - b.grf[name] for name in a.grf],
        "moment_bwbh": [bwbh_percent(a.moments[k], a.subject) - bwbh_percent(b.moments[k], b.subject) for k in a.moments],
    }
    return {name: max((float(np.nanmax(np.abs(part))) for part in parts), default=0.0) for name, parts in found.items()}


def _largest(rows: list[Json]) -> Json:
    return {name: max(row[name] for row in rows) for name in rows[0]} if rows else {}
