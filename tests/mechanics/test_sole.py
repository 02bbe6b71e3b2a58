"""Soles that roll: against MuJoCo's spheres, against differences over time, and what rolling means."""

# MuJoCo's names are in a compiled module without stubs.
# pyright: reportAttributeAccessIssue=false
from __future__ import annotations

import math
from dataclasses import replace

import mujoco
import numpy as np
import pytest
import torch

from kinertia.bodies import GAIT2D_SOLE, GAIT2D_TRUNK, Body, build
from kinertia.bodies.skeleton import ContactPoint, Coordinate, Segment, Skeleton
from kinertia.mechanics import dynamics, sole
from kinertia.mechanics import kinematics as kin

BODY = build(72.0, 1.8, skeleton=GAIT2D_SOLE)
SAMPLES = 40
RADIUS, REACH = 0.09, 0.08
CENTRE = (0.13, -0.02, 0.03)
X, Y, Z = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)


def _foot_in_space() -> Body:
    """A free shank with a foot welded to it, one arc and one strip."""
    coordinates = [Coordinate(f"t{i}", "tibia", "translation", axis) for i, axis in enumerate((X, Y, Z))]
    coordinates += [Coordinate(f"r{i}", "tibia", "rotation", axis) for i, axis in enumerate((Z, X, Y))]
    contacts = (ContactPoint("ball_r", "foot", "r"), ContactPoint("toe_r", "foot", "r"))
    skeleton = Skeleton("foot", (Segment("tibia", None), Segment("foot", "tibia")), tuple(coordinates), contacts, spatial=True)
    one = torch.ones((), dtype=torch.float64)
    eye = torch.eye(3, dtype=torch.float64)
    none = torch.zeros(2, 3, dtype=torch.float64)
    return Body(
        skeleton, one, one, one.expand(2), eye.expand(2, 3, 3), none, none,
        contact_position=torch.tensor([CENTRE, CENTRE], dtype=torch.float64),
        coordinate_min=torch.full((6,), -math.inf, dtype=torch.float64),
        coordinate_max=torch.full((6,), math.inf, dtype=torch.float64),
        joint_rotation=eye.expand(2, 3, 3),
        contact_radius=torch.tensor([RADIUS, RADIUS], dtype=torch.float64),
        contact_reach=torch.tensor([0.0, REACH], dtype=torch.float64),
    )  # fmt: skip


def _swing(skeleton: Skeleton, time: torch.Tensor) -> torch.Tensor:
    """Coordinates (T, n) at times (T,)."""
    count = len(skeleton.coordinates)
    k = torch.arange(count, dtype=torch.float64)
    return 0.4 * torch.sin(time[:, None] * (1.0 + 0.3 * k) + k)


def _moving(body: Body) -> tuple[torch.Tensor, sole.Touch, kin.Kinematics]:
    time = torch.linspace(0.0, 3.0, SAMPLES, dtype=torch.float64)
    both = torch.func.jvp(lambda t: _swing(body.skeleton, t), (time,), (torch.ones_like(time),))
    q, qd = both[0], both[1]
    motion = kin.forward(body.with_time_axis(), q, qd, torch.zeros_like(q))
    return time, sole.touch(body.with_time_axis(), motion), motion


def test_sphere_touches_the_ground_where_mujoco_says_and_its_matter_moves_as_fast() -> None:
    body = _foot_in_space()
    xml = f"""<mujoco><worldbody><geom type='plane' size='9 9 1' zaxis='0 1 0'/><body><freejoint/>
      <geom type='sphere' margin='0.001' size='{RADIUS}' pos='{" ".join(map(str, CENTRE))}' mass="1"/></body>
    </worldbody></mujoco>"""
    model = mujoco.MjModel.from_xml_string(xml)
    data = mujoco.MjData(model)
    _, touching, motion = _moving(body)
    turn = motion.frames.rotate([1, 1, 1], torch.eye(3, dtype=torch.float64))[0].transpose(-1, -2)
    for i in range(SAMPLES):
        place = motion.origin[i, 1].numpy().copy()
        # resting on the ground
        lift = touching.position[i, 0, 1].item()
        place[1] -= lift
        data.qpos[:3] = place
        mujoco.mju_mat2Quat(data.qpos[3:], turn[i].numpy().ravel())
        data.qvel[:3] = motion.origin_velocity[i, 1].numpy()
        data.qvel[3:] = (turn[i].T @ motion.frames.rate[i, 1]).numpy()
        mujoco.mj_forward(model, data)
        assert data.ncon == 1
        found = touching.position[i, 0].numpy() - [0.0, lift, 0.0]
        np.testing.assert_allclose(found, data.contact[0].pos, atol=1e-9)
        jacobian = np.zeros((3, 6))
        mujoco.mj_jac(model, data, jacobian, None, data.contact[0].pos, 1)
        np.testing.assert_allclose(touching.velocity[i, 0].numpy(), jacobian @ data.qvel, atol=1e-9)


