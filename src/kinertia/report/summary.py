"""The figures at the top of the report, and how far the result obeys the equations of motion."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from kinertia.estimation import strides
from kinertia.estimation.estimate import Estimate
from kinertia.recording import Array
from kinertia.report import names
from kinertia.report.gait import Gait

FORCE_LIMIT_BW = 0.05
"""Residual force up to which a simulation is commonly taken as consistent [BW]: Hicks et al., J Biomech Eng 2015."""
MOMENT_LIMIT_BWBH = 0.01
"""The same for the residual moment [BWBH]."""
CARE = 2.0
"""Up to this many times the limits the result is called usable with care."""


@dataclass(frozen=True)
class Tile:
    """One headline figure: ``label``, ``value`` as text, ``unit``, small ``note``."""

    label: str
    value: str
    unit: str
    note: str = ""


@dataclass(frozen=True)
class Row:
    """One line of the table of both legs; values are text, empty where unknown. ``difference`` is right minus left [%]."""

    label: str
    right: str
    left: str
    difference: str


@dataclass(frozen=True)
class Verdict:
    """Residual of the equations of motion.

    Attributes
    ----------
    word : ``consistent``, ``usable with care`` or ``not consistent``.
    level : ``good``, ``fair`` or ``poor``, for the style sheet.
    force_bw, moment_bwbh : root mean square of the residual force and moment, which weighs peaks.
    force_95_bw, moment_95_bwbh : 95th percentile of the same.
    """

    word: str
    level: str
    force_bw: float
    moment_bwbh: float
    force_95_bw: float
    moment_95_bwbh: float


def verdict(estimate: Estimate) -> Verdict | None:
    """Judge the residual by the limits above; None when the method gives none."""
    if estimate.root_residual is None:
        return None
    finite = estimate.root_residual[np.isfinite(estimate.root_residual).all(axis=1)]
    if not finite.shape[0]:
        return None
    force, moment = np.hypot(finite[:, 0], finite[:, 1]), np.abs(finite[:, 2])
    force_rms, moment_rms = float(np.sqrt(np.mean(force**2))), float(np.sqrt(np.mean(moment**2)))
    excess = max(force_rms / FORCE_LIMIT_BW, moment_rms / MOMENT_LIMIT_BWBH)
    if excess <= 1.0:
        word, level = "consistent", "good"
    elif excess <= CARE:
        word, level = "usable with care", "fair"
    else:
        word, level = "not consistent", "poor"
    tail = np.quantile(force, 0.95), np.quantile(moment, 0.95)
    return Verdict(word, level, force_rms, moment_rms, float(tail[0]), float(tail[1]))


def tiles(estimate: Estimate, gait: Gait, *, periodic: bool) -> list[Tile]:
    """Speed, cadence, stride time and length, total vertical force; those that are known."""
    found: list[Tile] = []
    speed = None if estimate.speed is None else estimate.speed[np.isfinite(estimate.speed)]
    if speed is not None and speed.size:
        found.append(Tile("Speed", f"{speed.mean():.2f}", "m/s", f"SD {speed.std():.2f} over time"))
    durations = gait.all_durations_s
    if durations.size:
        # Two steps per stride.
        found.append(Tile("Cadence", f"{120.0 / durations.mean():.0f}", "steps/min"))
        if periodic:
            note = "one repeating cycle"
        elif durations.size > 1:
            note = f"SD {durations.std(ddof=1):.3f} s, {durations.size} strides"
        else:
            note = "one stride"
        found.append(Tile("Stride time", f"{durations.mean():.2f}", "s", note))
        lengths = _stride_lengths(estimate, gait)
        if lengths.size:
            found.append(Tile("Stride length", f"{lengths.mean():.2f}", "m", "speed times stride time"))
    if {"grf_y_r", "grf_y_l"} <= estimate.grf.keys():
        total = _mean_over_strides(estimate.grf["grf_y_r"] + estimate.grf["grf_y_l"], gait)
        if total is not None:
            found.append(Tile("Mean vertical force", f"{total:.2f}", "BW", "both legs; 1.00 in steady movement"))
    return found


def rows(estimate: Estimate, gait: Gait, *, periodic: bool) -> list[Row]:
    """Stride time, stance, peak forces and ranges of motion of both legs, with their symmetry."""
    table: list[Row] = []

    def add(label: str, digits: int, values: dict[str, Array]) -> None:
        if any(v.size for v in values.values()):
            table.append(_row(label, digits, values))

    if not periodic:
        add("Stride time [s]", 3, {side: gait.durations_s(side) for side in "rl"})
    add("Stance [% of stride]", 1, {side: _stance_percent(estimate, gait, side) for side in "rl"})
    for name, label, peak in (
        ("grf_y", "Peak vertical force [BW]", np.max),
        ("grf_x", "Peak braking force [BW]", lambda cycles, axis: -np.min(cycles, axis=axis)),
        ("grf_x", "Peak propulsive force [BW]", np.max),
    ):
        add(label, 2, {side: _per_cycle(estimate.grf.get(f"{name}_{side}"), gait, side, peak) for side in "rl"})
    for name, label in (("hip_flexion", "Hip"), ("knee_angle", "Knee"), ("ankle_angle", "Ankle")):
        add(
            f"{label} range of motion [deg]",
            1,
            {side: np.degrees(_per_cycle(estimate.coordinates.get(f"{name}_{side}"), gait, side, np.ptp)) for side in "rl"},
        )
    return table


def _per_cycle(series: Array | None, gait: Gait, side: str, measure: Callable[..., Array]) -> Array:
    """(S,) measure of each cycle; of the whole recording, once, where this leg has no strides."""
    if series is None:
        return np.empty(0)
    if gait.of(side) is None:
        finite = series[np.isfinite(series)]
        return np.atleast_1d(measure(finite, axis=0)) if finite.size else np.empty(0)
    cycles = gait.cycles(series, side)
    return np.empty(0) if cycles is None else np.atleast_1d(measure(cycles, axis=1))


def _stance_percent(estimate: Estimate, gait: Gait, side: str) -> Array:
    found, lifts = gait.legs.get(side), estimate.events.get(f"toe_off_{side}")
    if found is None or lifts is None:
        return np.empty(0)
    fractions = strides.stance_fraction(found, lifts)
    return 100.0 * fractions[np.isfinite(fractions)]


def _stride_lengths(estimate: Estimate, gait: Gait) -> Array:
    if estimate.speed is None:
        return np.empty(0)
    lengths = [
        strides.cut(estimate.speed, found)[:, :-1].mean(axis=1) * gait.durations_s(side) for side, found in gait.legs.items()
    ]
    known = np.concatenate(lengths) if lengths else np.empty(0)
    return known[np.isfinite(known)]


def _mean_over_strides(series: Array, gait: Gait) -> float | None:
    cycles = gait.cycles(series, "")
    # The last point repeats the first one of the next cycle.
    return None if cycles is None else float(cycles[:, :-1].mean())


def _row(label: str, digits: int, values: dict[str, Array]) -> Row:
    def text(v: Array) -> str:
        if not v.size:
            return ""
        return names.number(float(v.mean()), digits) + (f" \u00b1 {v.std(ddof=1):.{digits}f}" if v.size > 1 else "")

    right, left = values["r"], values["l"]
    difference = ""
    if right.size and left.size:
        middle = 0.5 * (right.mean() + left.mean())
        if abs(middle) > 1e-9:
            difference = names.number(100.0 * float(right.mean() - left.mean()) / float(middle), 1, signed=True)
    return Row(label, text(right), text(left), difference)
