"""Virtual IMUs: still readings, and signals against numerical differentiation of the sensors' positions."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from kinertia.bodies import GAIT2D, GAIT2D_TRUNK, Body, Skeleton, build
from kinertia.mechanics import kinematics
from kinertia.mechanics.imu import Mounting, Signals, read

STEP = 1e-3


@pytest.fixture(params=[GAIT2D, GAIT2D_TRUNK], ids=lambda s: s.name)
def body(request: pytest.FixtureRequest) -> Body:
    skeleton: Skeleton = request.param
    return build(70.0, 1.75, skeleton=skeleton)


def _mounting(body: Body, seed: int = 0) -> Mounting:
    generator = torch.Generator().manual_seed(seed)
    count = len(body.skeleton.segments)
    position = 0.2 * torch.randn(count, 2, generator=generator, dtype=torch.float64)
    return Mounting(tuple(range(count)), position, torch.randn(count, generator=generator, dtype=torch.float64))


def _still(body: Body, **degrees: float) -> kinematics.Kinematics:
    q = torch.zeros(len(body.skeleton.coordinates), dtype=torch.float64)
    for name, value in degrees.items():
        q[body.skeleton.coordinate_index(name)] = math.radians(value)
    return kinematics.forward(body, q, torch.zeros_like(q), torch.zeros_like(q))


def _upright(body: Body) -> Mounting:
    mounting = _mounting(body)
    return Mounting(mounting.segments, mounting.position, torch.zeros_like(mounting.angle))


def test_still_and_upright_reads_gravity_up(body: Body) -> None:
    signals = read(_still(body), _upright(body))
    expected = torch.tensor([0.0, 9.81], dtype=torch.float64).expand_as(signals.acc)
    assert torch.allclose(signals.acc, expected, atol=1e-12)
    assert signals.gyro.abs().max().item() == 0.0


def test_still_and_tilted_reads_gravity_in_the_sensor_frame(body: Body) -> None:
    mounting = _upright(body)
    # lying on the back: the segment's y axis points backwards, its x axis up
    lying = read(_still(body, pelvis_tilt=90.0), mounting)
    assert torch.allclose(lying.acc, torch.tensor([9.81, 0.0], dtype=torch.float64).expand_as(lying.acc), atol=1e-12)
    turned = Mounting(mounting.segments, mounting.position, torch.full_like(mounting.angle, math.radians(-90.0)))
    back = read(_still(body, pelvis_tilt=90.0), turned)
    assert torch.allclose(back.acc, torch.tensor([0.0, 9.81], dtype=torch.float64).expand_as(back.acc), atol=1e-12)


def test_free_fall_reads_nothing(body: Body) -> None:
    zero = torch.zeros(len(body.skeleton.coordinates), dtype=torch.float64)
    falling = zero.clone()
    falling[1] = -9.81
    signals = read(kinematics.forward(body, zero, zero, falling), _mounting(body))
    assert signals.acc.abs().max().item() < 1e-12


def test_signals_match_numerical_differentiation_of_the_sensor_position(body: Body) -> None:
    generator = torch.Generator().manual_seed(3)
    n = len(body.skeleton.coordinates)
    time = STEP * torch.arange(-2.0, 3.0, dtype=torch.float64)[:, None]
    phase, size = (torch.randn(n, generator=generator, dtype=torch.float64) for _ in range(2))
    q = size * torch.sin(6.0 * time + phase)
    qd, qdd = 6.0 * size * torch.cos(6.0 * time + phase), -36.0 * q
    motion = kinematics.forward(body, q, qd, qdd)
    mounting = _mounting(body, seed=1)
    signals: Signals = read(motion, mounting)

    # an independent sensor: two points of the segment give its place and direction
    place = kinematics.positions(motion, mounting.segments, mounting.position)
    ahead = torch.stack([torch.cos(mounting.angle), torch.sin(mounting.angle)], -1)
    axis = kinematics.positions(motion, mounting.segments, mounting.position + ahead) - place

    def second(x: Tensor) -> Tensor:
        return (-x[0] + 16.0 * x[1] - 30.0 * x[2] + 16.0 * x[3] - x[4]) / (12.0 * STEP**2)

    specific = second(place) + torch.tensor([0.0, 9.81], dtype=torch.float64)
    forward = axis[2]
    up = torch.stack([-forward[..., 1], forward[..., 0]], -1)
    expected = torch.stack([(specific * forward).sum(-1), (specific * up).sum(-1)], -1)
    assert torch.allclose(signals.acc[2], expected, atol=1e-5)
    heading = torch.atan2(axis[..., 1], axis[..., 0])
    turned = torch.remainder(heading[[1, 3]] - heading[2] + math.pi, 2.0 * math.pi) - math.pi
    assert torch.allclose(signals.gyro[2], (turned[1] - turned[0]) / (2.0 * STEP), atol=1e-3)


def test_mounting_per_person_broadcasts_over_time() -> None:
    body = build(torch.tensor([60.0, 80.0]), torch.tensor([1.6, 1.9]))
    generator = torch.Generator().manual_seed(0)
    q, qd, qdd = (torch.randn(2, 7, 9, generator=generator, dtype=torch.float64) for _ in range(3))
    position = 0.1 * torch.randn(2, 3, 2, generator=generator, dtype=torch.float64)
    angle = torch.randn(2, 3, generator=generator, dtype=torch.float64)
    wide = body.with_time_axis()
    together = read(kinematics.forward(wide, q, qd, qdd), Mounting((1, 2, 3), position, angle).with_time_axis())
    for person in range(2):
        one = body.select(torch.tensor(person))
        alone = read(
            kinematics.forward(one, q[person], qd[person], qdd[person]),
            Mounting((1, 2, 3), position[person], angle[person]),
        )
        assert torch.allclose(together.acc[person], alone.acc, rtol=1e-10, atol=1e-10)
        assert torch.allclose(together.gyro[person], alone.gyro, rtol=1e-10)
