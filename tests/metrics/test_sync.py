from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinertia.estimation.estimate import Estimate
from kinertia.metrics.sync import advance, sync_shift
from kinertia.recording import Recording, Sensor, Truth

RATE, SAMPLES = 90.0, 99
ANGLES = {"hip_flexion_r": 1, "knee_angle_r": 2, "ankle_angle_r": 3}


def curve(harmonic: int, delay_s: float) -> np.ndarray:
    phase = 2 * np.pi * (np.arange(SAMPLES) - delay_s * RATE) / SAMPLES
    return 0.3 * np.cos(phase + harmonic) + 0.2 * np.sin(harmonic * phase)


def recording(*, periodic: bool = True, with_angles: bool = True) -> Recording:
    angles = {name: curve(k, 0.0) for name, k in ANGLES.items()} if with_angles else {}
    signals = np.zeros((SAMPLES, 1, 3))
    return Recording("trial", RATE, (Sensor("s", "pelvis"),), signals, signals, periodic=periodic, truth=Truth(angles=angles))


def estimate(delay_s: float, offset: float = 0.0) -> Estimate:
    r = recording()
    return Estimate("trial", "any", RATE, r.subject, {name: curve(k, delay_s) + offset for name, k in ANGLES.items()})


@given(st.integers(-200, 200))
def test_periodic_shift_by_whole_samples_is_a_rotation(samples: int) -> None:
    x = np.random.default_rng(0).normal(size=SAMPLES)
    np.testing.assert_allclose(advance(x, samples / RATE, RATE, periodic=True), np.roll(x, -samples), atol=1e-9)


@given(st.floats(-0.04, 0.04))
def test_periodic_shift_is_exact_between_samples(shift: float) -> None:
    np.testing.assert_allclose(advance(curve(3, shift), shift, RATE, periodic=True), curve(3, 0.0), atol=1e-9)


def test_shift_of_a_recording_leaves_out_its_ends() -> None:
    moved = advance(np.arange(10.0), 0.015, 100.0, periodic=False)
    np.testing.assert_allclose(moved[:8], np.arange(8) + 1.5)
    assert np.isnan(moved[8:]).all()


@pytest.mark.parametrize("periodic", [True, False])
@pytest.mark.parametrize("delay_ms", [-40, -7, 0, 12, 33])
def test_finds_the_delay_whatever_the_offset(delay_ms: int, periodic: bool) -> None:
    found = sync_shift(estimate(delay_ms / 1000, offset=0.4), recording(periodic=periodic))
    assert found == pytest.approx(delay_ms / 1000, abs=0.0011)


def test_stays_in_range() -> None:
    assert sync_shift(estimate(0.1), recording()) == pytest.approx(0.04)


def test_without_reference_there_is_no_shift() -> None:
    assert sync_shift(estimate(0.01), recording(with_angles=False)) is None
    assert sync_shift(estimate(0.01), recording().without_truth()) is None
    gone = replace(recording(), truth=Truth(angles={"knee_angle_r": np.full(SAMPLES, np.nan)}))
    assert sync_shift(estimate(0.01), gone) is None


def test_gaps_in_the_reference_are_left_out() -> None:
    r = recording()
    assert r.truth is not None
    knee = r.truth.angles["knee_angle_r"].copy()
    knee[10:20] = np.nan
    holed = replace(r, truth=Truth(angles={**r.truth.angles, "knee_angle_r": knee}))
    assert sync_shift(estimate(0.02), holed) == pytest.approx(0.02)
