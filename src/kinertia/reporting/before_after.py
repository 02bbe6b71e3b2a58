"""Two estimates side by side, of two recordings or of two models: one HTML file that opens without a network."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from kinertia.estimation import gait
from kinertia.estimation.estimate import Estimate
from kinertia.estimation.spatiotemporal import Measure, Parameters, Quantity
from kinertia.reporting import charts, curves, errors_table, names, overview, rendering
from kinertia.reporting.charts import Chart
from kinertia.reporting.shown import Shown
from kinertia.simulation.norms import Norm

FAR = 0.05  # speeds that differ by more than this part are named: angles and forces change with speed


@dataclass(frozen=True)
class Change:
    """One line of the table: a gait parameter before and after, its change in its unit and in percent, both asymmetries."""

    quantity: Quantity
    before: Measure
    after: Measure
    asymmetry_before: float
    asymmetry_after: float

    @property
    def change(self) -> float:
        return self.after.mean - self.before.mean

    @property
    def change_percent(self) -> float:
        return 100.0 * self.change / abs(self.before.mean) if self.before.mean else float("nan")


def render(before: Shown, after: Shown) -> str:
    """The page as text; heading, notes and the sign of the knee are those of the second one."""
    # what there are most strides of after comes first
    pairs = [(one, other) for other in after.gaits for one in before.gaits if one.gait == other.gait]
    main = pairs[0][1] if pairs else None
    norm = curves.norm_of(main)
    sources = [_source(side, main.gait, norm) for side in (before, after)] if main else []
    groups = [
        (title, _paired(*(draw(source) for source in sources)))
        for title, draw in (
            ("Joint angles", curves.angles),
            ("Joint moments", curves.moments),
            ("Ground reaction", curves.ground_reaction),
        )
        if sources
    ]
    sides = [
        (
            word,
            side,
            overview.who(side, date.today())[:-1] + overview.what(side),
            overview.how_good(side),
        )
        for word, side in (("Before", before), ("After", after))
    ]
    return rendering.render(
        "before_after.html.j2",
        title=after.session.heading or _title(before, after),
        session=after.session,
        knee=after.knee.value,
        sides=sides,
        mind=cautions(before, after),
        fits=fits(before, after),
        step_error=overview.step_error(after.estimate),
        tables=[(other.words, one.words, changes(one, other)) for one, other in pairs],
        norm=curves.norm_caption(norm, main) if norm and main else "",
        groups=[(title, [(one, charts.draw(one, 520, 230)) for one in drawn]) for title, drawn in groups if drawn],
        errors=_errors(before, after),
        level=f"{100.0 * after.estimate.bands.level:.0f}" if after.estimate.bands.level else "",
    )


def changes(before: Parameters, after: Parameters) -> list[Change]:
    """Every parameter that both know."""
    known = {row.quantity.name: row for row in before.rows}
    return [
        Change(row.quantity, known[name].both, row.both, known[name].symmetry_percent, row.symmetry_percent)
        for row in after.rows
        if (name := row.quantity.name) in known
    ]


def fits(before: Shown, after: Shown) -> list[tuple[str, str, str]]:
    """How well motion, forces and signals fit each other: what is meant, before, after; what both know."""
    rows = []
    for label, digits, measure in (
        ("Force left unexplained at the pelvis [% of body weight]", 2, lambda side: _times(100.0, side.told.force_bw)),
        ("Moment left unexplained at the pelvis [BWBH %]", 2, lambda side: _times(100.0, side.told.moment_bwbh)),
        ("Sensor signals missed [% of their spread]", 1, lambda side: _missed_percent(side.estimate)),
    ):
        was, now = (measure(side) for side in (before, after))
        if was is not None and now is not None:
            rows.append((label, names.number(was, digits), names.number(now, digits)))
    return rows


def _times(factor: float, value: float | None) -> float | None:
    return None if value is None else factor * value


def _missed_percent(estimate: Estimate) -> float | None:
    """Root mean square difference of virtual and measured signals over the spread of each channel, over all channels [%]."""
    measured, virtual = estimate.imu_measured, estimate.imu_virtual
    if measured is None or virtual is None or not estimate.known.any():
        return None
    real, error = measured[estimate.known], (virtual - measured)[estimate.known]
    # a channel without a value has no share
    known = np.isfinite(error).any(axis=0) & np.isfinite(real).any(axis=0)
    share = np.nanmean(error[:, known] ** 2, axis=0) / np.nanvar(real[:, known], axis=0)
    return 100.0 * float(np.sqrt(share.mean()))


def cautions(before: Shown, after: Shown) -> list[str]:
    """What besides the person may have changed, in sentences."""
    said = []
    one, other = before.estimate.subject, after.estimate.subject
    same = before.recording.source == after.recording.source and before.recording.name == after.recording.name
    if not same:
        said.append("Two recordings: sensors that were strapped on anew sit differently, which moves angles by a few degrees.")
    if abs(one.mass_kg - other.mass_kg) > 0.5 or abs(one.height_m - other.height_m) > 0.005:
        said.append(
            f"Not the same body: {one.mass_kg:.4g} kg, {one.height_m:.2f} m before; "
            f"{other.mass_kg:.4g} kg, {other.height_m:.2f} m after."
        )
    for first, second in ((a, b) for a in before.gaits for b in after.gaits if a.gait == b.gait):
        was, now = first.measure("speed_m_s").mean, second.measure("speed_m_s").mean
        if abs(now - was) > FAR * was:
            said.append(f"Speed was {was:.2f} and is {now:.2f} m/s: angles, moments and forces change with speed.")
    if not any(a.gait == b.gait for a in before.gaits for b in after.gaits):
        said.append("No strides of one kind of gait in both: neither gait parameters nor curves are compared.")
    sensors = [set(side.estimate.sensor_segments) for side in (before, after)]
    if sensors[0] != sensors[1]:
        lost = ", ".join(names.segment(name).lower() for name in sorted(sensors[0] ^ sensors[1]))
        said.append(f"Not the same sensors: only one of the two has one on: {lost}.")
    return said


def _title(before: Shown, after: Shown) -> str:
    name = after.estimate.name
    of = f"{name}: " if name == before.estimate.name and name not in before.label else ""
    return f"{of}{before.label} and {after.label}"


def _source(side: Shown, kind: str, norm: Norm | None) -> curves.Source:
    estimate = side.estimate
    strides = next(result for result in gait.kinds(estimate, periodic=side.recording.periodic) if result.word == kind)
    return curves.Source(estimate, strides, side.recording.truth, norm)


def _paired(before: list[Chart], after: list[Chart]) -> list[Chart]:
    """One chart for each leg, with both estimates; nothing where one is over the cycle and the other over time."""
    known = {(chart.title, chart.only): chart for chart in before if chart.x_label == names.CYCLE_AXIS}
    pairs = []
    for chart in after:
        old = known.get((chart.title, chart.only))
        if old is None or chart.x_label != names.CYCLE_AXIS:
            continue
        for style in ("right", "left", "both"):
            was = [
                replace(line, dashed=True, band=None, spread=None, label=f"Before: {line.label}")
                for line in _of(old, style, reference=False)
            ]
            now = [replace(line, label=f"After: {line.label}") for line in _of(chart, style, reference=False)]
            if was and now:
                truth = [replace(line, style="measured", dashed=False) for line in _of(chart, style, reference=True)]
                people = _of(chart, "norm", reference=False)
                title = chart.title if style == "both" else f"{chart.title}, {style}"
                pairs.append(replace(chart, title=title, lines=(*people, *truth, *was, *now)))
    return pairs


def _of(chart: Chart, style: str, *, reference: bool) -> list[charts.Line]:
    return [line for line in chart.lines if line.style == style and line.dashed is reference]


def _errors(before: Shown, after: Shown) -> list[tuple[str, list[tuple[str, list[str]]]]]:
    """Titles, and quantity to RMSD before and after, bias before and after."""
    if before.scores is None or after.scores is None:
        return []
    old = {table.title: {row.label: row for row in table.rows} for table in errors_table.tables(before.scores, after.knee)}
    return [
        (
            f"{table.title} [{table.unit}]",
            [
                (row.label, [was.rmsd, row.rmsd, was.bias, row.bias])
                for row in table.rows
                if (was := old.get(table.title, {}).get(row.label)) is not None
            ],
        )
        for table in errors_table.tables(after.scores, after.knee)
    ]
