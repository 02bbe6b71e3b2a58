"""Kinematics: values by hand, and velocities and accelerations against numerical differentiation in time."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from kinertia.bodies import Body
from kinertia.mechanics import kinematics, plane, sole

STEP = 1e-3


def _swing(q: Tensor, qd: Tensor, qdd: Tensor, time: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Coordinates of the motion q + q' t + q'' t^2 / 2 + a sine, and their derivatives, (T, n)."""
    t = time[:, None]
    return (
        q + qd * t + 0.5 * qdd * t**2 + torch.sin(5.0 * t),
        qd + qdd * t + 5.0 * torch.cos(5.0 * t),
        qdd - 25.0 * torch.sin(5.0 * t),
    )


def _differentiate(x: Tensor) -> tuple[Tensor, Tensor]:
    """First and second derivative at the middle of five samples, fourth-order central differences."""
    first = (x[0] - 8.0 * x[1] + 8.0 * x[3] - x[4]) / (12.0 * STEP)
    second = (-x[0] + 16.0 * x[1] - 30.0 * x[2] + 16.0 * x[3] - x[4]) / (12.0 * STEP**2)
    return first, second


def test_zero_pose_stands_upright(people: dict[str, Body]) -> None:
    body = people["adult"]
    zero = torch.zeros(9, dtype=torch.float64)
    motion = kinematics.forward(body, zero, zero, zero)
    knee = motion.origin[body.skeleton.segment_index("tibia_r")]
    ankle = motion.origin[body.skeleton.segment_index("foot_l")]
    assert knee.tolist() == pytest.approx([0.0, -0.441])
    assert ankle.tolist() == pytest.approx([0.0, -0.441 - 0.4428])
    heel, toe = sole.touch(body, motion).position[:2]
    assert heel.tolist() == pytest.approx([-0.06, -0.441 - 0.4428 - 0.0702])
    assert toe.tolist() == pytest.approx([0.1636, -0.441 - 0.4428 - 0.0702])


def test_positive_angles_follow_the_conventions(people: dict[str, Body]) -> None:
    body = people["adult"]
    skeleton = body.skeleton
    zero = torch.zeros(9, dtype=torch.float64)

    def positions(name: str, degrees: float) -> kinematics.Kinematics:
        q = zero.clone()
        q[skeleton.coordinate_index(name)] = math.radians(degrees)
        return kinematics.forward(body, q, zero, zero)

    knee, ankle = (skeleton.segment_index(name) for name in ("tibia_r", "foot_r"))
    assert positions("hip_flexion_r", 30).origin[knee, 0] > 0.2  # hip flexion brings the knee forward
    assert positions("knee_angle_r", -30).origin[ankle, 0] < -0.2  # knee flexion (negative) brings the ankle back
    lifted = positions("ankle_angle_r", 20)
    assert sole.touch(body, lifted).position[1, 1] > -0.95  # dorsiflexion lifts the toe
    leaning = kinematics.centres_of_mass(body, positions("pelvis_tilt", 10)).position[0]
    assert leaning[0] < 0.0  # positive pelvis tilt leans back


def test_velocities_and_accelerations_are_time_derivatives(
    body: Body, random_state: Callable[..., tuple[Tensor, Tensor, Tensor]]
) -> None:
    time = STEP * torch.arange(-2.0, 3.0, dtype=torch.float64)
    q, qd, qdd = random_state(body)
    motion = kinematics.forward(body, *_swing(q, qd, 0.1 * qdd, time))
    touching = kinematics.points(motion, body.skeleton.contact_segments, body.contact_position)
    centres = kinematics.centres_of_mass(body, motion)
    assert isinstance(motion.frames, plane.Frames)
    for position, velocity, acceleration in (
        (motion.origin, motion.origin_velocity, motion.origin_acceleration),
        (motion.frames.angle, motion.frames.rate, motion.frames.acceleration),
        (touching.position, touching.velocity, touching.acceleration),
        (centres.position, centres.velocity, centres.acceleration),
    ):
        first, second = _differentiate(position)
        assert torch.allclose(first, velocity[2], atol=1e-6 * (1.0 + velocity.abs().max().item()))
        assert torch.allclose(second, acceleration[2], atol=1e-5 * (1.0 + acceleration.abs().max().item()))


def test_arm_is_the_joint_seen_from_the_root(body: Body, random_state: Callable[..., tuple[Tensor, Tensor, Tensor]]) -> None:
    motion = kinematics.forward(body, *random_state(body, 4))
    assert torch.allclose(motion.arm, motion.origin - motion.origin[..., :1, :], atol=1e-12)


def test_wrong_number_of_coordinates_is_refused(people: dict[str, Body]) -> None:
    q = torch.zeros(3, 10, dtype=torch.float64)
    with pytest.raises(ValueError, match="expected 9 coordinates"):
        kinematics.forward(people["adult"], q, q, q)


def test_moving_the_root_moves_everything_alike(body: Body, random_state: Callable[..., tuple[Tensor, Tensor, Tensor]]) -> None:
    q, qd, qdd = random_state(body, 4)
    away = q.clone()
    away[..., :2] += torch.tensor([100.0, -3.0], dtype=q.dtype)
    near, far = kinematics.forward(body, q, qd, qdd), kinematics.forward(body, away, qd, qdd)
    assert torch.allclose(
        far.origin - near.origin, torch.tensor([100.0, -3.0], dtype=q.dtype).expand_as(near.origin), atol=1e-9
    )
    assert torch.equal(far.origin_acceleration, near.origin_acceleration)
    assert replace(far, origin=near.origin).arm.equal(near.arm)
