"""Charts of angles, moments and ground reaction: per gait cycle where strides are known, over time otherwise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from kinertia.estimation import convention, gait, verdict
from kinertia.estimation.convention import Knee
from kinertia.estimation.estimate import TOLD_BWBH, Activity, Estimate
from kinertia.estimation.gait import Gait
from kinertia.estimation.spatiotemporal import Parameters
from kinertia.io.write_opensim import is_translation
from kinertia.metrics import errors
from kinertia.recording import GRAVITY, Array, Subject, Truth
from kinertia.reporting import names
from kinertia.reporting.charts import Chart, Line
from kinertia.simulation.norms import RUNNING, WALKING, Norm

DUTY_PERCENT = 50.0  # by definition: in running each foot is on the ground for less than half of the stride
FAR = 0.15  # speeds that differ by more than this part are named: ranges of motion differ with them
CURVE_SECONDS = 5.0  # of the curves, four or five strides
FIGURE_SECONDS = 10.0  # of the stick figure
Scale = Callable[[Array], Array]
_CYCLE = np.linspace(0.0, 100.0, gait.NODES)
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


BWBH = Unit("bwbh", "BWBH %", errors.bwbh_percent)
NEWTON_METRES = Unit("nm", "N m", lambda moment, person: moment)
PER_KILOGRAM = Unit("kg", "N m/kg", lambda moment, person: moment / person.mass_kg)


def moment_units(person: Subject) -> tuple[Unit, ...]:
    """Units in which the moments of a person can be told: N m where the mass is known."""
    known = "mass_kg" not in person.assumed
    return (BWBH, *((NEWTON_METRES,) if known else ()), PER_KILOGRAM)


@dataclass(frozen=True)
class Source:
    """What every chart is drawn from: the result, its strides, the reference, other people."""

    estimate: Estimate
    gait: Gait
    truth: Truth | None = None
    norm: Norm | None = None

    @cached_property
    def window(self) -> slice:
        """Samples that are shown where there are no strides."""
        return busiest(self.estimate, CURVE_SECONDS)


@dataclass(frozen=True)
class Curves:
    """Curves of one kind by name: estimated, true, half-widths of bands; and what brings them to the unit of the chart."""

    estimated: dict[str, Array]
    truth: dict[str, Array]
    bands: dict[str, Array]
    scale: Scale
    norm: tuple[Array, Array | None] | None = None  # mean and SD (101,) between people over the cycle, before scaling


def angles(source: Source) -> list[Chart]:
    """Joint angles [deg] and other coordinates ([deg] or [m]), knees in both signs; the way travelled is left out."""
    estimate, truth = source.estimate, source.truth.angles if source.truth else {}
    charts = []
    shown = [name for name in estimate.coordinates if name not in ("pelvis_tx", "pelvis_tz")]
    for base, sides in names.group(shown).items():
        joint, sign = names.joint(base)
        if is_translation(base):
            title = "Height of the hip joints" if base == "pelvis_ty" else joint
            charts.append(_chart(source, title, "Length [m]", "", sides, Curves(estimate.coordinates, truth, {}, np.asarray)))
            continue
        title = joint if joint.startswith("Pelvis") else f"{joint} angle"
        curves = Curves(estimate.coordinates, truth, estimate.bands.coordinates, np.degrees, _others(source.norm, base))
        charts += _in_both_signs(source, title, "Angle [deg]", base, sign, sides, curves)
    return charts


def moments(source: Source, unit: Unit = BWBH) -> list[Chart]:
    """Net joint moments in a unit, knees in both signs."""
    estimate, truth = source.estimate, source.truth.moments if source.truth else {}
    curves = Curves(estimate.moments, truth, estimate.bands.moments, lambda values: unit.scale(values, estimate.subject))
    return [
        chart
        for base, sides in names.group(list(estimate.moments)).items()
        for joint, sign in [names.joint(base)]
        for chart in _in_both_signs(source, f"{joint} moment", f"Moment [{unit.label}]", base, sign, sides, curves)
    ]


def ground_reaction(source: Source) -> list[Chart]:
    """Ground reaction forces [BW]."""
    estimate, truth = source.estimate, source.truth.grf if source.truth else {}
    grouped = names.group(list(estimate.grf))
    charts = []
    for base, (title, sign) in _FORCES.items():
        if base in grouped:
            curves = Curves(estimate.grf, truth, estimate.bands.grf, np.asarray, _others(source.norm, base))
            charts.append(_chart(source, title, "Force [BW]", sign, grouped[base], curves))
    return charts


def muscles(source: Source) -> list[Chart]:
    """Force [BW] and activation [%] of each muscle, contact force of joints [BW], what muscles lack of moments [BWBH %]."""
    estimate, charts, truth = source.estimate, [], source.truth or Truth()
    weight, percent = estimate.subject.mass_kg * GRAVITY, 100.0
    for base, sides in names.group(list(estimate.muscle_forces)).items():
        title = base.replace("_", " ").capitalize()
        force = Curves(estimate.muscle_forces, truth.muscle_forces, {}, lambda values: values / weight)
        charts.append(_chart(source, f"{title} force", "Force [BW]", "", sides, force))
        if set(sides.values()) <= estimate.muscle_activations.keys():
            activation = Curves(estimate.muscle_activations, truth.muscle_activations, {}, lambda values: percent * values)
            charts.append(_chart(source, f"{title} activation", "Activation [%]", "", sides, activation))
    contact = Curves({name: np.hypot(*x.T) for name, x in estimate.contact_forces.items()}, {}, {}, lambda x: x / weight)
    for base, sides in names.group(list(estimate.contact_forces)).items():
        charts.append(_chart(source, f"{base.capitalize()} contact force", "Force [BW]", "", sides, contact))
    left = Curves(estimate.muscle_reserves, {}, {}, lambda values: errors.bwbh_percent(values, estimate.subject))
    for base, sides in names.group(list(estimate.muscle_reserves)).items():
        most = max(np.abs(np.nan_to_num(left.scale(estimate.muscle_reserves[name]))).max() for name in sides.values())
        if most > percent * TOLD_BWBH:
            joint, sign = names.joint(base)
            title = f"\u26a0 {joint} moment that no muscle gives"
            charts += _in_both_signs(source, title, "Moment [BWBH %]", base, sign, sides, left)
    return charts


def _others(norm: Norm | None, base: str) -> tuple[Array, Array | None] | None:
    """Mean and spread of other people's angle or force; None where that was not published."""
    phase = _CYCLE / 100.0
    if norm is not None and base in norm.angles:
        return norm.angle(base, phase), norm.angle_spread(base, phase)
    return (norm.force(base, phase), norm.force_spread(base, phase)) if norm is not None and base in norm.forces else None


