"""Muscles fed with a laboratory's motion, moments and ground reaction, against computed muscle control and EMG."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from experiments.protocol import QUIET, Context, Found, Json, cell, table
from kinertia import opensim
from kinertia.io import opensim as storage
from kinertia.muscles import Effort, MuscleForces, MuscleSet, coming, solve_muscles
from kinertia.numerics.low_pass import butterworth, filter_both_ways
from kinertia.numerics.spline import CubicSpline
from kinertia.recording import GRAVITY, Array

RATE_HZ = 100.0
CUTOFF_HZ = 6.0
"""Of motion, moments and plates, as usual for walking."""
EDGE_S = 0.05
"""Left out at either end of a file."""
DELAY_S = 0.125
"""From EMG to force, the same for every muscle and session: 50 ms until force begins (Cavanagh & Komi 1979, Eur. J. Appl.
Physiol. 42:159-163), 75 ms in which a twitch of leg muscles rises (Buchthal & Schmalbruch 1970, Acta Physiol. Scand. 79)."""
PERSON_KG = 58.0
"""Of the walker with EMG, from the mean force on the plates."""
HEIGHT_M = 1.75
"""Of both people; the files do not say."""


@dataclass(frozen=True)
class Walk:
    """A leg at work: the time axis [s], and (T, J) angles, speeds and moments, and the vertical ground reaction (T,) [N]."""

    time: Array
    angles: Array
    speeds: Array
    moments: Array
    load: Array

    def solved(self, muscles: MuscleSet) -> MuscleForces:
        """Muscles of the leg."""
        return solve_muscles(muscles, self.angles, self.speeds, self.moments, load=coming(self.load, RATE_HZ))


def muscles(data: Path, context: Context = QUIET) -> Found:
    """Muscles fed with a laboratory's moments, against computed muscle control and EMG of other people's files.

    Parameters
    ----------
    data
        Folder that holds ``muscles_gait10dof18``, ``emg_walking_ceinms`` and ``models``.
    """
    context.say("computed muscle control")
    control = _control(data / "muscles_gait10dof18")
    context.say("EMG")
    emg = _emg(data / "emg_walking_ceinms", data / "models" / "gait2392_thelen2003muscle.osim")
    legs = table("muscle", "right [BW%]", "r", "left [BW%]", "r", title="against computed muscle control, laboratory moments")
    for name in control["r"]:
        legs.add_row(name, *(cell(control[side][name][key]) for side in "rl" for key in ("bw_percent", "r")))
    signals = table("muscle", "r", "r, no delay", "r of activation", title=f"against EMG, {1e3 * DELAY_S:.0f} ms later")
    for name, row in emg.items():
        signals.add_row(name, *(cell(row[key]) for key in ("r", "r_no_delay", "r_activation")))
    return Found({"control": control, "emg": emg}, (legs, signals))


def _control(folder: Path) -> Json:
    """Root-mean-square difference and correlation of forces of each muscle of each leg, and their means."""
    imported = opensim.load(folder / "subject01.osim")
    weight = float(imported.body.total_mass) * GRAVITY
    tables = {name: storage.read(folder / f"walk_{name}") for name in ("ik.mot", "id.sto", "grf.mot", "cmc_forces.sto")}
    control, found = tables["cmc_forces.sto"], {}
    sides: tuple[tuple[Literal["r", "l"], str], ...] = (("r", ""), ("l", "1_"))
    for side, plate in sides:
        leg = opensim.muscle_set(imported, side, HEIGHT_M)
        walk = _walk(leg, side, tables["ik.mot"], tables["id.sto"], tables["grf.mot"], f"{plate}ground_force_vy")
        kept = (walk.time > control.time_s[0]) & (walk.time < control.time_s[-1])
        force = walk.solved(leg).force
        rows = {}
        for k, name in enumerate(leg.names):
            theirs = np.interp(walk.time, control.time_s, control.columns[f"{name}_{side}"])[kept]
            ours = force[kept, k]
            error = float(np.sqrt(np.mean((ours - theirs) ** 2)))
            rows[name] = {"bw_percent": 100.0 * error / weight, "r": float(np.corrcoef(ours, theirs)[0, 1])}
        found[side] = rows | {"mean": _means(rows)}
    return found


def _emg(folder: Path, model: Path) -> Json:
    """Correlations of what muscles do with EMG: of the force that activation makes, and of activation."""
    leg = opensim.muscle_set(opensim.load(model), "r", HEIGHT_M).scaled(PERSON_KG, HEIGHT_M)
    tables = [storage.read(folder / f"walk36_{name}") for name in ("ik.sto", "id.sto", "XLD.mot", "emgFilt.sto")]
    motion, moments, plates, signals = tables
    walk = _walk(leg, "r", motion, moments, plates, "ground_force_vy")
    found = walk.solved(leg)
    # EMG is near to tension (Perry & Bekey 1981, Crit. Rev. Biomed. Eng. 7:1-22), but has none of passive force and of tone
    active, rows = (found.force - found.passive) * (1.0 - Effort().tone / found.activation), {}
    for column, values in signals.columns.items():
        k = leg.names.index(column.strip().removesuffix("_r"))
        emg = {delay: np.interp(walk.time - delay, signals.time_s, values) for delay in (0.0, DELAY_S)}
        rows[leg.names[k]] = {
            "r": float(np.corrcoef(active[:, k], emg[DELAY_S])[0, 1]),
            "r_no_delay": float(np.corrcoef(active[:, k], emg[0.0])[0, 1]),
            "r_activation": float(np.corrcoef(found.activation[:, k], emg[DELAY_S])[0, 1]),
        }
    return rows | {"mean": _means(rows)}


def _walk(
    leg: MuscleSet, side: str, motion: storage.Table, moments: storage.Table, plates: storage.Table, vertical: str
) -> Walk:
    """What muscles are fed with, filtered, without the coordinates' of toes, at ``RATE_HZ``."""
    end = min(one.time_s[-1] for one in (motion, moments, plates))
    time = np.arange(motion.time_s[0] + EDGE_S, end - EDGE_S, 1.0 / RATE_HZ)
    angles, rate = _curve(motion, [f"{name}_{side}" for name in leg.coordinates], time)
    torque, _ = _curve(moments, [f"{name}_{side}_moment" for name in leg.coordinates], time)
    return Walk(time, angles, rate, torque, _curve(plates, [vertical], time)[0][:, 0])


def _curve(given: storage.Table, columns: list[str], time: Array) -> tuple[Array, Array]:
    """Filtered columns (T, K) and their rates of change at other times."""
    rate_hz = (len(given.time_s) - 1) / (given.time_s[-1] - given.time_s[0])
    sections = butterworth(2, CUTOFF_HZ, rate_hz)
    values = np.stack([filter_both_ways(sections, given.columns[name]) for name in columns], -1)
    curve, step = CubicSpline(given.time_s, values), 1e-4
    return curve(time), (curve(time + step) - curve(time - step)) / (2.0 * step)


def _means(rows: Json) -> Json:
    return {key: float(np.mean([row[key] for row in rows.values()])) for key in next(iter(rows.values()))}
