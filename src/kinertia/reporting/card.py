"""An estimate as a notebook shows it: verdict, headline figures, a stride and charts, in HTML that needs nothing else."""

from __future__ import annotations

from base64 import b64encode

import numpy as np
from markupsafe import Markup

from kinertia.estimation import gait
from kinertia.estimation.convention import Knee
from kinertia.estimation.estimate import Estimate
from kinertia.recording import Recording
from kinertia.reporting import charts, curves, figure, rendering, summary
from kinertia.reporting.charts import Chart
from kinertia.reporting.shown import Shown

JOINTS = ("Hip", "Knee", "Ankle")
POSES, APART_M, PX_PER_M = 8, 0.88, 100.0  # of the stride that is drawn
WIDTH, HEIGHT, TITLE, GAP, STRIP, COLUMNS = 360, 220, 22, 14, 190, 2
"""Of a chart, of the line above it, between charts, of the stride above them [px]; charts in a row."""
COLOURS = {"good": "#12734a", "fair": "#d98c00", "poor": "#b3261e"}


def render(shown: Shown) -> str:
    """The card as HTML."""
    estimate, told, of_leg = shown.estimate, shown.told, leg_charts(shown)
    drawn = [*(c for c in of_leg if c.title.endswith("angle")), *(c for c in of_leg if c.title.endswith("vertical"))]
    return rendering.render(
        "card.html.j2",
        colour=COLOURS[told.level],
        name=estimate.name,
        headline=summary.headline(shown),
        told=told,
        alt=", ".join(chart.title for chart in drawn),
        picture=b64encode(_picture(drawn, _stride(estimate, shown.recording)).encode()).decode(),
        about=_about(estimate, drawn),
        lines=[line for line in (told.doubted, *told.warnings, *told.notes) if line],
    )


def leg_charts(shown: Shown, knee: Knee = Knee.FLEXION) -> list[Chart]:
    """Angles of the leg's joints, their moments and the ground reaction: what is known of them, three in a row."""
    strides = gait.prevailing(shown.estimate, periodic=shown.recording.periodic)
    source = curves.Source(shown.estimate, strides, shown.recording.truth, curves.norm_of(shown.main))
    joints = [
        chart
        for chart in (*curves.angles(source), *curves.moments(source))
        if chart.title.startswith(JOINTS) and chart.only in ("", f"knee-{knee.value}")
    ]
    return [*joints, *curves.ground_reaction(source)]


def _picture(shown: list[Chart], above: Markup | None) -> Markup:
    """SVG of charts in rows, each under its title; and, over the whole width above them, another drawing."""
    width = COLUMNS * (WIDTH + GAP) - GAP
    top = 0 if above is None else STRIP + GAP
    placed = []
    for i, chart in enumerate(shown):
        x, y = i % COLUMNS * (WIDTH + GAP), top + i // COLUMNS * (HEIGHT + TITLE + GAP)
        placed.append((chart, x, y, rendering.placed(charts.draw(chart, WIDTH, HEIGHT), x, y + TITLE, WIDTH, HEIGHT)))
    return rendering.render(
        "picture.svg.j2",
        width=width,
        height=top + -(-len(shown) // COLUMNS) * (HEIGHT + TITLE + GAP) - GAP,
        style=Markup(rendering.style()),
        above=None if above is None else rendering.placed(above, 0, 0, width, STRIP),
        charts=placed,
    )


def _stride(estimate: Estimate, recording: Recording) -> Markup | None:
    """Poses of one stride, in the middle of what was done, with the ground reaction; None without strides or landmarks."""
    leg = gait.prevailing(estimate, periodic=recording.periodic).of("r")
    if leg is None:
        return None
    middle = leg.count // 2
    begin, end = (int(at[middle]) % estimate.samples for at in (leg.begin, leg.end))
    frames = figure.frames(estimate, slice(0, None) if end <= begin else slice(begin, end), periodic=recording.periodic)
    if frames is None:
        return None
    first = begin * frames["count"] // estimate.samples if end <= begin else 0
    poses = (first + np.arange(POSES) * frames["count"] // POSES) % frames["count"]
    return figure.draw(frames, poses.tolist(), apart_m=APART_M, scale=PX_PER_M)


def _about(of: Estimate, shown: list[Chart]) -> str:
    """What lines and shades are, beside their colours."""
    lines = [line for chart in shown for line in chart.lines]
    said = {
        "lines are means over strides": any(chart.x_range is not None for chart in shown),
        "red is not to be trusted": any(chart.spans for chart in shown),
        "dashed is the reference": any(line.dashed for line in lines),
        f"shades are {100.0 * of.bands.level:.0f} % bands": any(line.band is not None for line in lines),
        "grey is other people": any(line.style == "norm" for line in lines),
    }
    return "".join(f"; {words}" for words, there in said.items() if there)
