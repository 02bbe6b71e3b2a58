"""Muscles against computed muscle control and EMG: from a laboratory's moments, and from virtual sensors by a network."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from experiments import muscles_sensed
from experiments.methods import MethodName
from experiments.muscle_walks import (
    DELAY_S,
    HEIGHT_M,
    RATE_HZ,
    SIDES,
    Side,
    Walk,
    against_control,
    against_emg,
    means,
    rates,
    smoothed,
)
from experiments.options import AS_USUAL, Shared
from experiments.protocol import QUIET, Context, Found, Json, cell, table
from kinertia import opensim
from kinertia.io import opensim as storage
from kinertia.muscles import MuscleSet
from kinertia.recording import Array

EDGE_S = 0.05
"""Left out at either end of a file."""
PERSON_KG = 58.0
"""Of the walker with EMG, from the mean force on the plates."""


def muscles(
    data: Path, seeds: int = 3, method: MethodName = "pretrained", learning: Shared = AS_USUAL, context: Context = QUIET
) -> Found:
    """Muscles against computed muscle control and EMG, fed with a laboratory's moments and from virtual sensors.

    Parameters
    ----------
    data
        Folder that holds ``muscles_gait10dof18``, ``emg_walking_ceinms`` and ``models``.
    seeds
        How often the virtual sensors are put on anew; 0 for the laboratory's moments alone.
    method
        What estimates moments from them.
    learning
        From which model the network is that sees them.
    """
    context.say("computed muscle control")
    control = _control(data / "muscles_gait10dof18")
    context.say("EMG")
    emg = _emg(data / "emg_walking_ceinms", data / "models" / "gait2392_thelen2003muscle.osim")
    figures: Json = {"laboratory": {"control": control, "emg": emg}}
    if seeds:
        context.say("virtual sensors")
        figures["sensors"] = muscles_sensed.found(data, seeds, learning.method(method, context))
    shown = table("", "control [BW%]", "r", "EMG: r", "r, no delay", "r of activation", title="means of muscles")
    for name, row in figures.items():
        both, signals = row["control"]["mean"], row["emg"]["mean"]
        values = (both["bw_percent"], both["r"], signals["r"], signals["r_no_delay"], signals["r_activation"])
        shown.add_row(name, *map(cell, values))
    each = table(
        "muscle", "r", "r, no delay", "r of activation", title=f"against EMG, {1e3 * DELAY_S:.0f} ms later, laboratory"
    )
    for name, row in emg.items():
        each.add_row(name, *(cell(row[key]) for key in ("r", "r_no_delay", "r_activation")))
    return Found(figures, (shown, each))


def _control(folder: Path) -> Json:
    """RMS difference and correlation of forces of each muscle of each leg, and their means."""
    imported = opensim.load(folder / "subject01.osim")
    tables = {name: storage.read(folder / f"walk_{name}") for name in ("ik.mot", "id.sto", "grf.mot", "cmc_forces.sto")}
    control, rows = tables["cmc_forces.sto"], {}
    for side, plate in SIDES.items():
        leg = opensim.muscle_set(imported, side, HEIGHT_M)
        walk = _walk(leg, side, tables["ik.mot"], tables["id.sto"], tables["grf.mot"], f"{plate}ground_force_vy")
        kept = (walk.time > control.time_s[0]) & (walk.time < control.time_s[-1])
        theirs = {name: np.interp(walk.time[kept], control.time_s, control.columns[f"{name}_{side}"]) for name in leg.names}
        rows |= against_control(leg, side, walk.solved(leg).force[kept], theirs)
    return rows | {"mean": means(rows)}


def _emg(folder: Path, model: Path) -> Json:
    """Correlations of what muscles do with EMG."""
    leg = opensim.muscle_set(opensim.load(model), "r", HEIGHT_M).scaled(PERSON_KG, HEIGHT_M)
    motion, moments, plates, signals = (
        storage.read(folder / f"walk36_{name}") for name in ("ik.sto", "id.sto", "XLD.mot", "emgFilt.sto")
    )
    walk = _walk(leg, "r", motion, moments, plates, "ground_force_vy")
    names = [column.strip().removesuffix("_r") for column in signals.columns]
    rows = against_emg(walk.solved(leg), {name: leg.names.index(name) for name in names}, walk.time, signals)
    return rows | {"mean": means(rows)}


def _walk(
    leg: MuscleSet, side: Side, motion: storage.Table, moments: storage.Table, plates: storage.Table, vertical: str
) -> Walk:
    """What muscles are fed with, at ``RATE_HZ``."""
    end = min(one.time_s[-1] for one in (motion, moments, plates))
    time = np.arange(motion.time_s[0] + EDGE_S, end - EDGE_S, 1.0 / RATE_HZ)

    def columns(given: storage.Table, names: list[str]) -> Array:
        return np.stack([given.columns[name] for name in names], -1)

    angles = smoothed(motion.time_s, columns(motion, [f"{name}_{side}" for name in leg.coordinates]))
    torque = smoothed(moments.time_s, columns(moments, [f"{name}_{side}_moment" for name in leg.coordinates]))
    load = smoothed(plates.time_s, columns(plates, [vertical]))
    return Walk(time, angles(time), rates(angles, time), torque(time), load(time)[:, 0])
