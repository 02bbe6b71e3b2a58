"""Sensor errors: each has the size it states, they repeat with the seed, and ideal sensors change nothing."""

from __future__ import annotations

import math
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinertia.sensing.errors import NO_ERRORS, SensorErrors, corrupt

RATE = 100.0


def _spatial(samples: int = 400, sensors: int = 3) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(7)
    return 10.0 * generator.standard_normal((samples, sensors, 3)), 3.0 * generator.standard_normal((samples, sensors, 3))


def test_ideal_sensors_change_nothing() -> None:
    acc, gyro = _spatial()
    found_acc, found_gyro = corrupt(acc, gyro, RATE, NO_ERRORS, np.random.default_rng(0))
    np.testing.assert_allclose(found_acc, acc, atol=1e-14)
    np.testing.assert_allclose(found_gyro, gyro, atol=1e-14)


def test_the_seed_repeats_and_constants_do_not_depend_on_the_duration() -> None:
    acc, gyro = _spatial()
    first, again, other = (corrupt(acc, gyro, RATE, SensorErrors(), np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(first[0], again[0])
    assert np.array_equal(first[1], again[1])
    assert not np.array_equal(first[0], other[0])
    silent = replace(SensorErrors(), acc_noise_density=0.0, gyro_noise_density=0.0)
    long, short = (corrupt(acc[:n], gyro[:n], RATE, silent, np.random.default_rng(1)) for n in (400, 50))
    np.testing.assert_array_equal(long[0][:50], short[0])
    np.testing.assert_array_equal(long[1][:50], short[1])


def test_noise_has_the_stated_density() -> None:
    acc, gyro = _spatial(20_000)
    noisy = replace(NO_ERRORS, acc_noise_density=0.002, gyro_noise_density=0.0003)
    found_acc, found_gyro = corrupt(acc, gyro, RATE, noisy, np.random.default_rng(0))
    assert np.std(found_acc - acc) == pytest.approx(0.002 * math.sqrt(50.0), rel=0.02)
    assert np.std(found_gyro - gyro) == pytest.approx(0.0003 * math.sqrt(50.0), rel=0.02)
    assert abs(np.corrcoef((found_acc - acc)[1:, 0, 0], (found_acc - acc)[:-1, 0, 0])[0, 1]) < 0.03


def test_bias_is_constant_and_scale_is_a_factor() -> None:
    acc, gyro = _spatial(50, 2000)
    biased, scaled = replace(NO_ERRORS, acc_bias=0.2, gyro_bias=0.01), replace(NO_ERRORS, acc_scale=0.02, gyro_scale=0.03)
    biased_acc, biased_gyro = corrupt(acc, gyro, RATE, biased, np.random.default_rng(0))
    for difference, size in ((biased_acc - acc, 0.2), (biased_gyro - gyro, 0.01)):
        assert np.ptp(difference, axis=0).max() < 1e-12
        assert np.std(difference[0]) == pytest.approx(size, rel=0.05)
    scaled_acc, scaled_gyro = corrupt(acc, gyro, RATE, scaled, np.random.default_rng(0))
    for ratio, size in ((scaled_acc / acc, 0.02), (scaled_gyro / gyro, 0.03)):
        assert np.ptp(ratio, axis=0).max() < 1e-9
        assert np.std(ratio[0]) == pytest.approx(size, rel=0.05)
        assert np.mean(ratio[0]) == pytest.approx(1.0, abs=0.005)


def test_spatial_misalignment_is_one_small_rotation_of_both_triads() -> None:
    acc, gyro = _spatial(50, 500)
    size = math.radians(3.0)
    found_acc, found_gyro = corrupt(acc, gyro, RATE, replace(NO_ERRORS, misalignment=size), np.random.default_rng(0))
    np.testing.assert_allclose(np.linalg.norm(found_acc, axis=-1), np.linalg.norm(acc, axis=-1))
    # the angle between the two triads stays, so both were turned alike
    np.testing.assert_allclose((found_acc * found_gyro).sum(-1), (acc * gyro).sum(-1), atol=1e-9)
    # for a small rotation r: R^T v - v = v x r, so a gravity reading tells the part of r across it
    up = np.zeros((1, 500, 3))
    up[..., 1] = 9.81
    tilted, _ = corrupt(up, np.zeros_like(up), RATE, replace(NO_ERRORS, misalignment=size), np.random.default_rng(0))
    assert np.std(tilted[0, :, 0]) == pytest.approx(9.81 * size, rel=0.1)


@given(st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_nothing_reads_beyond_the_range_and_nan_stays(seed: int) -> None:
    acc, gyro = _spatial(30)
    acc[4, 1] = np.nan
    found_acc, found_gyro = corrupt(20.0 * acc, 20.0 * gyro, RATE, SensorErrors(), np.random.default_rng(seed))
    assert np.nanmax(np.abs(found_acc)) <= 16.0 * 9.81
    assert np.max(np.abs(found_gyro)) <= math.radians(2000.0)
    assert np.isnan(found_acc[4, 1]).all()
    assert np.isnan(found_acc).sum() == 3


@pytest.mark.parametrize("name", [f.name for f in fields(SensorErrors)])
@pytest.mark.parametrize("value", [-1.0, math.nan])
def test_impossible_sizes_are_refused(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=name):
        replace(NO_ERRORS, **{name: value})


def test_signals_that_do_not_belong_together_are_refused() -> None:
    acc, gyro = _spatial()
    generator = np.random.default_rng(0)
    with pytest.raises(ValueError, match="do not belong"):
        corrupt(acc, gyro[1:], RATE, NO_ERRORS, generator)
    with pytest.raises(ValueError, match="rate"):
        corrupt(acc, gyro, 0.0, NO_ERRORS, generator)
