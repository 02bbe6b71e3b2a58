"""Curves through points against scipy's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.interpolate import BSpline, PchipInterpolator
from scipy.interpolate import CubicSpline as ReferenceSpline
from scipy.linalg import solve_banded

from kinertia.numerics import spline
from kinertia.numerics.spline import CubicSpline, MonotoneCubic, solve_tridiagonal

sizes = st.integers(2, 70)
seeds = st.integers(0, 2**32 - 1)


def points(size: int, seed: int, channels: tuple[int, ...] = (2, 3)) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Uneven knots, values (some of them equal, so that there are flat parts), and places inside and beyond."""
    rng = np.random.default_rng(seed)
    x = np.cumsum(rng.uniform(0.2, 2.0, size)) + rng.normal()
    y = np.round(rng.normal(size=(size, *channels)), int(rng.integers(0, 6)))
    at = np.concatenate([rng.uniform(x[0] - 1.0, x[-1] + 1.0, 40), x])
    return x, y, at


@given(size=st.integers(1, 200), seed=seeds)
@settings(max_examples=50, deadline=None)
def test_neighbours_system(size: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    lower, upper = rng.normal(size=(2, size))
    lower[0] = upper[-1] = 0.0
    diagonal = (np.abs(lower) + np.abs(upper)) * rng.uniform(1.0, 2.0, size) + 0.1
    right = rng.normal(size=(size, 2))
    bands = np.stack([np.roll(upper, 1), diagonal, np.roll(lower, -1)])
    expected = solve_banded((1, 1), bands, right)
    np.testing.assert_allclose(solve_tridiagonal(lower, diagonal, upper, right), expected, rtol=1e-9, atol=1e-9)


@given(size=sizes, seed=seeds)
@settings(max_examples=60, deadline=None)
def test_spline(size: int, seed: int) -> None:
    x, y, at = points(size, seed)
    np.testing.assert_allclose(CubicSpline(x, y)(at), ReferenceSpline(x, y)(at), rtol=1e-10, atol=1e-10)


@given(size=sizes, seed=seeds)
@settings(max_examples=60, deadline=None)
def test_monotone(size: int, seed: int) -> None:
    x, y, at = points(size, seed)
    np.testing.assert_allclose(MonotoneCubic(x, y)(at), PchipInterpolator(x, y)(at), rtol=1e-10, atol=1e-10)


def test_shapes() -> None:
    x, y, at = points(12, 1, ())
    assert CubicSpline(x, y)(at.reshape(4, 13)).shape == (4, 13)
    assert CubicSpline(x, y)(at[0]).shape == ()
    assert CubicSpline(x, np.stack([y, y], axis=1))(at).shape == (52, 2)
    assert MonotoneCubic(np.arange(12), y)(2).shape == ()


@pytest.mark.parametrize("kind", [CubicSpline, MonotoneCubic])
def test_refuses(kind: type[CubicSpline]) -> None:
    with pytest.raises(ValueError, match="two knots"):
        kind([1.0], [1.0])
    with pytest.raises(ValueError, match="increase"):
        kind([1.0, 1.0, 2.0], [1.0, 1.0, 1.0])
    with pytest.raises(ValueError, match="finite"):
        kind([1.0, 2.0, 3.0], [1.0, np.nan, 1.0])


def test_an_hour_is_as_exact() -> None:
    time = np.arange(60_000) / 100.0
    wave = np.sin(2 * np.pi * time)[:, None] + np.arange(3.0)
    at = time[:-1] + 0.0037
    np.testing.assert_allclose(CubicSpline(time, wave)(at), ReferenceSpline(time, wave)(at), atol=1e-11)


@given(size=st.integers(4, 70), seed=seeds, periodic=st.booleans())
@settings(max_examples=60, deadline=None)
def test_even_nodes(size: int, seed: int, periodic: bool) -> None:
    values, step = np.random.default_rng(seed).normal(size=(size, 2)), 0.5
    found = spline.basis_coefficients(values, periodic=periodic)
    if periodic:
        found = np.concatenate([found[-1:], found, found[:2]])
    # node k lies at the middle of the support of coefficient k + 1
    expected = BSpline(step * (np.arange(len(found) + 4) - 3.0), found, 3)
    place = np.random.default_rng(seed).uniform(0.0, size - 1.0, 40)
    for order, derivative in enumerate(spline.basis_motion(found, place, step)):
        np.testing.assert_allclose(derivative, expected(step * place, order), rtol=1e-9, atol=1e-9)
    nodes = spline.basis_motion(found, np.arange(size, dtype=float), step)
    np.testing.assert_allclose(nodes[0], values, atol=1e-12)
    if not periodic:
        np.testing.assert_allclose(nodes[2][[0, -1]], 0.0, atol=1e-10)