@pytest.mark.parametrize("body", [BODY, _foot_in_space()], ids=["plane", "space"])
def test_strip_under_the_toes_moves_as_its_place_does_but_for_the_rolling(body: Body) -> None:
    time, touching, motion = _moving(body)
    assert body.contact_radius is not None
    step = 1e-6

    def places(t: torch.Tensor) -> torch.Tensor:
        q = _swing(body.skeleton, t)
        still = torch.zeros_like(q)
        return sole.touch(body.with_time_axis(), kin.forward(body.with_time_axis(), q, still, still)).position

    moved = (places(time + step) - places(time - step)) / (2.0 * step)
    down = torch.zeros(touching.position.shape[-1], dtype=torch.float64)
    down[1] = -1.0
    rolled = motion.frames.swing(body.skeleton.contact_segments, body.contact_radius[:, None] * down + 0.0 * touching.position)
    torch.testing.assert_close(touching.velocity, moved + rolled, atol=1e-7, rtol=0.0)


def test_foot_that_rolls_does_not_slip_and_its_toes_stay_flat() -> None:
    """A foot turned at 3 rad/s about the point under its ball, heel rising."""
    pitch, rate = math.radians(-20.0), -3.0
    body = _foot_in_space()
    zero = torch.zeros(6, dtype=torch.float64)
    q, qd = zero.clone(), zero.clone()
    q[3], qd[3] = pitch, rate
    at = sole.touch(body, kin.forward(body, q, qd, zero)).position[0]
    # v = -w x r puts the contact point to rest
    qd[0], qd[1] = rate * at[1], -rate * at[0]
    touching = sole.touch(body, kin.forward(body, q, qd, zero))
    torch.testing.assert_close(touching.velocity[0], torch.zeros(3, dtype=torch.float64))
    ahead = touching.position[1] - touching.position[0]
    assert ahead[0] == pytest.approx(REACH, rel=2e-3)
    assert 0.0 < ahead[1] < 5e-4
    assert touching.velocity[1].abs().max() < 3e-3
    lifted = sole.touch(body, kin.forward(body, -q, zero, zero))
    assert (lifted.position[1] - lifted.position[0])[1] == pytest.approx(REACH * math.sin(-pitch), rel=0.03)


def test_bodies_without_arcs_keep_fixed_points() -> None:
    plain = build(72.0, 1.8, skeleton=GAIT2D_TRUNK).with_time_axis()
    q = _swing(GAIT2D_TRUNK, torch.linspace(0.0, 1.0, 5, dtype=torch.float64))
    motion = kin.forward(plain, q, 0.3 * q, 0.1 * q)
    fixed = kin.points(motion, GAIT2D_TRUNK.contact_segments, plain.contact_position)
    touching = sole.touch(plain, motion)
    torch.testing.assert_close(touching.position, fixed.position)
    torch.testing.assert_close(touching.velocity, fixed.velocity)


def test_gradients_of_rolling_soles() -> None:
    q = _swing(GAIT2D_SOLE, torch.tensor([0.3, 1.1], dtype=torch.float64)).requires_grad_()
    qd = (0.7 * q.detach() + 0.2).requires_grad_()
    radius = BODY.contact_radius
    assert radius is not None

    def everything(q: torch.Tensor, qd: torch.Tensor, radius: torch.Tensor) -> tuple[torch.Tensor, ...]:
        body = replace(BODY, contact_radius=radius).with_time_axis()
        motion = kin.forward(body, q, qd, 0.5 * q)
        touching = sole.touch(body, motion)
        force = torch.ones_like(touching.position)
        return touching.position, touching.velocity, dynamics.inverse(body, motion, force, touching)

    assert torch.autograd.gradcheck(everything, (q, qd, radius.clone().requires_grad_()))
    size = torch.tensor(1.1, dtype=torch.float64)
    torch.testing.assert_close(BODY.scaled(size).ankle_height, BODY.ankle_height * 1.1)