def _in_both_signs(
    source: Source, title: str, y_label: str, base: str, sign: str, sides: dict[str, str], curves: Curves
) -> list[Chart]:
    """One chart, or of a knee one for each sign."""
    if base != convention.KNEE:
        return [_chart(source, title, y_label, sign, sides, curves)]
    charts = []
    for knee in Knee:
        factor = convention.sign(base, knee)
        turned = replace(curves, scale=lambda values, factor=factor: factor * curves.scale(values))
        chart = _chart(source, title, y_label, convention.words(knee), sides, turned)
        charts.append(replace(chart, only=f"knee-{knee.value}"))
    return charts


def _chart(source: Source, title: str, y_label: str, sign: str, sides: dict[str, str], curves: Curves) -> Chart:
    in_cycles = all(source.gait.of(side) is not None for side in sides)
    lines: list[Line] = []
    if in_cycles and curves.norm is not None:
        mean, spread = curves.norm
        half = None if spread is None else np.abs(curves.scale(spread))
        lines.append(Line("Other people, mean", _CYCLE, curves.scale(mean), "norm", spread=half))
    for side, name in sides.items():
        style, word = (names.SIDES[side], names.SIDES[side].capitalize()) if side else ("both", "Estimate")
        band = np.abs(curves.scale(curves.bands[name])) if name in curves.bands else None
        lines += _line(source, curves.scale(curves.estimated[name]), band, side if in_cycles else None, word, style)
        if name in curves.truth and np.isfinite(curves.truth[name]).any():
            known, word = curves.scale(curves.truth[name]), f"{word}, reference"
            lines += _line(source, known, None, side if in_cycles else None, word, style, dashed=True)
    return Chart(
        title,
        names.CYCLE_AXIS if in_cycles else names.TIME_AXIS,
        y_label,
        tuple(lines),
        x_range=(0.0, 100.0) if in_cycles else None,
        note=sign,
        spans=() if in_cycles else _marked(source),
    )


