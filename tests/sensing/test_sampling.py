"""Sampling at true instants: tones against their formula, constants, aliasing, clocks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinertia.sensing.measurement import EXACT, Clock, at, instants

RATE = 100.0


@given(st.floats(0.0, 40.0), st.floats(0.0, 6.0), st.integers(0, 100))
@settings(max_examples=30, deadline=None)
def test_tones_are_read_as_their_formula_says(frequency: float, phase: float, seed: int) -> None:
    time = np.arange(400) / RATE
    when = np.random.default_rng(seed).uniform(0.5, 3.5, 200)
    found = at(np.cos(2 * np.pi * frequency * time + phase)[:, None], RATE, when)
    np.testing.assert_allclose(found[:, 0], np.cos(2 * np.pi * frequency * when + phase), atol=2e-3)


def test_own_instants_give_the_samples_back() -> None:
    values = np.random.default_rng(0).normal(size=(2, 50, 3))
    np.testing.assert_allclose(at(values, RATE, np.arange(50) / RATE), values, atol=1e-12)


def test_a_constant_stays_even_at_and_beyond_the_ends() -> None:
    np.testing.assert_allclose(at(np.full((50, 1), 9.81), RATE, np.linspace(-0.3, 0.8, 77), 20.0), 9.81, rtol=1e-12)


def test_a_lower_rate_does_not_alias() -> None:
    time = np.arange(4000) / 1000.0
    values = np.stack([np.sin(2 * np.pi * 20 * time), np.sin(2 * np.pi * 80 * time)], axis=-1)
    when = np.arange(50, 350) / RATE  # 80 Hz would appear as 20 Hz
    found = at(values, 1000.0, when, 50.0)
    np.testing.assert_allclose(found[:, 0], np.sin(2 * np.pi * 20 * when), atol=2e-3)
    assert np.abs(found[:, 1]).max() < 2e-3


def test_clocks_have_the_stated_sizes() -> None:
    time = instants(20_000, RATE, 300, Clock(2e-4, 2e-5, 1e-3), np.random.default_rng(0))
    slope, start = np.polyfit(np.arange(20_000) / RATE, time, 1)
    assert np.std(slope - 1) == pytest.approx(2e-5, rel=0.15)
    assert np.std(start) == pytest.approx(1e-3, rel=0.15)
    assert np.std(np.diff(time[:, 0])) == pytest.approx(2e-4 * np.sqrt(2), rel=0.05)


def test_samples_keep_their_order_and_repeat() -> None:
    wild = Clock(jitter_s=0.1)
    time = instants(1000, RATE, 2, wild, np.random.default_rng(1))
    assert (np.diff(time, axis=0) > 0).all()
    np.testing.assert_array_equal(time, instants(1000, RATE, 2, wild, np.random.default_rng(1)))
    exact = instants(10, RATE, 3, EXACT, np.random.default_rng(0))
    np.testing.assert_array_equal(exact, np.repeat(np.arange(10)[:, None] / RATE, 3, axis=1))


def test_what_is_refused() -> None:
    with pytest.raises(ValueError, match="jitter_s"):
        Clock(jitter_s=-1.0)
    with pytest.raises(ValueError, match="positive"):
        at(np.zeros((5, 1)), RATE, np.zeros(2), 0.0)
