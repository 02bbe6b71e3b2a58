"""Contact: complementarity vanishes for consistent contact, and the sliding-point law has the values of its formula."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from kinertia.bodies import GAIT3D, Body, build
from kinertia.mechanics import contact, kinematics
from kinertia.mechanics.kinematics import Kinematics, PointMotion

HEIGHT = 0.441 + 0.4428 + 0.0702


def _points(height: list[float], speed: list[float]) -> PointMotion:
    y = torch.tensor(height, dtype=torch.float64)
    position = torch.stack([torch.zeros_like(y), y], -1)
    velocity = torch.stack([torch.tensor(speed, dtype=torch.float64), torch.zeros_like(y)], -1)
    return PointMotion(position, velocity, torch.zeros_like(position))


def test_complementarity_is_zero_for_a_foot_that_stands_or_swings() -> None:
    # standing still on the ground under load; swinging above it without load
    found = contact.complementarity(_points([0.0, 0.1], [0.0, 4.0]), torch.tensor([0.9, 0.0], dtype=torch.float64))
    for value in (found.penetration, found.lifted, found.slip):
        assert value.tolist() == [0.0, 0.0]


def test_complementarity_measures_each_violation() -> None:
    found = contact.complementarity(
        _points([-0.02, 0.05, 0.0], [0.0, 0.0, 2.0]), torch.tensor([0.0, 0.4, 0.5], dtype=torch.float64)
    )
    assert found.penetration.tolist() == pytest.approx([0.02, 0.0, 0.0])
    assert found.lifted.tolist() == pytest.approx([0.0, 0.02, 0.0])
    assert found.slip.tolist() == pytest.approx([0.0, 0.0, 2.0])


def _standing(body: Body, height: float, pitch_deg: float = 0.0, velocity: tuple[float, float] = (0.0, 0.0)) -> Kinematics:
    q = torch.zeros(9, dtype=torch.float64)
    q[1] = HEIGHT + height
    q[5] = math.radians(pitch_deg)
    qd = torch.zeros(9, dtype=torch.float64)
    qd[:2] = torch.tensor(velocity, dtype=torch.float64)
    return kinematics.forward(body, q, qd, torch.zeros_like(q))


@pytest.mark.parametrize(
    ("height", "velocity"), [(-0.01, (0.0, 0.0)), (-0.008, (0.3, -0.2)), (0.02, (1.0, 0.5)), (-0.01, (0.0, 2.0))]
)
def test_sliding_point_force_is_the_formula(people: dict[str, Body], height: float, velocity: tuple[float, float]) -> None:
    body = people["adult"]
    force = contact.sliding_point(body, _standing(body, height, velocity=velocity)).force
    depth = 0.5 * (math.sqrt(height**2 + 1e-6) - height)
    vertical = 100.0 * 75.0 * 9.81 * depth * max(0.0, 1.0 - 0.75 * velocity[1])
    forward = -vertical * velocity[0] / math.hypot(velocity[0], 0.1)
    assert force[0].tolist() == pytest.approx([forward, vertical], rel=1e-9)
    assert force.shape == (2, 2)


def test_a_few_millimetres_carry_body_weight(people: dict[str, Body]) -> None:
    body = people["adult"]
    force: Tensor = contact.sliding_point(body, _standing(body, -0.005)).force
    assert force[:, 1].sum().item() == pytest.approx(body.weight.item(), rel=0.02)


@pytest.mark.parametrize(("pitch_deg", "share"), [(60.0, 1.0), (0.0, 0.5), (-60.0, 0.0)])
def test_sliding_point_moves_from_heel_to_toe(people: dict[str, Body], pitch_deg: float, share: float) -> None:
    body = people["adult"]
    motion = _standing(body, 0.0, pitch_deg)
    heel, toe = kinematics.contact_points(body, motion).position[:2]
    point = contact.sliding_point(body, motion).point.position[0]
    assert torch.allclose(point, share * heel + (1.0 - share) * toe, atol=1e-6)


def test_the_ground_never_pulls(body: Body) -> None:
    generator = torch.Generator().manual_seed(0)
    q, qd = (torch.randn(200, len(body.skeleton.coordinates), generator=generator, dtype=torch.float64) for _ in range(2))
    force = contact.sliding_point(body, kinematics.forward(body, q, 3.0 * qd, torch.zeros_like(q))).force
    assert (force[..., 1] >= 0.0).all()
    assert (force[..., 0].abs() <= force[..., 1] + 1e-9).all()


def test_in_space_contact_counts_both_directions_along_the_ground() -> None:
    body = build(70.0, 1.75, skeleton=GAIT3D)
    q, qd = torch.zeros(21, dtype=torch.float64), torch.zeros(21, dtype=torch.float64)
    q[1] = -(body.joint_offset[2:4, 1].sum() + body.contact_position[0, 1]) - 0.01
    qd[:3] = torch.tensor([0.3, -0.2, 0.4], dtype=torch.float64)
    motion = kinematics.forward(body, q, qd, torch.zeros_like(q))
    law = contact.sliding_point(body, motion)
    vertical = 100.0 * 70.0 * 9.81 * 0.5 * (math.hypot(0.01, 1e-3) + 0.01) * 1.15
    slipping = math.sqrt(0.3**2 + 0.4**2 + 0.1**2)
    for foot in law.force.tolist():
        assert foot == pytest.approx([-vertical * 0.3 / slipping, vertical, -vertical * 0.4 / slipping], rel=1e-9)
    # half way between the heel and the middle of the toes
    points = kinematics.contact_points(body, motion)
    middle = 0.5 * points.position[0] + 0.25 * (points.position[1] + points.position[2])
    assert torch.allclose(law.point.position[0], middle, atol=1e-12)
    held = contact.complementarity(points, torch.full((6,), 0.5, dtype=torch.float64))
    assert held.slip.tolist() == pytest.approx([0.5 * (0.3**2 + 0.2**2 + 0.4**2)] * 6)
    assert held.penetration.tolist() == pytest.approx([0.01] * 6)
