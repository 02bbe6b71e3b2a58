"""A movement of the sagittal body itself, replayed, must come back; measured ones must obey the equations of motion."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from experiments import motion_capture
from experiments.captured import Geometry, MotionCapture, Plate
from experiments.planar import consistent, replay, worn
from experiments.planar.worn import IDEAL, Wear
from kinertia.recording import Subject
from kinertia.recording.errors import RecordingError

PHASE = torch.arange(100, dtype=torch.float64) / 100
STRIDE_S = 1.0
RATE_HZ = 200.0
SPEED = 1.2


def walker(lag_s: float = 0.0, strides: int = 3) -> MotionCapture:
    """A body that bounces smoothly over two feet; the plates lag behind the cameras."""
    time = np.arange(round(strides * STRIDE_S * RATE_HZ) + 60) / RATE_HZ
    turn = 2 * np.pi * time / STRIDE_S
    subject, mass = Subject(70.0, 1.75), 70.0
    bounce = 0.02
    coordinates = {
        "pelvis_tx": SPEED * time,
        "pelvis_ty": 0.95 + bounce * np.cos(2 * turn),
        "pelvis_tilt": 0.05 * np.sin(2 * turn),
        "lumbar_extension": 0.02 * np.cos(2 * turn),
    }
    for side, shift in (("r", 0.0), ("l", np.pi)):
        coordinates[f"hip_flexion_{side}"] = 0.3 * np.cos(turn + shift)
        coordinates[f"knee_angle_{side}"] = -0.4 + 0.3 * np.cos(turn + shift)
        coordinates[f"ankle_angle_{side}"] = 0.1 * np.sin(turn + shift)
    at = 2 * np.pi * (time - lag_s) / STRIDE_S
    # both feet together carry m (g + y'')
    total = mass * (9.81 - bounce * (4 * np.pi / STRIDE_S) ** 2 * np.cos(2 * at))
    plates = {}
    for side, shift in (("r", 0.0), ("l", np.pi)):
        share = np.clip(0.5 + 0.6 * np.sin(at + shift), 0.0, 1.0)
        force = np.stack([0.0 * time, share * total, 0.0 * time], axis=-1)
        plates[side] = Plate(force, np.stack([SPEED * time, 0.0 * time, 0.0 * time], axis=-1), 0.0 * time)
    return MotionCapture("made_up", RATE_HZ, subject, coordinates, plates, Geometry((0.0, 0.0), 0.43, 0.43))


def test_a_periodic_movement_comes_back() -> None:
    capture = walker()
    cycle = replay.average(capture)
    assert cycle.strides == 2
    assert cycle.period_s == pytest.approx(STRIDE_S, abs=0.01)
    assert cycle.speed == pytest.approx(SPEED, rel=1e-3)
    moving = replay.sample(cycle, PHASE)
    for name in ("hip_flexion_r", "knee_angle_l", "pelvis_ty"):
        found = moving.q[:, cycle.body.skeleton.coordinate_index(name)]
        start = np.flatnonzero((capture.plates["r"].force[1:, 1] > 34) & (capture.plates["r"].force[:-1, 1] <= 34))[0] + 1
        asked = np.interp(start / RATE_HZ + PHASE * STRIDE_S, np.arange(capture.samples) / RATE_HZ, capture.coordinates[name])
        np.testing.assert_allclose(found, asked, atol=2e-3)


def test_derivatives_are_those_of_the_coordinates() -> None:
    cycle = replay.average(walker())
    step = 1e-5
    before, here, after = (replay.sample(cycle, PHASE + k * step) for k in (-1, 0, 1))
    np.testing.assert_allclose(here.qd, (after.q - before.q) / (2 * step * cycle.period_s), atol=1e-5)
    np.testing.assert_allclose(here.qdd, (after.qd - before.qd) / (2 * step * cycle.period_s), atol=1e-3)


def test_moving_the_hips_leaves_the_force_where_it_acts() -> None:
    cycle = replay.average(walker())
    row = cycle.body.skeleton.coordinate_index("pelvis_tx")
    moved = cycle.coordinates.clone()
    moved[row, 0] += 0.1
    there = replay.with_coordinates(cycle, moved)
    before, after = replay.sample(cycle, PHASE), replay.sample(there, PHASE)
    vertical = sum(force[:, 1] for force in before.force.values())
    tilt = cycle.body.skeleton.coordinate_index("pelvis_tilt")
    # moment at the root: the force now passes 0.1 m further behind, M' = M - 0.1 F_y, and the residual is minus that
    np.testing.assert_allclose(after.generalized[:, tilt] - before.generalized[:, tilt], 0.1 * vertical, rtol=1e-6)


def test_correction_removes_the_root_residual_and_leaves_the_legs() -> None:
    cycle = replay.average(walker())
    better = consistent.correct(cycle)
    before, after = (replay.root_residual(c, PHASE).square().mean(dim=0).sqrt() for c in (cycle, better))
    assert before.max() > 0.02
    assert after.max() < 0.002
    legs = [cycle.body.skeleton.coordinate_index(name) for name in (*replay.LEGS, "pelvis_tilt")]
    np.testing.assert_array_equal(cycle.coordinates[legs], better.coordinates[legs])


@pytest.mark.parametrize("lag_s", [0.0, 0.012])
def test_lag_of_the_plates_is_found(lag_s: float) -> None:
    _, found = consistent.align(walker(lag_s))
    assert found == pytest.approx(lag_s, abs=0.004)


def test_too_little_is_refused() -> None:
    capture = walker()
    with pytest.raises(RecordingError, match="no coordinate pelvis_tilt"):
        replay.average(replace(capture, coordinates={k: v for k, v in capture.coordinates.items() if k != "pelvis_tilt"}))
    still = {side: Plate(0.0 * plate.force + 300.0, plate.centre, plate.torque) for side, plate in capture.plates.items()}
    with pytest.raises(RecordingError, match="heel strikes"):
        replay.average(replace(capture, plates=still))


@pytest.mark.data
@pytest.mark.parametrize("person", ["subject01", "subject02", "subject04"])
def test_measured_walks_obey_the_equations_of_motion(person: str, shared_data: Path) -> None:
    (capture,) = motion_capture.read_folder(shared_data / "walking_arnold" / person)
    measured = replay.average(capture)
    assert measured.speed == pytest.approx(1.25, abs=1e-3)
    assert measured.force_gain == pytest.approx(1.0, abs=2e-3)
    cycle = consistent.correct(measured)
    residual = replay.root_residual(cycle, PHASE).square().mean(dim=0).sqrt()
    assert residual[:2].max() < 1e-3
    assert residual[2] < 2e-4
    change = cycle.at(cycle.coordinates - measured.coordinates, PHASE)
    change = change - change.mean(dim=0)
    assert change[:, :2].abs().max() < 0.01
    assert change[:, 9].abs().max() < 0.06
    scale = float(cycle.body.moment_scale)
    own, theirs = worn.body_moments(cycle), worn.measured_moments(cycle)
    for name, curve in own.items():
        assert np.sqrt(np.mean((curve - theirs[name]) ** 2)) < 0.006 * scale


@pytest.mark.data
def test_ideal_sensors_read_the_motion(shared_data: Path) -> None:
    capture = motion_capture.read_folder(shared_data / "walking_arnold" / "subject01")[0]
    cycle = consistent.correct(replay.average(capture))
    recording = worn.record(cycle, capture.name, capture.subject, IDEAL)
    assert recording.truth is not None
    rate = np.gradient(np.tile(recording.truth.angles["knee_angle_r"], 3), 1 / recording.rate_hz)[100:200]
    thigh, shank = recording.sensor_index("femur_r"), recording.sensor_index("tibia_r")
    np.testing.assert_allclose((recording.gyro[:, shank] - recording.gyro[:, thigh])[:, 2], rate, atol=0.25)
    # over a cycle, the mean of what the pelvis sensor reads along the plumb line is gravity
    pose = recording.truth.poses["pelvis"]
    assert pose.angle_rad == 0.0
    assert pose.position_m == recording.sensors[0].position_m
    np.testing.assert_array_equal(recording.acc[..., 2], 0.0)
    total = recording.truth.grf["grf_y_r"] + recording.truth.grf["grf_y_l"]
    assert total.mean() == pytest.approx(1.0, abs=1e-6)


def test_tissue_changes_what_sensors_read_but_not_the_truth() -> None:
    cycle = replay.average(walker())
    hard, soft = (worn.record(cycle, "made_up", Subject(70.0, 1.75), Wear(tissue=tissue), seed=1) for tissue in (False, True))
    assert hard.truth is not None
    assert soft.truth is not None
    assert soft.truth.poses == hard.truth.poses
    np.testing.assert_array_equal(soft.truth.angles["knee_angle_r"], hard.truth.angles["knee_angle_r"])
    change = np.sqrt(np.square(soft.gyro[..., 2] - hard.gyro[..., 2]).mean(axis=0))
    assert (change > 0.002).all()
    assert (change < 0.5 * hard.gyro[..., 2].std(axis=0) + 0.3).all()
    # what rides on the skin is carried along: gravity stays, turned by the mounting
    np.testing.assert_allclose(soft.acc.mean(axis=0)[:, :2], hard.acc.mean(axis=0)[:, :2], atol=0.8)
