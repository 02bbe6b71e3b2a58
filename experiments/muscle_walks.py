"""Legs at work and what their muscles are compared with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from experiments.protocol import Json
from kinertia.io import opensim as storage
from kinertia.muscles import Effort, MuscleForces, MuscleSet, coming, solve_muscles
from kinertia.numerics.signals import butterworth, filter_both_ways
from kinertia.numerics.spline import CubicSpline
from kinertia.recording import GRAVITY, Array

Side = Literal["r", "l"]
SIDES: dict[Side, str] = {"r": "", "l": "1_"}
"""Sides to what their plate's columns begin with."""
RATE_HZ = 100.0
CUTOFF_HZ = 6.0
"""Of motion, moments and plates, as usual for walking."""
DELAY_S = 0.125
"""From EMG to force, the same for every muscle and session: 50 ms until force begins (Cavanagh & Komi 1979, Eur. J. Appl.
Physiol. 42:159-163), 75 ms in which a twitch of leg muscles rises (Buchthal & Schmalbruch 1970, Acta Physiol. Scand. 79)."""
HEIGHT_M = 1.75
"""Of people whose files do not say."""


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

    def after(self, time: float) -> Walk:
        """Without the beginning."""
        return Walk(*(values[self.time >= time] for values in vars(self).values()))


def smoothed(time: Array, values: Array) -> CubicSpline:
    """Low-passed curves of (T, K) values at even times."""
    sections = butterworth(2, CUTOFF_HZ, (len(time) - 1) / (time[-1] - time[0]))
    return CubicSpline(time, np.stack([filter_both_ways(sections, column) for column in values.T], -1))


def rates(curve: CubicSpline, time: Array) -> Array:
    """Rates of change (T, K) of curves."""
    step = 1e-4
    return (curve(time + step) - curve(time - step)) / (2.0 * step)


def against_control(leg: MuscleSet, side: Side, force: Array, theirs: dict[str, Array]) -> Json:
    """Root-mean-square difference in percent of body weight, and correlation, of the force (T, M) of each muscle of a leg."""
    rows = {}
    for k, name in enumerate(leg.names):
        error = float(np.sqrt(np.mean((force[:, k] - theirs[name]) ** 2)))
        correlation = float(np.corrcoef(force[:, k], theirs[name])[0, 1])
        rows[f"{name}_{side}"] = {"bw_percent": 100.0 * error / (leg.mass * GRAVITY), "r": correlation}
    return rows


def against_emg(found: MuscleForces, muscle: dict[str, int], time: Array, signals: storage.Table) -> Json:
    """Correlations with EMG of the force that activation makes, and of activation; index of the muscle of each signal."""
    # EMG is near to tension (Perry & Bekey 1981, Crit. Rev. Biomed. Eng. 7:1-22), but has none of passive force and of tone
    active = (found.force - found.passive) * (1.0 - Effort().tone / found.activation)
    emg, rows = {name.strip().removesuffix("_r"): values for name, values in signals.columns.items()}, {}
    for name, k in muscle.items():
        now, later = (np.interp(time - delay, signals.time_s, emg[name]) for delay in (0.0, DELAY_S))
        pairs = {"r": (active, later), "r_no_delay": (active, now), "r_activation": (found.activation, later)}
        rows[name] = {key: float(np.corrcoef(ours[:, k], theirs)[0, 1]) for key, (ours, theirs) in pairs.items()}
    return rows


def means(rows: Json) -> Json:
    """Means of each figure over rows."""
    return {key: float(np.mean([row[key] for row in rows.values()])) for key in next(iter(rows.values()))}
