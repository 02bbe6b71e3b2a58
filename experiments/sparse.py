"""Benchmark of sensor sets: the same recordings, estimated from fewer and fewer sensors."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from experiments import continuous, results, simulated
from kinertia import __version__
from kinertia.estimation.estimate import Estimate
from kinertia.io import cycles, gaittoolbox
from kinertia.recording import Recording, selection, sensor_set
from kinertia.sensing import normative, strapdown

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
    only: tuple[str, ...] = (),
    mark: str = "",
) -> dict[str, dict[str, Json]]:
    """Estimate and score every recording in a folder from every set of sensors.

    Parameters
    ----------
    folder : CSV + JSON pairs, one per averaged gait cycle; or the continuous recording of the gait toolbox; or simulated
        people, a folder each.
    sets : names of sets, see :func:`kinertia.recording.sensor_set.by_initials`.
    methods : name to what estimates all cycles, stripped of truth and of the other sensors.
    keep : file for finished rows; rows in it of the same data and version are not made again.
    show : called with set and method before each row.
    only : of simulated people, names of the recordings to score; empty for all.
    mark : of what else the rows depend on, such as a model.

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
        sensor_set.by_initials(name)
    score = _scorer(folder, only)
    mark = _mark(folder, only, mark)
    rows = _kept(keep, mark)
    for name in wanted:
        for method, estimate in methods.items():
            if method in rows.setdefault(name, {}):
                continue
            if show is not None:
                show(name, method)
            rows[name][method] = score(name, estimate, method)
            if keep is not None:
                results.write(keep, {"mark": mark, "rows": rows})
    return {name: {method: rows[name][method] for method in methods} for name in wanted}


def _scorer(folder: Path, only: tuple[str, ...]) -> Callable[[str, Method, str], Json]:
    """What scores a set of sensors and a method on a folder, by what the folder holds."""
    if gaittoolbox.is_gaittoolbox(folder):
        return lambda name, method, title: _row(continuous.run(folder, _restricted(method, name), title))
    if any(folder.glob("*/*.parquet")):
        return lambda name, method, title: _row(simulated.run(folder, _restricted(method, name), title, only=only))
    recordings = cycles.read_folder(folder)
    return lambda name, method, title: score(recordings, name, method, title)


def _restricted(method: Method, name: str) -> Method:
    """The method, given the sensors of a set only."""
    return lambda recordings: method([selection.choose(recording, name) for recording in recordings])


def _row(scored: Json) -> Json:
    return {key: scored[key] for key in ("mean", "mean_synced", "gaits", "trials", "seconds") if key in scored}


def score(recordings: list[Recording], name: str, estimate: Method, method: str) -> Json:
    """One row on averaged cycles: estimates from the sensors of a set, scored against the recordings."""
    blind = [recording.without_truth() for recording in recordings]
    start = time.perf_counter()
    found = _restricted(estimate, name)(blind)
    seconds = time.perf_counter() - start
    baselines: list[Estimate | None] = [strapdown.solve(recording) for recording in blind]
    rivals: list[Estimate | None] = [normative.solve(recording) for recording in blind]
    return _row(results.collect(method, recordings, found, baselines, rivals, seconds))


def kept_file(path: Path) -> Path:
    """The file beside ``path`` in which finished rows are kept."""
    return path.with_name(f"{path.stem}.rows.json")


def _mark(folder: Path, only: tuple[str, ...], more: str) -> str:
    digest = sha256("\0".join((__version__, more, *only)).encode())
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        digest.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def _kept(path: Path | None, mark: str) -> dict[str, dict[str, Json]]:
    if path is None or not path.exists():
        return {}
    try:
        content = json.loads(path.read_text())
        return content["rows"] if content["mark"] == mark else {}
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path}: not the finished rows of this benchmark; delete it or choose another file") from error
