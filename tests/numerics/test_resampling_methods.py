"""Resampling against scipy's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from kinertia.numerics.signals import resample_periodic, resample_polyphase

seeds = st.integers(0, 2**32 - 1)


@given(samples=st.integers(1, 60), count=st.integers(1, 60), seed=seeds)
@settings(max_examples=100, deadline=None)
def test_period(samples: int, count: int, seed: int) -> None:
    values = np.random.default_rng(seed).normal(size=(samples, 2))
    np.testing.assert_allclose(resample_periodic(values, count), signal.resample(values, count), atol=1e-12)


@given(samples=st.integers(2, 400), up=st.integers(1, 150), down=st.integers(1, 150), seed=seeds)
@settings(max_examples=60, deadline=None)
def test_ratios(samples: int, up: int, down: int, seed: int) -> None:
    values = np.random.default_rng(seed).normal(size=(samples, 2)) + np.array([3.0, -1.0])
    expected = signal.resample_poly(values, up, down, padtype="line")
    np.testing.assert_allclose(resample_polyphase(values, up, down), expected, atol=1e-11)


@pytest.mark.parametrize(("up", "down"), [(1999, 2000), (1987, 1013), (1, 10), (100, 128)])
def test_ratios_of_clocks(up: int, down: int) -> None:
    values = np.cumsum(np.random.default_rng(1).normal(size=(3000, 1)), axis=0)
    expected = signal.resample_poly(values, up, down, padtype="line")
    np.testing.assert_allclose(resample_polyphase(values, up, down), expected, atol=1e-10)
