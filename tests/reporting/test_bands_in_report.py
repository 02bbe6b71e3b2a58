"""Bands and marked stretches in the report."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

import walking
from kinertia.estimation import verdict as marks
from kinertia.estimation.estimate import Bands, Estimate
from kinertia.estimation.trust import DISAGREEMENT, RESIDUAL
from kinertia.reporting import charts, overview, page
from kinertia.reporting.charts import Chart, Line
from kinertia.reporting.shown import Shown


def banded(estimate: Estimate) -> Estimate:
    half = {name: np.full(estimate.samples, np.radians(6.0)) for name in estimate.coordinates if name.endswith(("_r", "_l"))}
    forces = {name: np.full(estimate.samples, 0.1) for name in estimate.grf}
    moments = {name: np.full(estimate.samples, 20.0) for name in estimate.moments}
    return replace(estimate, bands=Bands(0.9, half, moments, forces, np.full(estimate.samples, 0.2), "calibrated on somebody"))


def test_bands_are_drawn_and_explained() -> None:
    estimate, recording, truth = walking.make()
    known = replace(recording, truth=truth)
    plain, drawn = page.render(Shown(estimate, known)), page.render(Shown(banded(estimate), known))
    assert 'class="confidence' not in plain
    assert "90 % band" not in plain
    # hip, knee in two signs and ankle, angle and moment in three units, two forces, both legs; the speed
    assert drawn.count('class="confidence right"') == 4 + 3 * 4 + 2
    assert drawn.count('class="confidence left"') == 4 + 3 * 4 + 2
    assert drawn.count('class="confidence both"') == 1
    assert drawn.count("90 % band</span>") == 4
    widths = "angles ± 6.0 deg, moments ± 1.66 BWBH %, ground reaction ± 10.0 BW %, speed ± 0.20 m/s"
    assert f"In 90 % of samples the truth is expected within {widths}; smaller differences may be error." in drawn.replace(
        "\N{NO-BREAK SPACE}", " "
    )
    assert not overview.wide(banded(estimate))
    double = {name: 2.0 * half for name, half in banded(estimate).bands.coordinates.items()}
    assert "that is wide: read shapes and times, not degrees." in page.render(
        Shown(replace(estimate, bands=Bands(0.9, double, about="made up")), recording)
    )
    # 6 deg at 0.53 of 1.75 m
    assert "Step length, and its difference, may be off by 10 cm" in drawn
    assert "calibrated on somebody" in drawn


def test_over_time_where_strides_are_unknown() -> None:
    estimate, recording, _ = walking.make(5.0)
    drawn = page.render(Shown(replace(banded(estimate), events={}), recording))
    assert drawn.count('class="confidence right"') == 4 + 3 * 4 + 2
    assert 'class="band norm"' not in drawn


def test_why_there_is_no_band() -> None:
    estimate, recording, _ = walking.make(5.0)
    drawn = page.render(Shown(replace(estimate, bands=Bands(about="no band: this model <is> new")), recording))
    assert "No band: this model &lt;is&gt; new." in drawn
    assert 'class="confidence' not in drawn


def test_mean_half_widths_leave_gaps_out() -> None:
    estimate, _, _ = walking.make(5.0)
    speed = np.full(estimate.samples, 0.2)
    speed[:100] = np.nan
    assert overview.mean_half_widths(replace(estimate, bands=Bands(0.9, speed=speed))) == ["speed ±\N{NO-BREAK SPACE}0.20 m/s"]
    assert overview.mean_half_widths(estimate) == []


def test_marked_stretches_are_listed_and_shown() -> None:
    estimate, recording, _ = walking.make()
    one, other = np.zeros(estimate.samples, dtype=bool), np.zeros(estimate.samples, dtype=bool)
    one[100:200] = one[230:300] = one[500:600] = True
    other[550:650] = True
    marked = replace(estimate, doubts={RESIDUAL: one, DISAGREEMENT: other})
    first, second = marks.doubts(marked)
    assert first.stretches == ((1.0, 3.0), (5.0, 6.0))
    assert second.stretches == ((5.5, 6.5),)
    assert marks.spans(marked) == ((1.0, 3.0), (5.0, 6.5))
    drawn = page.render(Shown(marked, recording))
    assert f"{100 * marked.doubted.mean():.1f} % of what counts should not be trusted" in drawn
    assert "1.0\u20133.0 s, 5.0\u20136.0 s" in drawn
    assert drawn.count('class="span"') == 2 * 4  # three residuals and the speed
    assert "should not be trusted" not in page.render(Shown(replace(marked, doubts={RESIDUAL: one & False}), recording))


def test_many_stretches_are_told_by_number() -> None:
    estimate, _, _ = walking.make(60.0)
    marked = (np.arange(estimate.samples) % 200) < 20
    found = marks.doubts(replace(estimate, doubts={RESIDUAL: marked}))[0]
    assert len(found.stretches) == marks.SHOWN
    assert found.more == 30 - marks.SHOWN


def test_long_bands_are_thinned_without_losing_width() -> None:
    x = np.arange(20_000.0)
    half = np.ones_like(x)
    half[7_777] = 50.0
    drawn = str(charts.draw(Chart("t", "x", "y", (Line("l", x, 0.0 * x, "both", band=half),))))
    assert len(drawn) < 30_000
    assert 'class="confidence both"' in drawn
    short = str(charts.draw(Chart("t", "x", "y", (Line("l", x, 0.0 * x, "both", band=np.ones_like(x)),))))
    assert charts.limits([half])[1] == 50.0
    assert drawn.split("confidence")[1] != short.split("confidence")[1]
