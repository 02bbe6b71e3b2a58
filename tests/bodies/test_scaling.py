"""Winter's proportions, and bodies as tensors."""

from __future__ import annotations

import math

import pytest
import torch

from kinertia.bodies import GAIT2D, GAIT2D_TRUNK, Body, SegmentLengths, Skeleton, build, stack

LEGS = slice(1, 7)


def test_reference_person_has_the_published_values() -> None:
    body = build(75.0, 1.8)
    legs_mass = [7.5, 3.4875, 1.0875] * 2
    legs_inertia = [0.15218, 0.06237, 0.01837] * 2
    assert body.mass.tolist() == pytest.approx([50.85, *legs_mass])
    assert body.inertia.tolist() == pytest.approx([3.1777, *legs_inertia], rel=5e-4)
    assert float(body.mass.sum()) == pytest.approx(75.0)
    by_name = dict(zip(GAIT2D.segment_names, body.joint_offset.tolist(), strict=True))
    assert by_name["tibia_r"] == pytest.approx([0.0, -0.441])
    assert by_name["foot_l"] == pytest.approx([0.0, -0.4428])
    com = dict(zip(GAIT2D.segment_names, body.com.tolist(), strict=True))
    assert com["pelvis"] == pytest.approx([0.0, 0.626 * 0.28 * 1.8])
    assert com["femur_r"] == pytest.approx([0.0, -0.433 * 0.441])
    assert com["foot_r"] == pytest.approx([0.5 * 0.2736 - 0.06, -0.0351])
    contact = dict(zip((c.name for c in GAIT2D.contacts), body.contact_position.tolist(), strict=True))
    assert contact["heel_r"] == pytest.approx([-0.06, -0.0702])
    assert contact["toe_l"] == pytest.approx([-0.06 + 0.2736 - 0.05, -0.0702])
    assert float(body.weight) == pytest.approx(75 * 9.81)
    assert float(body.moment_scale) == pytest.approx(75 * 9.81 * 1.8)


def test_ranges_of_motion() -> None:
    body = build(75.0, 1.8)
    for name, low, high in (("hip_flexion_r", -90, 160), ("knee_angle_l", -160, 0), ("ankle_angle_r", -60, 60)):
        j = GAIT2D.coordinate_index(name)
        assert math.degrees(body.coordinate_min[j]) == pytest.approx(low)
        assert math.degrees(body.coordinate_max[j]) == pytest.approx(high)
    assert torch.isinf(body.coordinate_max[:3]).all()


@pytest.mark.parametrize(("mass", "height"), [(24.0, 1.2), (75.0, 1.8), (118.0, 2.01)])
def test_separate_trunk_keeps_mass_centre_of_mass_and_inertia(mass: float, height: float) -> None:
    one, two = build(mass, height), build(mass, height, skeleton=GAIT2D_TRUNK)
    parts = [0, GAIT2D_TRUNK.segment_index("torso")]
    part_mass = two.mass[parts]
    part_com = two.com[parts] + two.joint_offset[parts]
    com = (part_mass[:, None] * part_com).sum(0) / part_mass.sum()
    torch.testing.assert_close(part_mass.sum(), one.mass[0])
    torch.testing.assert_close(com, one.com[0])
    spread = part_mass * (part_com - com).square().sum(-1)
    torch.testing.assert_close((two.inertia[parts] + spread).sum(), one.inertia[0])
    assert (two.inertia > 0).all()
    torch.testing.assert_close(two.mass[LEGS], one.mass[LEGS])


def test_measured_lengths_replace_scaled_ones() -> None:
    body = build(75.0, 1.8, SegmentLengths(shank=0.48))
    offset = dict(zip(GAIT2D.segment_names, body.joint_offset.tolist(), strict=True))
    assert offset["foot_r"] == pytest.approx([0.0, -0.48])
    assert offset["tibia_r"] == pytest.approx([0.0, -0.441])
    tibia = GAIT2D.segment_index("tibia_r")
    assert float(body.inertia[tibia]) == pytest.approx(3.4875 * (0.302 * 0.48) ** 2)


def test_mass_and_height_may_differ_per_element_and_carry_gradients() -> None:
    mass = torch.tensor([[60.0], [80.0]], dtype=torch.float64, requires_grad=True)
    height = torch.tensor([1.6, 1.7, 1.8], dtype=torch.float64, requires_grad=True)
    body = build(mass, height)
    assert body.mass.shape == (2, 3, 7)
    assert body.com.shape == (2, 3, 7, 2)
    torch.testing.assert_close(body.inertia[1, 2], build(80.0, 1.8).inertia)
    body.inertia.sum().backward()
    assert mass.grad is not None
    assert height.grad is not None
    assert (mass.grad > 0).all()
    assert (height.grad > 0).all()


@pytest.mark.parametrize(("mass", "height"), [(0.0, 1.8), (-3.0, 1.8), (float("nan"), 1.8), (75.0, float("inf"))])
def test_impossible_people_are_refused(mass: float, height: float) -> None:
    with pytest.raises(ValueError, match="must be positive and finite"):
        build(mass, height)


def test_only_skeletons_of_the_family_can_be_scaled() -> None:
    with pytest.raises(ValueError, match="cannot scale skeleton 'ball'"):
        build(75.0, 1.8, skeleton=Skeleton("ball", (), (), ()))


def assert_same(a: Body, b: Body) -> None:
    for name in ("total_mass", "height", "mass", "inertia", "com", "joint_offset", "contact_position", "coordinate_min"):
        torch.testing.assert_close(getattr(a, name), getattr(b, name))


def test_stack_and_select_are_inverse() -> None:
    people = [build(60.0, 1.6), build(80.0, 1.9), build(70.0, 1.7)]
    together = stack(people)
    assert together.com.shape == (3, 7, 2)
    for i, person in enumerate(people):
        assert_same(together.select(torch.tensor(i)), person)
    assert_same(together.select(torch.tensor([2, 0])), stack([people[2], people[0]]))


def test_bodies_of_different_skeletons_cannot_be_stacked() -> None:
    with pytest.raises(ValueError, match="one skeleton"):
        stack([build(75.0, 1.8), build(75.0, 1.8, skeleton=GAIT2D_TRUNK)])
    with pytest.raises(ValueError, match="no bodies"):
        stack([])


def test_time_axis_stands_behind_the_batch() -> None:
    body = stack([build(60.0, 1.6), build(80.0, 1.9)]).with_time_axis()
    assert body.total_mass.shape == (2, 1)
    assert body.mass.shape == (2, 1, 7)
    assert body.com.shape == (2, 1, 7, 2)
    assert body.coordinate_max.shape == (2, 1, 9)


def test_scaled_is_a_larger_body_of_the_same_mass() -> None:
    stated = stack([build(60.0, 1.6), build(80.0, 1.9)])
    real = stated.scaled(torch.tensor([1.05, 1.0], dtype=torch.float64))
    assert_same(real.select(torch.tensor(1)), stated.select(torch.tensor(1)))
    torch.testing.assert_close(real.mass, stated.mass)
    assert float(real.height[0]) == pytest.approx(1.6 * 1.05)
    torch.testing.assert_close(real.joint_offset[0], 1.05 * stated.joint_offset[0])
    torch.testing.assert_close(real.inertia[0], 1.05**2 * stated.inertia[0])


def test_to_converts_every_tensor() -> None:
    body = build(75.0, 1.8).to(torch.float32)
    assert body.com.dtype == torch.float32
    assert body.total_mass.dtype == torch.float32
    assert body.coordinate_min.dtype == torch.float32
