"""The body in space: published masses, upright standing, and the planar body where it moves in the plane."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from kinertia.bodies import GAIT2D_TRUNK, GAIT3D, Body, SegmentLengths, build
from kinertia.bodies.gait3d import Sex
from kinertia.mechanics import dynamics, kinematics, sole

PLANE = [GAIT3D.coordinate_index(name) for name in GAIT2D_TRUNK.coordinate_names]


@pytest.mark.parametrize(
    ("sex", "thigh", "trunk"), [("female", 14.78, 42.57 + 6.68 + 2 * 4.49), ("male", 14.16, 43.46 + 6.94 + 2 * 4.94)]
)
def test_masses_are_the_published_ones_and_sum_to_the_persons(sex: Sex, thigh: float, trunk: float) -> None:
    body = build(70.0, 1.75, skeleton=GAIT3D, sex=sex)
    assert float(body.mass.sum()) == pytest.approx(70.0, rel=1e-12)
    assert float(body.mass[1]) == pytest.approx(0.70 * thigh, rel=2e-4)
    assert float(body.mass[[0, 7]].sum()) == pytest.approx(0.70 * trunk, rel=2e-4)
    assert (torch.linalg.eigvalsh(body.inertia) > 0.0).all()


def test_people_in_a_batch_and_measured_lengths() -> None:
    both = build(torch.tensor([60.0, 80.0]), torch.tensor([1.6, 1.9]), skeleton=GAIT3D)
    alone = build(80.0, 1.9, skeleton=GAIT3D)
    torch.testing.assert_close(both.select(torch.tensor(1)).inertia, alone.inertia, rtol=1e-6, atol=1e-8)
    measured = build(80.0, 1.9, SegmentLengths(thigh=0.45, hip_width=0.2), skeleton=GAIT3D)
    assert measured.joint_offset[[1, 2, 4]].tolist() == [[0.0, 0.0, 0.1], [0.0, -0.45, 0.0], [0.0, 0.0, -0.1]]
    mirrored = measured.joint_offset[4:7] * torch.tensor([1.0, 1.0, -1.0])
    assert torch.equal(mirrored, measured.joint_offset[1:4])
    with pytest.raises(ValueError, match="'gait2d_trunk' is planar: leave the width of the hips out"):
        build(80.0, 1.9, SegmentLengths(hip_width=0.2), skeleton=GAIT2D_TRUNK)


def test_the_example_of_the_page_runs(capsys: pytest.CaptureFixture[str]) -> None:
    page = (Path(__file__).parents[2] / "docs" / "bodies.md").read_text()
    (code,) = re.findall(r"```python\n(.*?)```", page, re.S)
    exec(compile(code, "bodies.md", "exec"), {})
    assert "'subtalar_angle_r'" in capsys.readouterr().out


def _upright(body: Body, samples: int = 1) -> Tensor:
    q = torch.zeros(samples, 21, dtype=torch.float64)
    q[:, 1] = -(body.joint_offset[2, 1] + body.joint_offset[3, 1] + body.contact_position[0, 1])
    return q


@pytest.mark.parametrize("sex", [None, "female", "male"])
def test_upright_it_stands_balanced_on_its_soles(sex: Sex | None) -> None:
    body = build(70.0, 1.75, skeleton=GAIT3D, sex=sex)
    q = _upright(body)
    motion = kinematics.forward(body, q, torch.zeros_like(q), torch.zeros_like(q))
    points = sole.touch(body, motion).position[0]
    assert torch.allclose(points[:, 1], torch.zeros(6, dtype=torch.float64), atol=1e-12)
    over = (body.mass @ kinematics.centres_of_mass(body, motion).position[0])[0] / body.mass.sum()
    heel, toe = points[0, 0], points[1, 0]
    share = (over - heel) / (toe - heel)
    assert 0.2 < share < 0.6
    force = torch.zeros(1, 6, 3, dtype=torch.float64)
    force[0, :, 1] = 0.5 * body.weight * torch.stack([1.0 - share, 0.5 * share, 0.5 * share]).repeat(2)
    moments = dynamics.inverse(body, motion, force)[0]
    assert torch.allclose(moments[GAIT3D.root], torch.zeros(6, dtype=torch.float64), atol=1e-9)
    # the same on both sides, and no leg turns about its own axis
    assert torch.allclose(moments[6:12], moments[12:18], atol=1e-9)
    assert moments[GAIT3D.coordinate_index("hip_rotation_r")].abs() < 1e-9


def test_in_the_plane_it_moves_like_the_planar_body() -> None:
    axis = (0.0, 0.0, 1.0)
    upright_ankles = tuple(replace(c, axis=axis) if c.name.startswith("ankle") else c for c in GAIT3D.coordinates)
    body = replace(build(70.0, 1.75, skeleton=GAIT3D), skeleton=replace(GAIT3D, coordinates=upright_ankles))
    heels = [0, 1, 3, 4]
    flat = replace(
        build(70.0, 1.75, skeleton=GAIT2D_TRUNK),
        mass=body.mass,
        inertia=body.inertia[:, 2, 2],
        com=body.com[:, :2],
        joint_offset=body.joint_offset[:, :2],
        contact_position=body.contact_position[heels, :2],
    )
    draw = torch.Generator().manual_seed(0)
    states = [scale * torch.randn(9, 10, generator=draw, dtype=torch.float64) for scale in (1.0, 4.0, 40.0)]
    deep = [torch.zeros(9, 21, dtype=torch.float64).index_copy(-1, torch.tensor(PLANE), x) for x in states]
    force = 500.0 * torch.randn(9, 4, 2, generator=draw, dtype=torch.float64)
    spread = torch.zeros(9, 6, 3, dtype=torch.float64)
    spread[:, heels, :2] = force
    ours = dynamics.inverse(body, kinematics.forward(body, *deep), spread)
    theirs = dynamics.inverse(flat, kinematics.forward(flat, *states), force)
    assert torch.allclose(ours[:, PLANE], theirs, rtol=1e-10, atol=1e-8)
