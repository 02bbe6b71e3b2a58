"""Charts of angles, moments and ground reaction: per gait cycle where strides are known, over time otherwise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from kinertia.estimation import convention, flags, strides
from kinertia.estimation.convention import Knee
from kinertia.estimation.estimate import Estimate
from kinertia.estimation.gait import Gait
from kinertia.io.write_opensim import is_translation
from kinertia.metrics import units
from kinertia.recording import Array, Subject, Truth
from kinertia.reporting import names
from kinertia.reporting.charts import Chart, Line
from kinertia.simulation.norms import Norm

Scale = Callable[[Array], Array]
_CYCLE = np.linspace(0.0, 100.0, strides.NODES)
_NONE = np.empty(0)
_FORCES = {
    "grf_y": ("Ground reaction, vertical", "up +"),
    "grf_x": ("Ground reaction, fore-aft", "forward +"),
    "grf_z": ("Ground reaction, lateral", "to the right +"),
}


@dataclass(frozen=True)
class Unit:
    """One unit of moments: ``key`` in the page's switch, its label, and what brings N m to it."""

    key: str
    label: str
    scale: Callable[[Array, Subject], Array]


BWBH = Unit("bwbh", "BWBH %", units.bwbh_percent)
NEWTON_METRES = Unit("nm", "N m", lambda moment, person: moment)
PER_KILOGRAM = Unit("kg", "N m/kg", lambda moment, person: moment / person.mass_kg)


def moment_units(person: Subject) -> tuple[Unit, ...]:
    """Units in which the moments of a person can be told: N m where the mass is known."""
    known = "mass_kg" not in person.assumed
    return (BWBH, *((NEWTON_METRES,) if known else ()), PER_KILOGRAM)


@dataclass(frozen=True)
class Source:
    """What every chart is drawn from: the result, its strides, the samples shown where there are none, other people."""

    estimate: Estimate
    gait: Gait
    window: slice
    truth: Truth | None = None
    norm: Norm | None = None


@dataclass(frozen=True)
class Curves:
    """Curves of one kind by name: estimated, true, half-widths of bands; and what brings them to the unit of the chart.

    Attributes
    ----------
    norm : mean and standard deviation (101,) between people over the gait cycle, in the unit before scaling.
    """

    estimated: dict[str, Array]
    truth: dict[str, Array]
    bands: dict[str, Array]
    scale: Scale
    norm: tuple[Array, Array | None] | None = None


def angles(source: Source) -> list[Chart]:
    """Joint angles [deg] and other coordinates ([deg] or [m]), knees in both signs; the way travelled is left out."""
    estimate, truth = source.estimate, source.truth.angles if source.truth else {}
    charts = []
    shown = [name for name in estimate.coordinates if name not in ("pelvis_tx", "pelvis_tz")]
    for base, sides in names.group(shown).items():
        joint, _ = names.joint(base)
        if is_translation(base):
            title = "Height of the hip joints" if base == "pelvis_ty" else joint
            charts.append(_chart(source, title, "Length [m]", "", sides, Curves(estimate.coordinates, truth, {}, np.asarray)))
            continue
        title = joint if joint.startswith("Pelvis") else f"{joint} angle"
        curves = Curves(estimate.coordinates, truth, estimate.bands.coordinates, np.degrees, _norm_angle(source.norm, base))
        charts += _in_both_signs(source, title, "Angle [deg]", base, sides, curves)
    return charts


def moments(source: Source, unit: Unit = BWBH) -> list[Chart]:
    """Net joint moments in a unit, knees in both signs."""
    estimate, truth = source.estimate, source.truth.moments if source.truth else {}

    def scale(values: Array) -> Array:
        return unit.scale(values, estimate.subject)

    charts = []
    for base, sides in names.group(list(estimate.moments)).items():
        curves = Curves(estimate.moments, truth, estimate.bands.moments, scale)
        title = f"{names.joint(base)[0]} moment"
        charts += _in_both_signs(source, title, f"Moment [{unit.label}]", base, sides, curves)
    return charts


def ground_reaction(source: Source) -> list[Chart]:
    """Ground reaction forces [BW]."""
    estimate, truth = source.estimate, source.truth.grf if source.truth else {}
    grouped = names.group(list(estimate.grf))
    return [
        _chart(
            source,
            title,
            "Force [BW]",
            sign,
            grouped[base],
            Curves(estimate.grf, truth, estimate.bands.grf, np.asarray, _norm_force(source.norm, base)),
        )
        for base, (title, sign) in _FORCES.items()
        if base in grouped
    ]


def _in_both_signs(source: Source, title: str, y_label: str, base: str, sides: dict[str, str], curves: Curves) -> list[Chart]:
    """One chart, or of a knee one for each sign."""
    if base != convention.KNEE:
        return [_chart(source, title, y_label, names.joint(base)[1], sides, curves)]

    def turned(factor: float) -> Curves:
        return replace(curves, scale=lambda values: factor * curves.scale(values))

    return [
        replace(
            _chart(source, title, y_label, convention.words(knee), sides, turned(convention.sign(base, knee))),
            only=f"knee-{knee.value}",
        )
        for knee in Knee
    ]


def _norm_angle(norm: Norm | None, base: str) -> tuple[Array, Array | None] | None:
    if norm is None or base not in norm.angles:
        return None
    return norm.angle(base, _CYCLE / 100.0), norm.angle_spread(base, _CYCLE / 100.0)


def _norm_force(norm: Norm | None, base: str) -> tuple[Array, Array | None] | None:
    if norm is None or base not in norm.forces:
        return None
    return norm.force(base, _CYCLE / 100.0), norm.force_spread(base, _CYCLE / 100.0)


def _chart(source: Source, title: str, y_label: str, sign: str, sides: dict[str, str], curves: Curves) -> Chart:
    in_cycles = all(source.gait.of(side) is not None for side in sides)
    build = _cycle_lines if in_cycles else _time_lines
    lines: list[Line] = []
    if in_cycles and curves.norm is not None:
        mean, spread = curves.norm
        half = None if spread is None else np.abs(curves.scale(spread))
        lines.append(Line("Other people, mean", _CYCLE, curves.scale(mean), "norm", spread=half))
    for side, name in sides.items():
        style, word = (names.SIDES[side], names.SIDES[side].capitalize()) if side else ("both", "Estimate")
        band = np.abs(curves.scale(curves.bands[name])) if name in curves.bands else None
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
    return tuple((max(a, begin), min(b, end)) for a, b in flags.spans(source.estimate) if a < end and b > begin)


def _cycle_lines(source: Source, values: Array, band: Array | None, side: str, look: Line) -> list[Line]:
    cycles = source.gait.cycles(values, side)
    if cycles is None:
        return []
    mean, spread, count = strides.average(cycles)
    label = f"{look.label}, mean of {count} cycles" if count > 1 else f"{look.label}, one cycle"
    widths = None if band is None else source.gait.cycles(band, side)
    # one shade for each leg: where the truth may be, or else how strides differ
    spread = None if look.dashed or count < 2 or widths is not None else spread
    return [replace(look, label=label, x=_CYCLE, y=mean, spread=spread, band=None if widths is None else widths.mean(axis=0))]


def _time_lines(source: Source, values: Array, band: Array | None, side: str, look: Line) -> list[Line]:
    del side
    shown = source.window
    return [replace(look, x=source.estimate.time_s[shown], y=values[shown], band=None if band is None else band[shown])]
