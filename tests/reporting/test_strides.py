from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinertia.estimation import gait


@given(st.integers(20, 200), st.integers(2, 12))
def test_cycles_of_a_periodic_signal_are_equal(length: int, count: int):
    at = np.arange(length * count + 1)
    signal = np.sin(2 * np.pi * at / length)
    found = gait.find(at[::length])
    cycles = gait.cut(signal, found)
    assert cycles.shape == (count, 101)
    mean, spread, used = gait.average(cycles)
    assert used == count
    np.testing.assert_allclose(cycles, np.broadcast_to(mean, cycles.shape), atol=1e-9)
    np.testing.assert_allclose(spread, 0.0, atol=1e-9)
    # Linear interpolation: at most the square of the sampling step over 8 away.
    np.testing.assert_allclose(mean, np.sin(np.linspace(0, 2 * np.pi, 101)), atol=(2 * np.pi / length) ** 2 / 8 + 1e-9)


def test_mean_and_spread():
    found = gait.find(np.array([0, 10, 20, 30]))
    series = np.repeat([1.0, 2.0, 6.0, 6.0], 10)
    series = np.append(series, 6.0)
    mean, spread, used = gait.average(gait.cut(series, found)[:, 1:80])
    assert used == 3
    np.testing.assert_allclose(mean, 3.0)
    np.testing.assert_allclose(spread, np.std([1.0, 2.0, 6.0], ddof=1))


def test_pauses_are_dropped_and_counted():
    found = gait.find(np.array([0, 100, 205, 900, 1003, 1050, 1150]))
    assert found.dropped == 2
    np.testing.assert_array_equal(found.begin, [0, 100, 900, 1050])
    np.testing.assert_array_equal(found.durations, [100, 105, 103, 100])


@pytest.mark.parametrize("strikes", [[], [12], [np.nan, 3]])
def test_no_complete_stride(strikes):
    found = gait.find(np.array(strikes))
    assert found.count == 0
    mean, _, used = gait.average(gait.cut(np.arange(50.0), found))
    assert used == 0
    assert np.isnan(mean).all()


def test_one_repeating_cycle_runs_past_its_end():
    series = np.sin(2 * np.pi * np.arange(100) / 100)
    found = gait.find(np.array([30]), period=100)
    cycle = gait.cut(series, found)
    assert cycle.shape == (1, 101)
    np.testing.assert_allclose(cycle[0], np.sin(2 * np.pi * (np.arange(101) + 30) / 100), atol=1e-12)


def test_cycles_with_gaps_are_left_out():
    series = np.ones(31)
    series[12] = np.nan
    _, _, used = gait.average(gait.cut(series, gait.find(np.array([0, 10, 20, 30]))))
    assert used == 2
