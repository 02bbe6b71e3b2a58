"""Moving means, peaks and low-pass against scipy's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage, signal

from kinertia.numerics.signals import Beyond, butterworth, filter_both_ways, find_peaks, moving_mean
from kinertia.recording import Array

seeds = st.integers(0, 2**32 - 1)
REFERENCE: dict[Beyond, str] = {"mirror": "reflect", "nearest": "nearest", "wrap": "wrap"}


@given(
    samples=st.integers(1, 80),
    size=st.integers(1, 200),
    axis=st.integers(-2, 1),
    beyond=st.sampled_from(list(REFERENCE)),
    seed=seeds,
)
@settings(max_examples=100, deadline=None)
def test_moving_mean(samples: int, size: int, axis: int, beyond: Beyond, seed: int) -> None:
    values = np.random.default_rng(seed).normal(size=(samples, 5))
    expected = ndimage.uniform_filter1d(values, size, axis=axis, mode=REFERENCE[beyond])
    np.testing.assert_allclose(moving_mean(values, size, axis=axis, beyond=beyond), expected, atol=1e-12)


def test_a_missing_value_stays_local() -> None:
    values = np.ones(50)
    values[20] = np.nan
    assert np.flatnonzero(np.isnan(moving_mean(values, 4))).tolist() == [19, 20, 21, 22]
    with pytest.raises(ValueError, match="one sample"):
        moving_mean(values, 0)


@given(samples=st.integers(0, 120), levels=st.integers(2, 30), distance=st.integers(1, 30), high=st.booleans(), seed=seeds)
@settings(max_examples=200, deadline=None)
def test_peaks(samples: int, levels: int, distance: int, high: bool, seed: int) -> None:
    rng = np.random.default_rng(seed)
    values: Array = rng.integers(0, levels, samples) * np.float64(0.1)  # plateaus are common
    if high:
        values = values + 1e-6 * rng.permutation(samples)
    height = 0.05 * levels if high else None
    expected, _ = signal.find_peaks(values, height=height, distance=distance)
    assert find_peaks(values, height=height, distance=distance).tolist() == expected.tolist()


@given(order=st.sampled_from([2, 4, 6]), cutoff=st.floats(0.005, 0.49), samples=st.integers(22, 500), seed=seeds)
@settings(max_examples=100, deadline=None)
def test_low_pass(order: int, cutoff: float, samples: int, seed: int) -> None:
    values = np.random.default_rng(seed).normal(size=samples) + 5.0
    expected = signal.sosfiltfilt(signal.butter(order, cutoff, fs=1.0, output="sos"), values)
    found = filter_both_ways(butterworth(order, 100.0 * cutoff, 100.0), values)
    np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize(("order", "cutoff_hz", "rate_hz"), [(2, 3.0, 100.0), (2, 15.0, 60.0), (4, 40.0, 1000.0)])
def test_low_pass_of_the_package(order: int, cutoff_hz: float, rate_hz: float) -> None:
    values = np.cumsum(np.random.default_rng(0).normal(size=20_000))
    expected = signal.sosfiltfilt(signal.butter(order, cutoff_hz, fs=rate_hz, output="sos"), values)
    np.testing.assert_allclose(filter_both_ways(butterworth(order, cutoff_hz, rate_hz), values), expected, atol=1e-10)


def test_low_pass_refuses() -> None:
    with pytest.raises(ValueError, match="even order"):
        butterworth(3, 1.0, 10.0)
    for cutoff in (0.0, 5.0):
        with pytest.raises(ValueError, match="half of the rate"):
            butterworth(2, cutoff, 10.0)
    low = butterworth(2, 1.0, 10.0)
    assert filter_both_ways(low, np.ones(10)) == pytest.approx(np.ones(10))
    with pytest.raises(ValueError, match="too few"):
        filter_both_ways(low, np.ones(9))
