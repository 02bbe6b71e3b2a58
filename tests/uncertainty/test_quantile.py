"""Regression for a quantile, and quantiles of weighted values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.calibration import quantile


@pytest.mark.parametrize("level", [0.5, 0.9])
def test_finds_the_line_that_a_part_of_the_values_lies_below(level: float) -> None:
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 1, size=20_000)
    noise = rng.normal(size=x.size)
    columns = np.column_stack([np.ones_like(x), x])
    weights = quantile.fit(columns, 1.0 + 2.0 * x + noise, np.ones_like(x), level)
    expected = 1.0 + np.quantile(noise, level)
    assert weights[0] == pytest.approx(expected, abs=0.05)
    assert weights[1] == pytest.approx(2.0, abs=0.05)
    assert np.mean(1.0 + 2.0 * x + noise <= columns @ weights) == pytest.approx(level, abs=0.02)
    np.testing.assert_allclose(
        quantile.fit(columns, 1.0 + 2.0 * x + noise, np.ones_like(x), level, weights), weights, atol=1e-2
    )


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=30), st.floats(0.01, 0.99))
def test_of_equal_weights_it_is_an_order_statistic(values: list[float], level: float) -> None:
    found = quantile.weighted(np.array(values), np.ones(len(values)), level)
    assert found in values
    assert np.mean(np.array(values) <= found) >= level - 1e-9
    assert np.mean(np.array(values) < found) <= level + 1e-9


def test_weights_count() -> None:
    values, weights = np.array([1.0, 2.0, 3.0]), np.array([1.0, 8.0, 1.0])
    assert quantile.weighted(values, weights, 0.5) == 2.0
    assert quantile.weighted(values, weights, 0.95) == 3.0
    assert quantile.weighted(values, weights, 1.0) == np.inf
