from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinertia.reporting import charts
from kinertia.reporting.charts import Chart, Line


def chart(y, **more) -> Chart:
    y = np.asarray(y, dtype=float)
    return Chart("Knee", "Time [s]", "Angle [deg]", (Line("Right", np.arange(y.size, dtype=float), y, "right", **more),))


def test_is_well_formed_and_described():
    root = ElementTree.fromstring(charts.draw(chart([0.0, -30.0, 5.0])))
    assert root.get("role") == "img"
    assert root.get("aria-label") == "Knee. Angle [deg] against Time [s]. Right: from \u221230 to 5."
    words = [text.text for text in root.iter("text")]
    assert "Angle [deg]" in words
    assert "Time [s]" in words


def test_text_is_escaped():
    odd = Chart('<b>"&', "x", "<script>", (Line("<i>", np.arange(2.0), np.arange(2.0), "right"),), levels=((0.5, "<u>"),))
    drawn = charts.draw(odd)
    ElementTree.fromstring(drawn)
    for tag in ("<b>", "<script>", "<i>", "<u>"):
        assert tag not in drawn


@pytest.mark.parametrize("values", [[], [np.nan, np.nan], [3.0, 3.0, 3.0], [np.nan, 1.0, np.nan, 2.0, 3.0], [0.0, np.inf, 1.0]])
def test_odd_values(values):
    drawn = charts.draw(chart(values))
    ElementTree.fromstring(drawn)
    assert "nan" not in drawn
    assert "inf" not in drawn


def test_gaps_break_the_line_and_band():
    drawn = charts.draw(chart([0.0, 1.0, np.nan, 3.0, 4.0], spread=np.ones(5)))
    line, band = (
        next(p.get("d") for p in ElementTree.fromstring(drawn).iter("path") if (p.get("class") or "").startswith(kind))
        for kind in ("line", "band")
    )
    assert line is not None
    assert band is not None
    assert line.count("M") == 2
    assert band.count("Z") == 2


def test_thinning_keeps_peaks():
    rng = np.random.default_rng(1)
    x, y = np.arange(50_000.0), rng.normal(size=50_000)
    y[12_345], y[40_000] = 50.0, -50.0
    short_x, short_y = charts.thin(x, y)
    assert short_x.size <= charts.MAX_POINTS + 2
    assert short_y.max() == 50.0
    assert short_y.min() == -50.0
    assert (np.diff(short_x) > 0).all()


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6), st.integers(2, 10))
def test_ticks_are_inside_and_even(low: float, span: float, count: int):
    high = low + span
    values = charts.ticks(low, high, count)
    assert 2 <= len(values) <= max(count + 2, 7)
    step = np.diff(values)
    slack = 1e-6 * span + 1e-15 * max(abs(low), abs(high))  # numbers of that size are no finer
    assert all(low - slack <= v <= high + slack for v in values)
    np.testing.assert_allclose(step, step[:1].repeat(step.size), rtol=1e-3)
