"""Charts of angles, moments and ground reaction: per gait cycle where strides are known, over time otherwise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from kinertia.estimation import marked, strides
from kinertia.estimation.estimate import Estimate
from kinertia.estimation.gait import Gait
from kinertia.io.write_opensim import is_translation
from kinertia.metrics import units
from kinertia.recording import Array, Truth
from kinertia.reporting import names
from kinertia.reporting.charts import Chart, Line

Scale = Callable[[Array], Array]
_CYCLE = np.linspace(0.0, 100.0, strides.NODES)
_NONE = np.empty(0)
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


@dataclass(frozen=True)
class Curves:
    """Curves of one kind by name: estimated, true, half-widths of bands; and what brings them to the unit of the chart."""

    estimated: dict[str, Array]
    truth: dict[str, Array]
    bands: dict[str, Array]
    scale: Scale


def angles(source: Source) -> list[Chart]:
    """Joint angles [deg] and other coordinates ([deg] or [m]); the way travelled is left out."""
    estimate, truth = source.estimate, source.truth.angles if source.truth else {}
    charts = []
    shown = [name for name in estimate.coordinates if name not in ("pelvis_tx", "pelvis_tz")]
    for base, sides in names.group(shown).items():
        joint, sign = names.joint(base)
        if is_translation(base):
            title = "Height of the hip joints" if base == "pelvis_ty" else joint
            charts.append(_chart(source, title, "Length [m]", "", sides, Curves(estimate.coordinates, truth, {}, np.asarray)))
        else:
            title = joint if joint.startswith("Pelvis") else f"{joint} angle"
            curves = Curves(estimate.coordinates, truth, estimate.bands.coordinates, np.degrees)
            charts.append(_chart(source, title, "Angle [deg]", sign, sides, curves))
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

        curves = Curves(estimate.moments, truth, estimate.bands.moments, scale)
        charts.append(_chart(source, title, "Moment [BWBH %]", sign, sides, curves))
    return charts


def ground_reaction(source: Source) -> list[Chart]:
    """Ground reaction forces [BW]."""
    estimate, truth = source.estimate, source.truth.grf if source.truth else {}
    grouped = names.group(list(estimate.grf))
    curves = Curves(estimate.grf, truth, estimate.bands.grf, np.asarray)
    return [
        _chart(source, title, "Force [BW]", sign, grouped[base], curves)
        for base, (title, sign) in _FORCES.items()
        if base in grouped
    ]


def _chart(source: Source, title: str, y_label: str, sign: str, sides: dict[str, str], curves: Curves) -> Chart:
    in_cycles = all(source.gait.of(side) is not None for side in sides)
    build = _cycle_lines if in_cycles else _time_lines
    lines: list[Line] = []
    for side, name in sides.items():
        style, word = (names.SIDES[side], names.SIDES[side].capitalize()) if side else ("both", "Estimate")
        band = curves.scale(curves.bands[name]) if name in curves.bands else None
        lines += build(source, curves.scale(curves.estimated[name]), band, side, Line(word, _NONE, _NONE, style))
        if name in curves.truth and np.isfinite(curves.truth[name]).any():
            reference = Line(f"{word}, reference", _NONE, _NONE, style, dashed=True)
            lines += build(source, curves.scale(curves.truth[name]), None, side, reference)
    return Chart(
        title,
        names.CYCLE_AXIS if in_cycles else names.TIME_AXIS,
        y_label,
        tuple(lines),
        x_range=(0.0, 100.0) if in_cycles else None,
        note=sign,
        spans=() if in_cycles else _marked(source),
    )


def _marked(source: Source) -> tuple[tuple[float, float], ...]:
    """What of the samples shown should not be trusted [s]."""
    time_s = source.estimate.time_s[source.window]
    begin, end = float(time_s[0]), float(time_s[-1])
    return tuple((max(a, begin), min(b, end)) for a, b in marked.spans(source.estimate) if a < end and b > begin)


def _cycle_lines(source: Source, values: Array, band: Array | None, side: str, look: Line) -> list[Line]:
    cycles = source.gait.cycles(values, side)
    if cycles is None:
        return []
    mean, spread, count = strides.average(cycles)
    label = f"{look.label}, mean of {count} cycles" if count > 1 else f"{look.label}, one cycle"
    widths = None if band is None else source.gait.cycles(band, side)
    return [
        replace(
            look,
            label=label,
            x=_CYCLE,
            y=mean,
            spread=None if look.dashed or count < 2 else spread,
            band=None if widths is None else widths.mean(axis=0),
        )
    ]


def _time_lines(source: Source, values: Array, band: Array | None, side: str, look: Line) -> list[Line]:
    del side
    shown = source.window
    return [replace(look, x=source.estimate.time_s[shown], y=values[shown], band=None if band is None else band[shown])]
