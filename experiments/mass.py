"""What a wrong body mass does to an estimate: nothing to motion and to forces per body weight."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from kinertia.estimation.estimate import Estimate
from kinertia.metrics.units import bwbh_percent
from kinertia.recording import Recording

Json = dict[str, Any]
FACTORS = (0.7, 1.3)


def run(
    recordings: Iterable[Recording], method: Callable[[list[Recording]], list[Estimate]], show: Callable[[str], None]
) -> Json:
    """Estimate recordings with the stated mass and with 30 % less and more.

    Parameters
    ----------
    recordings : of people of whom a mass is stated.
    method : estimates recordings; called with one at a time.
    show : called with the name of each before the work on it.

    Returns
    -------
    ``rows`` per recording, and ``largest`` over all: largest differences of ``angle_deg``, ``speed_m_s``, ``grf_bw`` and
    ``moment_bwbh`` (percent) at any sample.
    """
    rows: list[Json] = []
    for recording in recordings:
        show(recording.name)
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
