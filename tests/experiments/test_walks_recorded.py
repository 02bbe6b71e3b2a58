"""Recordings of simulated people."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from experiments import walks
from experiments.walks import record
from kinertia.recording import LOWER_BODY, Frame
from kinertia.sensing.errors import NO_ERRORS, SensorErrors


@pytest.fixture(scope="module")
def person() -> walks.Walk:
    return walks.fit(72.0, 1.78)


def test_recording_has_seven_sensors_person_and_truth(person: walks.Walk) -> None:
    recording = record(person, "walk", seconds=4.0)
    assert tuple(sensor.segment for sensor in recording.sensors) == LOWER_BODY.segments
    assert recording.samples == 400
    assert recording.frame is Frame.SEGMENT
    assert recording.subject.mass_kg == 72.0
    assert recording.subject.height_m == pytest.approx(1.78)
    assert recording.truth is not None
    assert len(recording.truth.angles) == 6
    assert recording.truth.speed == pytest.approx(person.speed, rel=0.05)
    assert not recording.truth.moments
    assert not recording.truth.grf


def test_same_seed_same_signals(person: walks.Walk) -> None:
    one, same, other = (record(person, "walk", seconds=2.0, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one.acc, same.acc)
    assert not np.array_equal(one.acc, other.acc)


def test_ideal_gyroscopes_integrate_to_the_segment_angles(person: walks.Walk) -> None:
    recording = record(person, "walk", seconds=3.0, rate_hz=400.0, errors=NO_ERRORS)
    assert recording.truth is not None
    shank, thigh = (recording.gyro[:, LOWER_BODY.index(name), 2] for name in ("tibia_r", "femur_r"))
    turned = np.concatenate([[0.0], np.cumsum(0.5 * (shank - thigh)[1:] + 0.5 * (shank - thigh)[:-1])]) / 400.0
    knee = recording.truth.angles["knee_angle_r"]
    assert np.abs(turned - (knee - knee[0])).max() < 1e-3


def test_ideal_accelerometers_read_gravity_on_average(person: walks.Walk) -> None:
    acc = record(person, "walk", seconds=person.stride_s * 20, errors=NO_ERRORS).acc
    assert np.linalg.norm(acc[:, LOWER_BODY.index("pelvis")].mean(axis=0)) == pytest.approx(9.81, abs=0.15)


def test_misalignment_turns_the_signals(person: walks.Walk) -> None:
    ideal = record(person, "walk", seconds=2.0, errors=NO_ERRORS, seed=3)
    tilted = record(person, "walk", seconds=2.0, errors=replace(NO_ERRORS, misalignment=np.radians(3.0)), seed=3)
    assert np.allclose(np.linalg.norm(ideal.acc, axis=-1), np.linalg.norm(tilted.acc, axis=-1))
    assert np.abs(ideal.acc - tilted.acc).max() > 0.1
    noisy = record(person, "walk", seconds=2.0, errors=SensorErrors(), seed=3)
    assert np.abs(noisy.acc - ideal.acc).max() < 8.0
