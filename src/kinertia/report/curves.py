"""Charts of angles, moments and ground reaction: per gait cycle where strides are known, over time otherwise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from kinertia.estimation import strides
from kinertia.estimation.estimate import Estimate
from kinertia.io.write_opensim import is_translation
from kinertia.metrics import units
from kinertia.recording import Array, Truth
from kinertia.report import names
from kinertia.report.charts import Chart, Line
from kinertia.report.gait import Gait

Scale = Callable[[Array], Array]
_CYCLE = np.linspace(0.0, 100.0, strides.NODES)
_FORCES = {
    "grf_y": ("Ground reaction, vertical", "up +"),
    "grf_x": ("Ground reaction, fore-aft", "forward +"),
    "grf_z": ("Ground reaction, lateral", "to the right +"),
}


@dataclass(frozen=True)
class Source:
    """What every chart is drawn from: the result, its strides, the samples shown where there are none."""

    estimate: Estimate
    gait: Gait
    window: slice
    truth: Truth | None


def angles(source: Source) -> list[Chart]:
    """Joint angles [deg] and other coordinates ([deg] or [m]); the way travelled is left out."""
    estimate, truth = source.estimate, source.truth.angles if source.truth else {}
    charts = []
    shown = [name for name in estimate.coordinates if name not in ("pelvis_tx", "pelvis_tz")]
    for base, sides in names.group(shown).items():
        joint, sign = names.joint(base)
        if is_translation(base):
            title = "Height of the hip joints" if base == "pelvis_ty" else joint
            charts.append(_chart(source, title, "Length [m]", "", sides, estimate.coordinates, truth, np.asarray))
        else:
            title = joint if joint.startswith("Pelvis") else f"{joint} angle"
            charts.append(_chart(source, title, "Angle [deg]", sign, sides, estimate.coordinates, truth, np.degrees))
    return charts


def moments(source: Source) -> list[Chart]:
    """Net joint moments [% of body weight times height]."""
    estimate, truth = source.estimate, source.truth.moments if source.truth else {}
    charts = []
    for base, sides in names.group(list(estimate.moments)).items():
        joint, sign = names.joint(base)
        title = f"{joint} moment"

        def scale(values: Array) -> Array:
            return units.bwbh_percent(values, estimate.subject)

        charts.append(_chart(source, title, "Moment [BWBH %]", sign, sides, estimate.moments, truth, scale))
    return charts


def ground_reaction(source: Source) -> list[Chart]:
    """Ground reaction forces [BW]."""
    estimate, truth = source.estimate, source.truth.grf if source.truth else {}
    grouped = names.group(list(estimate.grf))
    return [
        _chart(source, title, "Force [BW]", sign, grouped[base], estimate.grf, truth, np.asarray)
        for base, (title, sign) in _FORCES.items()
        if base in grouped
    ]


def _chart(
    source: Source,
    title: str,
    y_label: str,
    sign: str,
    sides: dict[str, str],
    estimated: dict[str, Array],
    truth: dict[str, Array],
    scale: Scale,
) -> Chart:
    in_cycles = all(source.gait.of(side) is not None for side in sides)
    build = _cycle_lines if in_cycles else _time_lines
    lines: list[Line] = []
    for side, name in sides.items():
        style, word = (names.SIDES[side], names.SIDES[side].capitalize()) if side else ("both", "Estimate")
        lines += build(source, scale(estimated[name]), side, word, style, dashed=False)
        if name in truth and np.isfinite(truth[name]).any():
            lines += build(source, scale(truth[name]), side, f"{word}, reference", style, dashed=True)
    return Chart(
        title,
        names.CYCLE_AXIS if in_cycles else names.TIME_AXIS,
        y_label,
        tuple(lines),
        x_range=(0.0, 100.0) if in_cycles else None,
        note=sign,
    )


def _cycle_lines(source: Source, values: Array, side: str, label: str, style: str, *, dashed: bool) -> list[Line]:
    cycles = source.gait.cycles(values, side)
    if cycles is None:
        return []
    mean, spread, count = strides.average(cycles)
    label = f"{label}, mean of {count} cycles" if count > 1 else f"{label}, one cycle"
    return [Line(label, _CYCLE, mean, style, dashed, None if dashed or count < 2 else spread)]


def _time_lines(source: Source, values: Array, side: str, label: str, style: str, *, dashed: bool) -> list[Line]:
    return [Line(label, source.estimate.time_s[source.window], values[source.window], style, dashed)]
