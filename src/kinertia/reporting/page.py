"""From one estimate to one HTML file that opens without a network."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from markupsafe import Markup

from kinertia.estimation import gait
from kinertia.estimation.estimate import Estimate
from kinertia.recording import Truth
from kinertia.reporting import charts, curves, errors_table, figure, names, overview, rendering, signals, summary
from kinertia.reporting.charts import Chart
from kinertia.reporting.shown import Shown


def render(shown: Shown) -> str:
    """The page as text; whatever an estimate lacks is left out and said so, and its recording's truth is drawn dashed.

    ValueError: a reference curve has another number of samples than the estimate.
    """
    estimate, recording, truth = shown.estimate, shown.recording, shown.recording.truth
    _check(estimate, truth)
    strides = gait.prevailing(estimate, periodic=recording.periodic)
    norm = curves.norm_of(shown.main)
    source = curves.Source(estimate, strides, truth, norm)
    moving = curves.busiest(estimate, curves.FIGURE_SECONDS)
    angles = curves.angles(source)
    speed = signals.speed(estimate, truth.speed if truth else None)
    present = {names.split_side(name)[1] for name in (*estimate.coordinates, *estimate.grf)}
    return rendering.render(
        "report.html.j2",
        estimate=estimate,
        recording=recording,
        session=shown.session,
        knee=shown.knee.value,
        who=overview.who(shown, date.today()),
        what=overview.what(shown),
        verdict=shown.told,
        how_good=overview.how_good(shown),
        lacked=overview.lacked(shown),
        truth=truth,
        gait=strides,
        sides=[side for side in names.SIDES if side in present],
        steps=shown.gaits,
        step_error=overview.step_error(estimate),
        tiles=summary.tiles(shown),
        rows=summary.rows(estimate, strides),
        norm=curves.norm_caption(norm, shown.main) if norm and shown.main else "",
        errors=errors_table.tables(shown.scores, shown.knee) if shown.scores else [],
        scores=shown.scores or {},
        angles=_figures(angles),
        pelvis=any(line.style == "both" for chart in angles for line in chart.lines),
        moments=_moments(source),
        forces=_figures(curves.ground_reaction(source)),
        muscles=_figures(curves.muscles(source)),
        residuals=_figures(signals.residual(estimate), width=charts.WIDE, height=170),
        speed=_figures([speed] if speed else [], width=charts.WIDE, height=190),
        sensors=[
            (name, [(_figures([chart])[0], fit) for chart, fit in panels])
            for name, panels in signals.sensors(estimate, source.window)
        ],
        contacts=signals.contacts(estimate, moving, periodic=recording.periodic),
        events={name: at for name, at in estimate.events.items() if len(at)},
        figure=figure.frames(estimate, moving, periodic=recording.periodic),
        window=_seconds(source.window, estimate),
        figure_window=_seconds(moving, estimate),
    )


def _moments(source: curves.Source) -> list[tuple[curves.Unit, list[tuple[Chart, Markup]]]]:
    """Charts in every unit; the page shows one of them."""
    if not source.estimate.moments:
        return []
    return [
        (unit, _figures([replace(chart, only=f"{chart.only} moment-{unit.key}") for chart in curves.moments(source, unit)]))
        for unit in curves.moment_units(source.estimate.subject)
    ]


def _figures(drawn: list[Chart], **size: int) -> list[tuple[Chart, Markup]]:
    return [(chart, charts.draw(chart, **size)) for chart in drawn]


def _check(estimate: Estimate, truth: Truth | None) -> None:
    curves_of = (truth.angles, truth.moments, truth.grf) if truth else ()
    for name, values in (item for given in curves_of for item in given.items()):
        if values.shape != (estimate.samples,):
            raise ValueError(
                f"reference {name} of {estimate.name!r} has shape {values.shape}, the estimate {estimate.samples} samples; "
                "bring both to the same samples first"
            )


def _seconds(part: slice, estimate: Estimate) -> tuple[float, float]:
    return estimate.begin_s + part.start / estimate.rate_hz, estimate.begin_s + part.stop / estimate.rate_hz
