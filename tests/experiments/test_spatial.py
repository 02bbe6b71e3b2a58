"""Measured motion in space: truth that agrees with OpenSim's, and sensors that read what it does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from experiments import motion_capture
from experiments.captured import MotionCapture
from experiments.spatial import consistent as spatial_consistent
from experiments.spatial import movement as spatial
from experiments.spatial import worn as spatial_worn
from experiments.spatial.movement import Movement
from kinertia import opensim
from kinertia.metrics.scoring import score
from kinertia.recording.errors import RecordingError
from kinertia.sensing import measurement, strapdown

PHASE = torch.arange(100, dtype=torch.float64) / 100
pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def captured(shared_data: Path) -> MotionCapture:
    return motion_capture.read_folder(shared_data / "walking_arnold")[0]


@pytest.fixture(scope="module")
def walk(captured: MotionCapture) -> Movement:
    return spatial.mean_stride(captured, opensim.load(captured.model, captured.subject.height_m, unlocked=True))


def test_moments_are_those_that_opensim_found(walk: Movement) -> None:
    moving, scale = spatial.sample(walk, PHASE), float(walk.imported.body.moment_scale)
    signs = spatial.signs(walk, tuple(walk.moments))
    assert len(signs) == 6
    for name, sign in signs.items():
        measured = walk.at(walk.moments[name][None], PHASE)[:, 0]
        off = (sign * moving.generalized[:, walk.index(name)] - measured).square().mean().sqrt() / scale
        assert off < 0.0015, name
    assert spatial_consistent.root_residual(walk, PHASE).square().mean(dim=0).sqrt().max() < 0.003


def test_a_runner_explains_the_plates_after_a_small_change(shared_data: Path) -> None:
    run = motion_capture.read_folder(shared_data / "running_hamner")[0]
    measured = spatial.mean_stride(run, opensim.load(run.model, run.subject.height_m, unlocked=True))
    corrected = spatial_consistent.correct(measured)
    residuals = (spatial_consistent.root_residual(movement, PHASE) for movement in (measured, corrected))
    before, after = (float(left.square().mean(dim=0).sqrt().max()) for left in residuals)
    assert before > 0.05
    assert after < 0.002
    change = spatial.sample(corrected, PHASE).q - spatial.sample(measured, PHASE).q
    assert float(change[:, [measured.index(name) for name in spatial.PELVIS]].abs().max()) < 0.02
    assert float(change[:, [measured.index(name) for name in spatial.LEGS]].abs().max()) == 0.0


def test_ideal_sensors_show_the_flattened_walk_as_it_was(walk: Movement, captured: MotionCapture) -> None:
    drawn = np.random.default_rng(0), np.random.default_rng(1)
    flat = spatial_worn.record(spatial.flattened(walk), "flat", captured.subject, measurement.IDEAL, *drawn)
    whole = spatial_worn.record(walk, "whole", captured.subject, measurement.IDEAL, *drawn)
    figures = score(strapdown.solve(flat.without_truth()), flat, None)
    assert max(figures["angle_rmsd_deg"].values()) < 0.5
    thighs = [k for k, sensor in enumerate(flat.sensors) if sensor.segment.startswith("femur")]
    assert np.abs(flat.gyro[:, thighs, :2]).max() < 1e-9
    assert np.abs(whole.gyro[:, thighs, :2]).max() > 0.5
    assert np.linalg.norm(whole.acc.mean(axis=0), axis=-1)[:3] == pytest.approx(9.8, abs=1.0)


def test_one_wearing_is_alike_in_all_recordings(walk: Movement, captured: MotionCapture) -> None:
    def poses(**left_out: object) -> list:
        realism = replace(spatial_worn.AS_WORN, **left_out)  # type: ignore[arg-type]
        worn = spatial_worn.record(walk, "w", captured.subject, realism, np.random.default_rng(5), np.random.default_rng(1))
        assert worn.truth is not None
        return list(worn.truth.poses.values())

    assert poses() == poses(**spatial_worn.WITHOUT["tissue"])
    assert poses() != poses(**spatial_worn.WITHOUT["mounting"])


def test_a_body_at_another_size(walk: Movement) -> None:
    large = opensim.scaled(walk.imported, 1.1, 100.0)
    still = torch.zeros(len(walk.names), dtype=torch.float64)
    joints = [spatial_worn.proximal_joints(body) for body in (walk.imported, large)]
    for segment, (_, joint) in joints[0].items():
        np.testing.assert_allclose(joints[1][segment][1], 1.1 * joint, atol=1e-12)
    assert float(large.body.mass.sum()) == pytest.approx(100.0)
    slides = list(large.body.skeleton.slides)
    small, big = (body.coupling.expand(still, still, still)[0][slides] for body in (walk.imported, large))
    torch.testing.assert_close(big, 1.1 * small)


def test_a_motion_of_another_model_is_refused(walk: Movement, captured: MotionCapture) -> None:
    less = {name: curve for name, curve in captured.coordinates.items() if name != "pelvis_tz"}
    with pytest.raises(RecordingError, match="pelvis_tz"):
        spatial.mean_stride(replace(captured, coordinates=less), walk.imported)
