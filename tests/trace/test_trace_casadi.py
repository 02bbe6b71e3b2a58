"""The symbolic physics against the torch physics it was traced from."""

from __future__ import annotations

import casadi as ca
import numpy as np
import pytest
import torch
from torch import Tensor

from kinertia.bodies import GAIT2D_TRUNK, build
from kinertia.mechanics import dynamics, imu, sole
from kinertia.mechanics import kinematics as kin
from kinertia.mechanics.imu import Mounting
from kinertia.trace.casadi import symbolic

BODY = build(70.0, 1.75, skeleton=GAIT2D_TRUNK)
SHAPES = [(10,), (10,), (10,), (4, 2), (7,), (7, 2), ()]


def equations(q: Tensor, qd: Tensor, qdd: Tensor, force: Tensor, angle: Tensor, position: Tensor, size: Tensor) -> list[Tensor]:
    body = BODY.scaled(size)
    motion = kin.forward(body, q, qd, qdd)
    contact = sole.touch(body, motion)
    signals = imu.read(motion, Mounting(tuple(range(7)), position, angle))
    return [dynamics.inverse(body, motion, force, contact), contact.position, contact.velocity, signals.acc, signals.gyro]


def test_traced_physics_equals_torch() -> None:
    function = ca.Function("equations", *symbolic(equations, SHAPES))
    generator = np.random.default_rng(0)
    for _ in range(5):
        given = [generator.normal(size=shape) for shape in SHAPES]
        expected = equations(*(torch.tensor(x) for x in given))
        found = function(*(np.ravel(x) for x in given))
        for a, b in zip(found, expected, strict=True):
            np.testing.assert_allclose(np.array(a).ravel(), b.numpy().ravel(), rtol=1e-12, atol=1e-9)


def test_operation_without_counterpart_is_named() -> None:
    with pytest.raises(NotImplementedError, match="erfinv"):
        symbolic(lambda x: [torch.special.erfinv(x)], [(3,)])
