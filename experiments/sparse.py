"""Sensor sets: the same recordings, estimated from fewer and fewer sensors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Literal

from experiments import continuous, results, simulated
from experiments.methods import Method, MethodName
from experiments.options import AS_USUAL, Shared
from experiments.protocol import QUIET, Context, Found, Json, cell, contents, table
from kinertia.io import gaittoolbox
from kinertia.io.cycles import read_folder
from kinertia.recording import selection, sensor_set

Kind = Literal["network", "pretrained", "solve"]
KNOWN: dict[Kind, MethodName] = {"network": "adapted", "pretrained": "pretrained", "solve": "solve"}
SETS = "all,FST,PTS,FT,FS,FP,TS,F,S,P"
FIGURES = {
    "angle_rmsd_deg": "angle [deg]",
    "moment_rmsd_bwbh": "moment [BWBH%]",
    "grf_rmsd_bw": "GRF [BW%]",
    "speed_error": "speed [m/s]",
}
PUBLISHED = "optimal control with 2 to 7 sensors: 4.8-18 deg, 1.0-5.4 BWBH%, 3-49 BW% (synced, on another group of people)"


def sparse(
    data: Path,
    sets: str = SETS,
    only: tuple[Kind, ...] = ("network", "solve"),
    recordings: tuple[str, ...] = (),
    learning: Shared = AS_USUAL,
    context: Context = QUIET,
) -> Found:
    """Estimate recordings from fewer and fewer sensors, without labels; goes on where it was interrupted.

    Parameters
    ----------
    data
        Folder of averaged gait cycles, of the continuous recording of the gait toolbox (see docs/formats.md),
        or of people that `kinertia simulate` wrote.
    sets
        Sensor sets, with commas between them: `all`, or initials of P pelvis, T thighs, S shanks, F feet, each
        with r or l behind it for one side, such as FT or FrTr.
    only
        What estimates: network (the shipped model, adapted to each wearer), pretrained (the shipped model as it
        is) or solve (trajectory optimisation).
    recordings
        Of simulated people, names of the recordings to score, for example walk_2 run_2; default all.
    learning
        How learned methods are trained, and from which model.
    """
    from kinertia.learning import shipped

    methods = {kind: learning.method(KNOWN[kind], context) for kind in only}
    mark = f"{shipped.load(learning.model or shipped.DEFAULT).fingerprint} {learning.configuration}"
    found = compare(data, [name for name in sets.split(",") if name], methods, recordings, mark, context)
    shown = table("sensors", "method", *FIGURES.values(), title="synced")
    for name, row in found.items():
        for method, figures in row.items():
            shown.add_row(name, method, *(cell(figures["mean_synced"][key]) for key in FIGURES))
    return Found(found, (shown, f"published: {PUBLISHED}"))


def compare(
    folder: Path,
    sets: Iterable[str],
    methods: Mapping[str, Method],
    only: tuple[str, ...] = (),
    mark: str = "",
    context: Context = QUIET,
) -> dict[str, dict[str, Json]]:
    """Estimate and score every recording in a folder from every set of sensors.

    Parameters
    ----------
    folder : CSV + JSON pairs, one per averaged gait cycle; or the continuous recording of the gait toolbox; or simulated
        people, a folder each.
    sets : names of sets, see :func:`kinertia.recording.sensor_set.by_initials`.
    methods : name to what estimates all cycles, stripped of truth and of the other sensors.
    only : of simulated people, names of the recordings to score; empty for all.
    mark : of what else the rows depend on, such as a model.
    context : keeps finished rows.

    Returns
    -------
    dict from the set to the method to ``mean``, ``mean_synced``, ``trials`` and ``seconds``. The shift between sensors and
    reference is that of all sensors: it belongs to the recording, not to the method.

    Raises
    ------
    ValueError : a set is unknown.
    RecordingError : a recording cannot be used or lacks a sensor.
    """
    wanted = list(sets)
    for name in wanted:
        sensor_set.by_initials(name)
    score, rows = _scorer(folder, only), context.rows(contents(folder), only, mark)

    def row(name: str, method: str) -> Json:
        context.say(f"{name}: {method}")
        scored = score(lambda worn: methods[method]([selection.choose(recording, name) for recording in worn]), method)
        return {key: scored[key] for key in ("mean", "mean_synced", "gaits", "trials", "seconds") if key in scored}

    return {name: {method: rows.get(f"{name} {method}", partial(row, name, method)) for method in methods} for name in wanted}


def _scorer(folder: Path, only: tuple[str, ...]) -> Callable[[Method, str], Json]:
    """What scores a method on a folder, by what the folder holds."""
    if gaittoolbox.is_gaittoolbox(folder):
        return partial(continuous.score, folder)
    if any(folder.glob("*/*.parquet")):
        return lambda method, name: simulated.score(folder, method, name, only=only)
    recordings = read_folder(folder)
    return lambda method, name: results.score(recordings, method, name).results
