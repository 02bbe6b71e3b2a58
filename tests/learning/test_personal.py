"""What is learned about a person: sensor mounting and body size."""

from __future__ import annotations

import math

import torch

from kinertia.bodies import GAIT2D_SOLE, GAIT2D_TRUNK, build
from kinertia.learning.personal import FOOT_ERROR, POSITION_ERROR_M, SOLE_ERROR_M, Deviation, units_of
from kinertia.mechanics import kinematics, mass, sole
from kinertia.mechanics.imu import read
from kinertia.recording import LOWER_BODY


def test_units_are_expected_errors() -> None:
    units = torch.ones(2, units_of(LOWER_BODY), dtype=torch.float64)
    units[..., 2:21:3] = -2.0
    misalignment = torch.linspace(0.05, 0.2, 7, dtype=torch.float64).expand(2, 7)
    found = Deviation.of(units, misalignment, torch.tensor([0.03, 0.07], dtype=torch.float64))
    torch.testing.assert_close(found.angle, misalignment)
    torch.testing.assert_close(found.shift[..., 0], torch.full((2, 7), POSITION_ERROR_M, dtype=torch.float64))
    torch.testing.assert_close(found.shift[..., 1], torch.full((2, 7), -2 * POSITION_ERROR_M, dtype=torch.float64))
    torch.testing.assert_close(found.size, torch.tensor([math.exp(0.03), math.exp(0.07)], dtype=torch.float64))


def test_a_person_without_deviation_is_as_stated() -> None:
    position = torch.randn(3, 7, 2)
    mounting = Deviation.none().mounting(position, GAIT2D_TRUNK)
    assert mounting.segments == tuple(range(7))
    torch.testing.assert_close(mounting.position, position.unsqueeze(1))
    assert mounting.angle.shape == (3, 1, 7)
    assert (mounting.angle == 0).all()
    body = build(70.0, 1.75).to(torch.float32)
    torch.testing.assert_close(Deviation.none().body(body).joint_offset, body.joint_offset)


def test_a_larger_body_is_the_body_of_a_taller_person() -> None:
    stated, taller = build(70.0, 1.6, skeleton=GAIT2D_TRUNK), build(70.0, 1.6 * 1.1, skeleton=GAIT2D_TRUNK)
    size = torch.tensor(1.1, dtype=torch.float64)
    grown = Deviation(torch.zeros(7), torch.zeros(7, 2), size).body(stated)
    torch.testing.assert_close(grown.inertia, taller.inertia)
    torch.testing.assert_close(grown.joint_offset, taller.joint_offset)
    q = torch.randn(4, 10, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    # the foot has parts of fixed length, which grow here and not there
    torch.testing.assert_close(mass.matrix(grown, q), mass.matrix(taller, q), rtol=0.02, atol=0.02)


def test_feet_of_a_person_move_the_soles_and_have_gradients() -> None:
    stated = build(70.0, 1.8, skeleton=GAIT2D_SOLE).map_tensors(lambda t, _: t[None])
    misalignment, size_error = torch.full((1, 7), 0.1, dtype=torch.float64), torch.full((1,), 0.03, dtype=torch.float64)

    def soles(feet: torch.Tensor) -> torch.Tensor:
        zeros = torch.zeros(1, units_of(LOWER_BODY), dtype=torch.float64)
        body = Deviation.of(torch.cat([zeros, feet], -1), misalignment, size_error).body(stated).with_time_axis()
        still = torch.zeros(1, 1, 10, dtype=torch.float64)
        return sole.touch(body, kinematics.forward(body, still, still, still)).position[0, 0]

    units = torch.tensor([[1.0, -2.0]], dtype=torch.float64, requires_grad=True)
    assert units_of(LOWER_BODY, feet=True) == units_of(LOWER_BODY) + 2
    change = soles(units) - soles(torch.zeros_like(units))
    # toes that lie flat do so up to a corner, so arcs are looked at
    torch.testing.assert_close(change[[0, 1, 3, 4], 1], torch.full((4,), -SOLE_ERROR_M, dtype=torch.float64))
    torch.testing.assert_close(soles(units)[:, 0], math.exp(-2.0 * FOOT_ERROR) * soles(torch.zeros_like(units))[:, 0])
    assert torch.autograd.gradcheck(soles, (units,))


def test_a_turned_sensor_reads_turned_gravity_and_a_moved_one_centripetal_acceleration() -> None:
    body = build(70.0, 1.75, skeleton=GAIT2D_TRUNK)
    q, qd = torch.zeros(1, 1, 10, dtype=torch.float64), torch.zeros(1, 1, 10, dtype=torch.float64)
    qd[..., body.skeleton.coordinate_index("pelvis_tilt")] = 2.0
    motion = kinematics.forward(body, q, qd, torch.zeros_like(q))
    at_joint = torch.zeros(1, 7, 2, dtype=torch.float64)

    def pelvis(angle: float, x: float) -> torch.Tensor:
        turn = torch.full((7,), angle, dtype=torch.float64)
        shift = torch.tensor([x, 0.0], dtype=torch.float64).expand(7, 2)
        size = torch.ones((), dtype=torch.float64)
        return read(motion, Deviation(turn, shift, size).mounting(at_joint, body.skeleton)).acc[0, 0, 0]

    angle = torch.tensor(0.1, dtype=torch.float64)
    torch.testing.assert_close(pelvis(0.0, 0.0), torch.tensor([0.0, 9.81], dtype=torch.float64))
    torch.testing.assert_close(pelvis(0.1, 0.0), 9.81 * torch.stack([torch.sin(angle), torch.cos(angle)]))
    # a = -w^2 r
    torch.testing.assert_close(pelvis(0.0, 0.05), torch.tensor([-4.0 * 0.05, 9.81], dtype=torch.float64))
