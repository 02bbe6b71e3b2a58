"""Gaps: found where they are, short ones filled, long ones left."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from kinertia.recording import Recording, Sensor, gaps


def smooth(samples: int = 200, rate: float = 100.0, *, periodic: bool = False, sensors: int = 2) -> Recording:
    """Two harmonics per channel, exactly one period when periodic."""
    phase = 2 * np.pi * np.arange(samples) / samples
    shift = np.arange(sensors * 3).reshape(sensors, 3)
    wave = np.sin(phase[:, None, None] + shift) + 0.3 * np.cos(2 * phase[:, None, None] - shift)
    spin = Rotation.from_rotvec(np.stack([0 * phase, np.sin(phase), 0 * phase], axis=1)).as_quat(scalar_first=True)
    signs = np.where(np.arange(samples) % 7 < 3, 1.0, -1.0)  # q and -q mixed, as devices give them
    orientation = np.repeat((spin * signs[:, None])[:, None], sensors, axis=1)
    names = ("tibia_r", "femur_r", "pelvis")
    return Recording(
        "smooth", rate, tuple(Sensor(n, n) for n in names[:sensors]), wave, 2 * wave, orientation=orientation, periodic=periodic
    )


def with_gap(recording: Recording, sensor: int, start: int, stop: int) -> Recording:
    acc, orientation = recording.acc.copy(), np.array(recording.orientation)
    acc[start:stop, sensor, 1] = np.nan  # one axis is enough
    orientation[start:stop, sensor] = np.nan
    return Recording(
        "g", recording.rate_hz, recording.sensors, acc, recording.gyro, orientation=orientation, periodic=recording.periodic
    )


@given(start=st.integers(1, 180), length=st.integers(1, 12), sensor=st.integers(0, 1))
@settings(max_examples=50, deadline=None)
def test_gap_is_found_and_short_ones_are_filled(start: int, length: int, sensor: int) -> None:
    whole = smooth()
    broken = with_gap(whole, sensor, start, start + length)
    assert gaps.find(broken) == [gaps.Gap(sensor, s, start, start + length) for s in ("acc", "orientation")]
    filled = gaps.fill(broken)
    if length <= 5:
        assert gaps.find(filled) == []
        np.testing.assert_allclose(filled.acc, whole.acc, atol=0.02)
        assert filled.orientation is not None
        assert whole.orientation is not None
        turn = np.abs(np.einsum("tkq,tkq->tk", filled.orientation, whole.orientation))
        assert turn.min() > 1 - 1e-3
    else:
        assert gaps.find(filled) == gaps.find(broken)
    other = 1 - sensor
    np.testing.assert_array_equal(filled.acc[:, other], whole.acc[:, other])


def test_gaps_at_the_ends_stay() -> None:
    filled = gaps.fill(with_gap(smooth(), 0, 0, 3))
    assert [(g.start, g.stop) for g in gaps.find(filled)] == [(0, 3), (0, 3)]


def test_periodic_cycle_is_filled_across_its_end() -> None:
    whole = smooth(periodic=True)
    filled = gaps.fill(with_gap(whole, 1, 0, 3))
    assert gaps.find(filled) == []
    np.testing.assert_allclose(filled.acc, whole.acc, atol=0.01)


def test_absent_signal_is_no_gap() -> None:
    recording = smooth()
    recording.gyro[:, 0] = np.nan
    assert gaps.find(recording) == []
    assert np.isnan(gaps.fill(recording).gyro[:, 0]).all()
