"""Quiet standing: statics agree with the body's dynamics, gravity with the posture, and nothing jumps."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from kinertia.bodies import build
from kinertia.estimation import standing, track
from kinertia.estimation.estimate import Activity, Bands
from kinertia.estimation.series import Series
from kinertia.estimation.standing import Sizes
from kinertia.mechanics import dynamics, sole
from kinertia.mechanics import kinematics as kin
from kinertia.recording import LOWER_BODY, Array, Recording, Sensor, Subject
from kinertia.sensing.alignment import STANDING_UNCERTAINTY_DEG

sys.path.append(str(Path(__file__).parents[1] / "report"))
import walking

SUBJECT = Subject(70.0, 1.76)
BODY = build(SUBJECT.mass_kg, SUBJECT.height_m)
NAMES = BODY.skeleton.coordinate_names


def _series(q: Array) -> Series:
    """Of a network that says ``q``, and nothing else."""
    count = len(q)
    kinematics = kin.forward(BODY.with_time_axis(), *(torch.from_numpy(x) for x in (q, 0 * q, 0 * q)))
    contact = sole.touch(BODY.with_time_axis(), kinematics).position
    points = {k: v.numpy() for k, v in track.landmarks(BODY.with_time_axis(), kinematics, contact).items()}
    return Series(
        NAMES,
        q,
        np.full(count, 0.7),
        np.full((count, len(NAMES) - 3), 9.0),
        np.full((count, 3), 0.2),
        np.full((count, 4), 0.8),
        np.full((count, 2), 0.1),
        np.ones((count, len(LOWER_BODY), 3)),
        points,
    )


def _walking(count: int) -> Series:
    q = np.zeros((count, len(NAMES)))
    q[:, 1], q[:, 3:] = 0.9, [0.4, -0.5, 0.1, -0.2, -0.1, 0.05]
    return _series(q)


def test_moments_and_centre_are_those_of_the_body_at_rest() -> None:
    inclination = np.deg2rad(np.array([[3.0, 6.0, -9.0, 1.0, 2.0, -7.0, -1.0]]))
    sizes = Sizes.of(_walking(1), SUBJECT.height_m)
    found = standing.answer(inclination, sizes, _walking(1), SUBJECT)
    q = torch.from_numpy(found.q)
    body = BODY.with_time_axis()
    kinematics = kin.forward(body, q, 0 * q, 0 * q)
    feet = tuple(BODY.skeleton.segment_index(f"foot_{side}") for side in "rl")
    force = 0.5 * BODY.weight * torch.tensor([[[0.0, 1.0], [0.0, 1.0]]], dtype=torch.float64)
    place = torch.zeros(1, 2, 2, dtype=torch.float64)
    place[..., 0] = float(found.pressure[0, 0] / 0.5)
    held = dynamics.inertia_forces(body, kinematics) - dynamics.external_forces(body, kinematics, feet, place, force)
    # the foot's centre of mass is 2 cm beside the middle of its sole, of a 70th of the body's mass
    np.testing.assert_allclose(found.moments, held[:, 3:].numpy(), atol=0.5)
    np.testing.assert_allclose(held[:, :3].numpy() / SUBJECT.mass_kg, 0.0, atol=0.02)
    assert found.points.keys() == _walking(1).points.keys()
    seen = track.landmarks(body, kinematics, sole.touch(body, kinematics).position)
    for name, point in found.points.items():
        np.testing.assert_allclose(point, seen[name].numpy(), atol=1e-6, err_msg=name)


def test_posture_follows_sensors_by_how_certain_they_are() -> None:
    bent = np.deg2rad(np.array([0.0, 8.0, -10.0, 0.0, 8.0, -10.0, 0.0]))
    force = 9.81 * np.stack([np.sin(bent), np.cos(bent)], axis=-1)[None]
    knees = []
    for error_deg in (0.5, 6.0, 1000.0):
        sensors = tuple(Sensor(s, s, misalignment_rad=np.deg2rad(error_deg)) for s in LOWER_BODY.segments)
        level = standing.Level.of(sensors, np.ones(len(LOWER_BODY), dtype=bool))
        found = level.inclinations(force)[0]
        knees.append((np.rad2deg(found[2] - found[1]), np.rad2deg(level.error("knee_angle_r"))))
    (exact, small), (typical, middle), (unknown, wide) = knees
    assert exact == pytest.approx(-18.0, abs=0.6)
    assert unknown == pytest.approx(-3.0, abs=0.1)
    assert unknown > typical > exact
    assert small < 1.0 < middle < wide < 5.5
    calibrated = tuple(Sensor(s, s, misalignment_rad=np.deg2rad(STANDING_UNCERTAINTY_DEG)) for s in LOWER_BODY.segments)
    # relative to the posture of calibration, that of people who stand
    found = standing.Level.of(calibrated, np.ones(len(LOWER_BODY), dtype=bool)).inclinations(force)[0]
    np.testing.assert_allclose(found, bent + np.deg2rad(standing.UPRIGHT_DEG))
    nothing = standing.Level.of((), np.zeros(len(LOWER_BODY), dtype=bool))
    np.testing.assert_allclose(nothing.inclinations(np.full((1, 7, 2), np.nan))[0], np.deg2rad(standing.UPRIGHT_DEG))


def test_standing_replaces_the_network_smoothly() -> None:
    samples, rate = 600, 100.0
    does = np.full(samples, Activity.WALKING, dtype=np.int8)
    does[:300] = Activity.STANDING
    signals = np.zeros((samples, len(LOWER_BODY), 3))
    signals[..., 1] = 9.81
    walking = _walking(samples)
    recording = _recording(signals, rate)
    found = standing.blend(walking, signals, does, rate, recording)
    assert (found.speed[:300] == 0.0).all()
    assert (found.speed[325:] == 0.7).all()
    assert np.abs(np.diff(found.speed)).max() < 0.06
    np.testing.assert_allclose(found.grf[:270], np.tile([0.0, 0.5, 0.0, 0.5], (270, 1)))
    knee = np.rad2deg(found.q[:270, NAMES.index("knee_angle_r")])
    assert (np.abs(knee) < 5.0).all()


def _recording(signals: Array, rate: float) -> Recording:
    acc, gyro = np.zeros((2, len(signals), len(LOWER_BODY), 3))
    acc[..., :2], gyro[..., 2] = signals[..., :2], signals[..., 2]
    return Recording("still", rate, tuple(Sensor(s, s) for s in LOWER_BODY.segments), acc, gyro, SUBJECT)


def test_standing_beside_gait_has_the_bands_of_its_own_answer() -> None:
    estimate, recording, _ = walking.make(20.0)
    does = np.full(estimate.samples, Activity.WALKING, dtype=np.int8)
    does[:500], does[1500:] = Activity.STANDING, Activity.OTHER
    # what calibration gives: nothing outside of gait
    of_gait = np.where(does == Activity.WALKING, np.deg2rad(5.0), np.nan)
    own = Bands(0.9, {"knee_angle_r": of_gait}, {}, {"grf_y_r": of_gait}, of_gait, "made up")
    found = standing.bands(replace(estimate, activity=does, bands=own), recording)
    knee = np.rad2deg(found.coordinates["knee_angle_r"])
    assert np.isfinite(knee[:1500]).all()
    assert 3.0 < knee[100] < 12.0
    assert knee[1000] == pytest.approx(5.0)
    assert np.isnan(knee[1500:]).all()
    assert found.grf["grf_y_r"][100] == pytest.approx(0.1645, abs=0.001)
    # with standing alone the answer's are all there are, and without any there are none
    still = np.where(does == Activity.OTHER, does, np.int8(Activity.STANDING))
    alone = standing.bands(replace(estimate, activity=still, bands=Bands()), recording)
    assert alone.level == 0.9
    assert "pelvis_tx" not in alone.coordinates
    np.testing.assert_allclose(np.rad2deg(alone.coordinates["knee_angle_r"][:1000]), knee[100])
    assert np.isnan(alone.coordinates["knee_angle_r"][1500:]).all()
    squats = np.full_like(does, Activity.OTHER)
    assert standing.bands(replace(estimate, activity=squats, bands=Bands()), recording).level == 0.0
