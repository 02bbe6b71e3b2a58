from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from experiments import walks
from experiments.walks import record
from kinertia.bodies import GAIT2D_TRUNK, build
from kinertia.estimation.estimate import Estimate
from kinertia.recording import LOWER_BODY, Recording
from kinertia.solving import start
from kinertia.solving.settings import Settings
from kinertia.solving.solution import Movement
from kinertia.solving.tracking import to_sequence

BODY = build(72.0, 1.78, skeleton=GAIT2D_TRUNK)
NAMES = BODY.skeleton.coordinate_names
SUBSETS = [
    (),
    ("foot_l",),
    ("pelvis",),
    ("femur_r", "tibia_r"),
    ("tibia_r", "tibia_l"),
    LOWER_BODY.segments[:4],
    LOWER_BODY.segments,
]


def only(recording: Recording, segments: tuple[str, ...]) -> Recording:
    kept = [k for k, sensor in enumerate(recording.sensors) if sensor.segment in segments]
    return replace(
        recording, sensors=tuple(recording.sensors[k] for k in kept), acc=recording.acc[:, kept], gyro=recording.gyro[:, kept]
    )


@pytest.mark.parametrize("segments", SUBSETS, ids=len)
@pytest.mark.parametrize("periodic", [True, False])
def test_any_subset_of_sensors(walk: Recording, stride: Recording, segments: tuple[str, ...], periodic: bool) -> None:
    recording = only(stride if periodic else walk, segments)
    found = start.from_signals(recording, BODY, float("nan"))
    assert found.q.shape == (recording.samples, len(NAMES))
    assert np.isfinite(found.q).all()
    assert found.speed == start.WALKING_M_S
    assert 0.7 < found.q[:, NAMES.index("pelvis_ty")].mean() < 1.0
    assert (found.q[:, 3:] <= BODY.coordinate_max.numpy()[3:]).all()
    assert 0.2 < found.force_bw[..., 1].sum(axis=1).mean() <= 1.0
    assert (found.force_bw[..., 1] >= 0.0).all()


def test_close_to_the_truth_with_all_sensors() -> None:
    recording = record(walks.fit(72.0, 1.78), "walk", seconds=6.0)
    assert recording.truth is not None
    found = start.of(recording.without_truth(), to_sequence(recording, Settings()))
    for name, curve in recording.truth.angles.items():
        error = found.q[:, NAMES.index(name)] - curve
        assert np.degrees(np.std(error)) < 6.0, name
    assert found.speed == pytest.approx(recording.truth.speed, rel=0.25)


def test_other_leg_stands_in_half_a_stride_later(stride: Recording) -> None:
    q = start.from_signals(only(stride, LOWER_BODY.segments[:4]), BODY, 1.3).q
    right, left = q[:, NAMES.index("knee_angle_r")], q[:, NAMES.index("knee_angle_l")]
    np.testing.assert_allclose(left, np.roll(right, round(0.5 * len(right))), atol=1e-9)


def test_gaps_are_bridged(walk: Recording) -> None:
    gyro = walk.gyro.copy()
    gyro[100:180, 2] = np.nan
    assert np.isfinite(start.from_signals(replace(walk, gyro=gyro), BODY, 1.3).q).all()


def test_from_an_estimate(walk: Recording) -> None:
    knee = np.linspace(-0.5, -0.1, 120)
    guess = Estimate("walk", "made up", 20.0, walk.subject, {"knee_angle_r": knee}, speed=np.full(120, 2.0))
    found = start.of(walk, to_sequence(walk, Settings()), guess)
    assert found.speed == pytest.approx(2.0)
    assert found.q[300, NAMES.index("knee_angle_r")] == pytest.approx(knee[60])
    rest = start.of(walk, to_sequence(walk, Settings()))
    np.testing.assert_array_equal(found.q[:, NAMES.index("hip_flexion_l")], rest.q[:, NAMES.index("hip_flexion_l")])


def test_unknowns_in_their_places(stride: Recording) -> None:
    sequence = to_sequence(stride, Settings())
    movement = Movement.of(sequence, stride.samples, True, Settings(), 1.3)
    found = start.of(stride, sequence)
    part = movement.layout.split(found.unknowns(movement.layout))
    assert part["q"].shape == (stride.samples, len(NAMES))
    np.testing.assert_array_equal(part["force"], found.force_bw)
    assert not part["moment"].any()
    assert part["speed"] == found.speed
    assert not part["units"].any()
    assert torch.isfinite(sequence.speed_hint)
