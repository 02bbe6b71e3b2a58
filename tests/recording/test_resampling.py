"""Resampling: no aliasing, no delay, gaps and truth carried along."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from kinertia.recording import Recording, Sensor, Truth
from kinertia.recording.errors import RecordingError
from kinertia.recording.resampling import resample
from kinertia.recording.selection import crop


def tones(frequencies: list[float], *, seconds: float, rate: float, periodic: bool) -> Recording:
    time = np.arange(round(seconds * rate)) / rate
    wave = sum(np.sin(2 * np.pi * f * time + f) for f in frequencies)
    acc = np.repeat(np.asarray(wave)[:, None, None], 3, axis=2)
    orientation = Rotation.from_rotvec(np.outer(0.5 * np.sin(2 * np.pi * frequencies[0] * time), [0, 0, 1])).as_quat(
        scalar_first=True
    )[:, None]
    return Recording(
        "tones",
        rate,
        (Sensor("a", "tibia_r"),),
        acc,
        2 * acc,
        acc_var=np.abs(acc),
        gyro_var=np.abs(acc),
        orientation=orientation,
        periodic=periodic,
        truth=Truth({"knee_angle_r": np.asarray(wave)}, grf={"grf_y_r": np.asarray(wave)}, speed=1.2),
    )


@given(rate=st.floats(60, 300), new_rate=st.floats(50, 300))
@settings(max_examples=25, deadline=None)
def test_continuous_signal_keeps_its_shape(rate: float, new_rate: float) -> None:
    recording = tones([1.0, 5.0], seconds=4, rate=rate, periodic=False)
    result = resample(recording, new_rate)
    assert result.rate_hz == pytest.approx(new_rate, rel=2.5e-5)
    assert result.duration_s == pytest.approx(recording.duration_s, abs=1.01 / new_rate)
    time = result.time_s
    expected = np.sin(2 * np.pi * time + 1) + np.sin(10 * np.pi * time + 5)
    inner = (time > 0.4) & (time < 3.5)
    np.testing.assert_allclose(result.acc[inner, 0, 0], expected[inner], atol=0.03)
    assert result.truth is not None
    np.testing.assert_allclose(result.truth.angles["knee_angle_r"], result.acc[:, 0, 0])
    assert result.truth.speed == 1.2
    assert result.acc_var is not None
    assert result.acc_var.min() >= 0


def test_tones_above_the_new_nyquist_rate_vanish() -> None:
    high = tones([40.0], seconds=4, rate=200, periodic=False)
    result = resample(high, 50)  # 40 Hz would appear as 10 Hz
    assert np.abs(result.acc[20:-20]).max() < 0.01
    cycle = resample(tones([40.0], seconds=1, rate=200, periodic=True), 50)
    assert np.abs(cycle.acc).max() < 1e-9


@given(count=st.integers(30, 400))
@settings(max_examples=25, deadline=None)
def test_periodic_cycle_is_exact_and_keeps_its_duration(count: int) -> None:
    recording = tones([2.0, 6.0], seconds=1.0, rate=100, periodic=True)
    result = resample(recording, float(count))
    assert result.samples == count
    assert result.duration_s == pytest.approx(recording.duration_s)
    expected = np.sin(4 * np.pi * result.time_s + 2) + np.sin(12 * np.pi * result.time_s + 6)
    np.testing.assert_allclose(result.gyro[:, 0, 2], 2 * expected, atol=1e-9)
    back = resample(result, 100)
    np.testing.assert_allclose(back.acc, recording.acc, atol=1e-9)


@pytest.mark.parametrize("periodic", [False, True])
def test_orientation_follows(periodic: bool) -> None:
    recording = tones([1.0], seconds=2, rate=100, periodic=periodic)
    assert recording.orientation is not None
    flipped = replace(recording, orientation=recording.orientation * np.where(np.arange(200) % 2, 1.0, -1.0)[:, None, None])
    result = resample(flipped, 160)
    assert result.orientation is not None
    angle = Rotation.from_quat(result.orientation[:, 0], scalar_first=True).as_rotvec()[:, 2]
    np.testing.assert_allclose(angle[30:-30], 0.5 * np.sin(2 * np.pi * result.time_s)[30:-30], atol=2e-3)


def test_gaps_are_refused_or_kept() -> None:
    recording = tones([1.0], seconds=4, rate=100, periodic=False)
    recording.acc[100:120, 0, 1] = np.nan
    with pytest.raises(RecordingError, match="20 acc samples are missing") as error:
        resample(recording, 50)
    assert (error.value.sensor, error.value.sample) == ("a", 100)
    result = resample(recording, 50, keep_gaps=True)
    assert np.flatnonzero(np.isnan(result.acc[:, 0, 1])).tolist() == list(range(50, 60))
    assert np.isfinite(result.acc[:, 0, 0]).all()
    upward = resample(recording, 200, keep_gaps=True)
    missing = np.flatnonzero(np.isnan(upward.acc[:, 0, 1]))
    assert missing[0] <= 200 <= 239 <= missing[-1] + 1


def test_a_missing_signal_stays_missing() -> None:
    recording = tones([1.0], seconds=4, rate=100, periodic=False)
    recording.gyro[:] = np.nan
    assert np.isnan(resample(recording, 50).gyro).all()


@pytest.mark.parametrize("rate", [0.0, -5.0, float("nan"), 0.01])
def test_impossible_rates(rate: float) -> None:
    with pytest.raises(RecordingError, match="Fix: "):
        resample(tones([1.0], seconds=1, rate=100, periodic=False), rate)


def test_same_rate_changes_nothing() -> None:
    recording = tones([1.0, 7.0], seconds=3, rate=100, periodic=False)
    np.testing.assert_array_equal(resample(recording, 100).acc, recording.acc)


def test_crop_takes_truth_along() -> None:
    recording = tones([1.0], seconds=3, rate=100, periodic=False)
    part = crop(recording, 50, 120)
    assert part.samples == 70
    assert part.truth is not None
    np.testing.assert_array_equal(part.truth.grf["grf_y_r"], recording.acc[50:120, 0, 0])
    with pytest.raises(RecordingError, match="outside"):
        crop(recording, 200, 301)
    with pytest.raises(RecordingError, match="cannot be cropped"):
        crop(tones([1.0], seconds=1, rate=100, periodic=True), 0, 10)
