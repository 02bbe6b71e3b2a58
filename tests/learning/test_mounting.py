"""Mounting errors of virtual sensors."""

from __future__ import annotations

import torch

from kinertia.body import GAIT2D_TRUNK, build
from kinertia.learning.mounting import POSITION_ERROR_M, MountingError
from kinertia.physics import kinematics
from kinertia.sensing.virtual_imu import read


def test_units_are_expected_errors() -> None:
    units = torch.ones(2, 7, 3, dtype=torch.float64)
    units[..., 2] = -2.0
    misalignment = torch.linspace(0.05, 0.2, 7, dtype=torch.float64).expand(2, 7)
    error = MountingError.of(units, misalignment)
    torch.testing.assert_close(error.angle, misalignment)
    torch.testing.assert_close(error.shift[..., 0], torch.full((2, 7), POSITION_ERROR_M, dtype=torch.float64))
    torch.testing.assert_close(error.shift[..., 1], torch.full((2, 7), -2 * POSITION_ERROR_M, dtype=torch.float64))


def test_a_sensor_without_error_sits_as_stated() -> None:
    position = torch.randn(3, 7, 2)
    mounting = MountingError.none().apply(position)
    assert mounting.segments == tuple(range(7))
    torch.testing.assert_close(mounting.position, position.unsqueeze(1))
    assert mounting.angle.shape == (3, 1, 7)
    assert (mounting.angle == 0).all()


def test_a_turned_sensor_reads_turned_gravity_and_a_moved_one_centripetal_acceleration() -> None:
    body = build(70.0, 1.75, skeleton=GAIT2D_TRUNK)
    q, qd = torch.zeros(1, 1, 10, dtype=torch.float64), torch.zeros(1, 1, 10, dtype=torch.float64)
    qd[..., body.skeleton.coordinate_index("pelvis_tilt")] = 2.0
    motion = kinematics.forward(body, q, qd, torch.zeros_like(q))
    at_joint = torch.zeros(1, 7, 2, dtype=torch.float64)

    def pelvis(angle: float, x: float) -> torch.Tensor:
        turn = torch.full((7,), angle, dtype=torch.float64)
        shift = torch.tensor([x, 0.0], dtype=torch.float64).expand(7, 2)
        return read(body, motion, MountingError(turn, shift).apply(at_joint)).acc[0, 0, 0]

    angle = torch.tensor(0.1, dtype=torch.float64)
    torch.testing.assert_close(pelvis(0.0, 0.0), torch.tensor([0.0, 9.81], dtype=torch.float64))
    torch.testing.assert_close(pelvis(0.1, 0.0), 9.81 * torch.stack([torch.sin(angle), torch.cos(angle)]))
    # a = -w^2 r
    torch.testing.assert_close(pelvis(0.0, 0.05), torch.tensor([-4.0 * 0.05, 9.81], dtype=torch.float64))
