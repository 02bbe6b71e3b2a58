"""Benchmark of sensor sets: the same averaged gait cycles, estimated from fewer and fewer sensors."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from kinertia import __version__
from kinertia.benchmark import normative, results
from kinertia.estimation.estimate import Estimate
from kinertia.io import cycles
from kinertia.recording import Recording, sensor_sets
from kinertia.sensing import strapdown

Json = dict[str, Any]
Method = Callable[[list[Recording]], list[Estimate]]

SETS = ("all", "FST", "PTS", "FT", "FS", "FP", "TS", "F", "S", "P")
PUBLISHED = "optimal control with 2 to 7 sensors: 4.8-18 deg, 1.0-5.4 BWBH%, 3-49 BW% (synced, on another group of people)"


def run(
    folder: Path,
    sets: Iterable[str],
    methods: Mapping[str, Method],
    keep: Path | None = None,
    show: Callable[[str, str], None] | None = None,
) -> dict[str, dict[str, Json]]:
    """Estimate and score every cycle in a folder from every set of sensors.

    Parameters
    ----------
    folder : CSV + JSON pairs, one per averaged gait cycle.
    sets : names of sets, see :mod:`kinertia.recording.sensor_sets`.
    methods : name to what estimates all cycles, stripped of truth and of the other sensors.
    keep : file for finished rows; rows in it of the same data and version are not made again.
    show : called with set and method before each row.

    Returns
    -------
    dict from the set to the method to ``mean``, ``mean_synced``, ``trials`` and ``seconds``. The shift between sensors and
    reference is that of all sensors: it belongs to the recording, not to the method.

    Raises
    ------
    ValueError
        If a set is unknown or ``keep`` is not a file of this command.
    RecordingError
        If a recording cannot be used or lacks a sensor.
    """
    wanted = list(sets)
    for name in wanted:
        sensor_sets.segments(name)
    recordings = cycles.read_folder(folder)
    mark = _mark(folder)
    rows = _kept(keep, mark)
    for name in wanted:
        for method, estimate in methods.items():
            if method in rows.setdefault(name, {}):
                continue
            if show is not None:
                show(name, method)
            rows[name][method] = score(recordings, name, estimate, method)
            if keep is not None:
                results.write(keep, {"mark": mark, "rows": rows})
    return {name: {method: rows[name][method] for method in methods} for name in wanted}


def score(recordings: list[Recording], name: str, estimate: Method, method: str) -> Json:
    """One row: estimates from the sensors of a set, scored against the recordings."""
    blind = [recording.without_truth() for recording in recordings]
    start = time.perf_counter()
    found = estimate([sensor_sets.choose(recording, name) for recording in blind])
    seconds = time.perf_counter() - start
    baselines: list[Estimate | None] = [strapdown.solve(recording) for recording in blind]
    rivals: list[Estimate | None] = [normative.solve(recording) for recording in blind]
    scored = results.collect(method, recordings, found, baselines, rivals, seconds)
    return {key: scored[key] for key in ("mean", "mean_synced", "trials", "seconds")}


def kept_file(path: Path) -> Path:
    """The file beside ``path`` in which finished rows are kept."""
    return path.with_name(f"{path.stem}.rows.json")


def _mark(folder: Path) -> str:
    digest = sha256(__version__.encode())
    for path in sorted(p for p in folder.iterdir() if p.suffix in (".csv", ".json")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def _kept(path: Path | None, mark: str) -> dict[str, dict[str, Json]]:
    if path is None or not path.exists():
        return {}
    try:
        content = json.loads(path.read_text())
        return content["rows"] if content["mark"] == mark else {}
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path}: not the finished rows of this benchmark; delete it or choose another file") from error
