"""Recordings of a movement: ideal sensors read what they should, real ones are the same in all recordings of a person."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hopping import bobbing

from kinertia.recording import LOWER_BODY, Frame, Recording
from kinertia.sensing import measurement
from kinertia.simulation import person, session
from kinertia.simulation.gait import join

PERSON = person.draw(1, 1)


def made(realism: measurement.Realism = measurement.IDEAL, slope_rad: float = 0.0, name: str = "walk") -> Recording:
    worn = session.begin(PERSON, realism)
    return session.record(worn, join([(bobbing(PERSON.body, slope_rad=slope_rad), 8)]), name, 0.1, 4.0)


def test_layout_and_truth() -> None:
    recording = made()
    assert tuple(sensor.segment for sensor in recording.sensors) == LOWER_BODY.segments
    assert (recording.samples, recording.rate_hz, recording.frame) == (400, 100.0, Frame.SEGMENT)
    assert recording.subject == PERSON.subject
    truth = recording.truth
    assert truth is not None
    assert set(truth.angles) == {f"{j}_{s}" for j in ("hip_flexion", "knee_angle", "ankle_angle") for s in "rl"} | {
        "pelvis_tilt",
        "lumbar_extension",
    }
    assert set(truth.moments) == set(truth.angles) - {"pelvis_tilt"}
    assert truth.moments["knee_angle_r"].max() == pytest.approx(0.01 * float(PERSON.body.moment_scale), rel=1e-3)
    # both feet carry the weight
    assert truth.grf["grf_y_r"].mean() + truth.grf["grf_y_l"].mean() == pytest.approx(1.0, abs=0.02)
    assert truth.speed == pytest.approx(1.3, abs=0.01)
    assert truth.contact["l"].min() == 1.0
    assert truth.poses.keys() == set(LOWER_BODY.segments)
    assert truth.slope_rad == 0.0


def test_gyroscopes_integrate_to_segment_angles() -> None:
    recording = made()
    assert recording.truth is not None
    shank, thigh = (recording.gyro[:, LOWER_BODY.index(name), 2] for name in ("tibia_r", "femur_r"))
    rate = shank - thigh
    turned = np.concatenate([[0.0], np.cumsum(0.5 * (rate[1:] + rate[:-1]))]) / recording.rate_hz
    knee = recording.truth.angles["knee_angle_r"]
    assert np.abs(turned - (knee - knee[0])).max() < 2e-3


def test_pelvis_accelerometer_reads_what_the_feet_carry() -> None:
    recording = made()
    assert recording.truth is not None
    total = recording.truth.grf["grf_y_r"] + recording.truth.grf["grf_y_l"]
    np.testing.assert_allclose(recording.acc[20:-20, 0, 1], 9.81 * total[20:-20], atol=0.05)


def test_slope_turns_gravity() -> None:
    slope = 0.1
    level, uphill = made(), made(slope_rad=slope)
    assert uphill.truth is not None
    assert uphill.truth.slope_rad == slope
    turn = uphill.acc[:, 0].mean(axis=0) - level.acc[:, 0].mean(axis=0)
    np.testing.assert_allclose(turn, [9.81 * np.sin(slope), 9.81 * (np.cos(slope) - 1.0), 0.0], atol=1e-3)
    # the pelvis is upright to the ground, so it leans back against the vertical
    np.testing.assert_allclose(uphill.truth.angles["pelvis_tilt"], slope, atol=1e-12)


def test_a_person_wears_the_same_sensors_in_all_recordings() -> None:
    """Bias, scale and placement stay; noise does not."""
    hard = replace(measurement.TYPICAL, skin=None, ringing=None, clock=measurement.EXACT)
    one, same, other = made(hard), made(hard), made(hard, name="again")
    np.testing.assert_array_equal(one.acc, same.acc)
    assert one.truth is not None
    assert other.truth is not None
    assert one.truth.poses == other.truth.poses
    difference = one.gyro - other.gyro
    assert 1e-4 < difference.std() < 3e-3
    assert np.abs(difference.mean(axis=0)).max() < 3e-4
    bias = (one.gyro - made().gyro).mean(axis=0)
    assert np.abs(bias).max() > 3e-3


def test_too_short_a_movement_is_refused() -> None:
    with pytest.raises(ValueError, match="outside of"):
        session.record(session.begin(PERSON), join([(bobbing(PERSON.body), 2)]), "walk", 0.0, 10.0)
