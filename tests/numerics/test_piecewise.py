"""Piecewise polynomials: splines through points, exact for cubics, smooth, straight outside."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kinertia.numerics.spline import cubic_spline, polynomial

STEPS = st.lists(st.floats(0.1, 2.0), min_size=3, max_size=12)


@given(steps=STEPS, cubic=st.lists(st.floats(-2.0, 2.0), min_size=4, max_size=4))
def test_a_spline_through_points_of_a_cubic_is_the_cubic(steps: list[float], cubic: list[float]) -> None:
    x = np.cumsum([-1.0, *steps])
    exact = polynomial(np.array(cubic))
    at = np.linspace(x[0], x[-1], 50)
    np.testing.assert_allclose(cubic_spline(x, exact(x))(at), exact(at), rtol=1e-6, atol=1e-6 * (1 + np.abs(exact(at)).max()))


@given(steps=STEPS, seed=st.integers(0, 1000))
def test_a_spline_meets_its_points_smoothly_and_goes_on_straight(steps: list[float], seed: int) -> None:
    x = np.cumsum([0.0, *steps])
    y = np.random.default_rng(seed).uniform(-1.0, 1.0, len(x))
    spline, h = cubic_spline(x, y), 1e-5
    np.testing.assert_allclose(spline(x), y, atol=1e-9)
    left, right = (spline(x) - spline(x - h)) / h, (spline(x + h) - spline(x)) / h
    np.testing.assert_allclose(left, right, atol=1e-2 * (1.0 + np.abs(left).max()))
    for end, away in ((x[0], -1.0), (x[-1], 1.0)):
        np.testing.assert_allclose(spline(end + 2 * away) - spline(end), 2 * (spline(end + away) - spline(end)), atol=1e-9)


def test_few_points_make_a_straight_line() -> None:
    line = cubic_spline(np.array([0.0, 2.0]), np.array([1.0, 3.0]))
    np.testing.assert_allclose(line(np.array([-1.0, 1.0, 5.0])), [0.0, 2.0, 6.0])
    np.testing.assert_allclose(line.scaled(2.0)(1.0), 4.0)