def _line(
    source: Source, values: Array, band: Array | None, side: str | None, label: str, style: str, *, dashed: bool = False
) -> list[Line]:
    """A curve over the mean cycle of a leg, or where that is None over time."""
    if side is None:
        shown = source.window
        band = None if band is None else band[shown]
        return [Line(label, source.estimate.time_s[shown], values[shown], style, dashed, band=band)]
    cycles = source.gait.cycles(values, side)
    if cycles is None:
        return []
    mean, spread, count = gait.average(cycles)
    label = f"{label}, mean of {count} cycles" if count > 1 else f"{label}, one cycle"
    widths = None if band is None else source.gait.cycles(band, side)
    # one shade for each leg: where the truth may be, or else how strides differ
    spread = None if dashed or count < 2 or widths is not None else spread
    return [Line(label, _CYCLE, mean, style, dashed, spread, None if widths is None else widths.mean(axis=0))]


def _marked(source: Source) -> tuple[tuple[float, float], ...]:
    """What of the samples shown should not be trusted [s]."""
    time_s = source.estimate.time_s[source.window]
    begin, end = float(time_s[0]), float(time_s[-1])
    return tuple((max(a, begin), min(b, end)) for a, b in verdict.spans(source.estimate) if a < end and b > begin)


def norm_of(gait: Parameters | None) -> Norm | None:
    """Curves for a kind of gait, told by the duty factor where it has no name; None without strides."""
    if gait is None:
        return None
    if gait.gait:
        return RUNNING if gait.gait == Activity.RUNNING.word else WALKING
    stance = gait.measure("stance_percent").mean
    return WALKING if stance >= DUTY_PERCENT else RUNNING if stance < DUTY_PERCENT else None


def norm_caption(norm: Norm, gait: Parameters) -> str:
    """What the grey band is, and how far the speed of these people is from this one's."""
    said = f"Grey: {norm.people}, mean \u00b1 1 SD between people"
    speed = gait.measure("speed_m_s").mean
    if abs(speed - norm.speed_m_s) > FAR * norm.speed_m_s:
        said += f"; here the speed is {speed:.2f} m/s"
    return f"{said}."


def busiest(estimate: Estimate, seconds: float) -> slice:
    """Samples of the stretch of ``seconds`` in which the joints move most in what counts; all of them when there are fewer."""
    length = max(2, round(seconds * estimate.rate_hz))
    if estimate.samples <= length:
        return slice(0, estimate.samples)
    angles = [values for name, values in estimate.coordinates.items() if not is_translation(name)]
    movement = np.zeros(estimate.samples)
    for values in angles:
        movement[1:] += np.where(estimate.counted[1:], np.nan_to_num(np.abs(np.diff(values))), 0.0)
    total = np.concatenate([[0.0], np.cumsum(movement)])
    start = int(np.argmax(total[length:] - total[:-length]))
    return slice(start, start + length)
