"""The figures at the top of the report, and the table of both legs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from kinertia.estimation import strides, verdict
from kinertia.estimation.estimate import Estimate
from kinertia.estimation.gait import Gait
from kinertia.recording import Array
from kinertia.reporting import names


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


def tiles(estimate: Estimate, gait: Gait, *, periodic: bool) -> list[Tile]:
    """Speed, cadence, stride time and length, total vertical force, all over the same strides; those that are known.

    Without strides, the mean speed over the samples that count and in which the person walks, runs or stands; none where
    that is little of the recording.
    """
    durations = gait.all_durations_s
    if not durations.size:
        return _without_strides(estimate)
    found: list[Tile] = []
    many = durations.size > 1 and not periodic
    which = (
        "one repeating cycle" if periodic else f"{durations.size} {gait.word} stride{'s' if many else ''}".replace("  ", " ")
    )
    known = None if estimate.speed is None else gait.means(estimate.speed)
    if known is not None and np.isfinite(known).all():
        # way over time, so that speed is stride length over stride time
        speed = float((known * durations).sum() / durations.sum())
        found.append(Tile("Speed", f"{speed:.2f}", "m/s", f"SD {known.std(ddof=1):.2f}, {which}" if many else which))
    # Two steps per stride.
    found.append(Tile("Cadence", f"{120.0 / durations.mean():.0f}", "steps/min"))
    note = f"SD {durations.std(ddof=1):.3f} s, {which}" if many else which
    found.append(Tile("Stride time", f"{durations.mean():.2f}", "s", note))
    if known is not None and np.isfinite(known).all():
        found.append(Tile("Stride length", f"{(known * durations).mean():.2f}", "m", "speed times stride time"))
    if {"grf_y_r", "grf_y_l"} <= estimate.grf.keys():
        total = _mean_over_strides(estimate.grf["grf_y_r"] + estimate.grf["grf_y_l"], gait)
        if total is not None:
            found.append(Tile("Mean vertical force", f"{total:.2f}", "BW", "both legs; 1.00 in steady movement"))
    return found


def _without_strides(estimate: Estimate) -> list[Tile]:
    if estimate.speed is None or verdict.mostly_other(estimate):
        return []
    speed = estimate.speed[estimate.known & np.isfinite(estimate.speed)]
    return (
        [Tile("Speed", f"{speed.mean():.2f}", "m/s", f"SD {speed.std():.2f} over time; no strides found")] if speed.size else []
    )


def rows(estimate: Estimate, gait: Gait, *, periodic: bool) -> list[Row]:
    """Stride time, stance, peak forces and ranges of motion of both legs, with their symmetry; none without gait."""
    table: list[Row] = []
    if not estimate.in_gait.any():
        return table  # peaks and ranges of those who stand are sway

    def counting(curves: dict[str, Array], name: str) -> Array | None:
        return np.where(estimate.known, curves[name], np.nan) if name in curves else None

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
        add(
            label,
            2,
            {side: _per_cycle(counting(estimate.grf, f"{name}_{side}"), gait, side, peak) for side in "rl"},
        )
    for name, label in (("hip_flexion", "Hip"), ("knee_angle", "Knee"), ("ankle_angle", "Ankle")):
        add(
            f"{label} range of motion [deg]",
            1,
            {
                side: np.degrees(_per_cycle(counting(estimate.coordinates, f"{name}_{side}"), gait, side, np.ptp))
                for side in "rl"
            },
        )
    return table


def _per_cycle(series: Array | None, gait: Gait, side: str, measure: Callable[..., Array]) -> Array:
    """(S,) measure of each cycle; of all that counts, once, where this leg has no strides."""
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
