"""The figures at the top of the report, and the table of forces and ranges of motion of both legs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from kinertia.estimation import verdict
from kinertia.estimation.estimate import Estimate
from kinertia.estimation.gait import Gait
from kinertia.recording import Array
from kinertia.reporting import names
from kinertia.reporting.shown import Shown


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


HEADLINE = ("speed_m_s", "cadence_per_min", "stride_time_s", "length_m")  # what the terminal says, and the report shows large


def tiles(shown: Shown) -> list[Tile]:
    """Speed, cadence, stride time and length over the strides of one kind of gait; those that are known.

    Without strides, the mean speed over the samples that count and in which the person walks, runs or stands; none where
    that is little of the recording.
    """
    if shown.main is None:
        return _without_strides(shown.estimate)
    return [
        Tile(
            row.quantity.label,
            names.number(row.both.mean, row.quantity.digits),
            row.quantity.unit,
            f"SD {row.both.sd:.{row.quantity.digits}f}" if row.both.sd > 0.0 else "",
        )
        for row in shown.main.rows
        if row.quantity.name in HEADLINE
    ]


def headline(shown: Shown) -> str:
    """The same in one line, and over which strides; empty where nothing is known."""
    said = ", ".join(f"{tile.label.lower()} {tile.value} {tile.unit}" for tile in tiles(shown))
    return f"{said} over {shown.main.words}" if shown.main else said


def _without_strides(estimate: Estimate) -> list[Tile]:
    if estimate.speed is None or verdict.mostly_other(estimate) or not estimate.in_gait.any():
        return []
    speed = estimate.speed[estimate.known & np.isfinite(estimate.speed)]
    return (
        [Tile("Speed", f"{speed.mean():.2f}", "m/s", f"SD {speed.std():.2f} over time; no strides found")] if speed.size else []
    )


def rows(estimate: Estimate, gait: Gait) -> list[Row]:
    """Forces and ranges of motion of both legs, with their symmetry; none without gait."""
    if not estimate.in_gait.any():
        return []  # peaks and ranges of those who stand are sway
    table = []
    for label, digits, name, measure in _MEASURES:
        curves = estimate.grf if name.startswith("grf") else estimate.coordinates
        counting = {side: curves[key] for side in "rl" if (key := f"{name}_{side}") in curves}
        known = {side: np.where(estimate.known, curve, np.nan) for side, curve in counting.items()}
        right, left = (_per_cycle(known.get(side), gait, side, measure) for side in "rl")
        if right.size or left.size:
            table.append(Row(label, _text(right, digits), _text(left, digits), _difference(right, left)))
    return table


def _range(cycles: Array, axis: int) -> Array:
    return np.degrees(np.ptp(cycles, axis=axis))


_MEASURES: tuple[tuple[str, int, str, Callable[..., Array]], ...] = (  # label, digits, curve and what is taken of its cycles
    # the last point repeats the first one of the next cycle
    ("Mean vertical force [BW]", 2, "grf_y", lambda cycles, axis: np.mean(cycles[..., :-1], axis=axis)),
    ("Peak vertical force [BW]", 2, "grf_y", np.max),
    ("Peak braking force [BW]", 2, "grf_x", lambda cycles, axis: -np.min(cycles, axis=axis)),
    ("Peak propulsive force [BW]", 2, "grf_x", np.max),
    ("Hip range of motion [deg]", 1, "hip_flexion", _range),
    ("Knee range of motion [deg]", 1, "knee_angle", _range),
    ("Ankle range of motion [deg]", 1, "ankle_angle", _range),
)


def _per_cycle(series: Array | None, gait: Gait, side: str, measure: Callable[..., Array]) -> Array:
    """(S,) measure of each cycle; of all that counts, once, where this leg has no strides."""
    if series is None:
        return np.empty(0)
    if gait.of(side) is None:
        finite = series[np.isfinite(series)]
        return np.atleast_1d(measure(finite, axis=0)) if finite.size else np.empty(0)
    cycles = gait.cycles(series, side)
    return np.empty(0) if cycles is None else np.atleast_1d(measure(cycles, axis=1))


def _text(values: Array, digits: int) -> str:
    spread = f" \u00b1 {values.std(ddof=1):.{digits}f}" if values.size > 1 else ""
    return f"{names.number(float(values.mean()), digits)}{spread}" if values.size else ""


def _difference(right: Array, left: Array) -> str:
    """Right minus left over their mean [%]; empty where a leg is not known."""
    middle = 0.5 * (right.mean() + left.mean()) if right.size and left.size else 0.0
    return names.number(100.0 * (right.mean() - left.mean()) / middle, 1, signed=True) if abs(middle) > 1e-9 else ""
