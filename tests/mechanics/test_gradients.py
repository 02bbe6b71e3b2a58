"""Judge: every physics function's gradient against finite differences, in motion, forces and body parameters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from torch import Tensor
from torch.autograd import gradcheck

from kinertia.bodies import Body
from kinertia.mechanics import contact, dynamics, energy, kinematics, mass, passive, plane, sole
from kinertia.mechanics.imu import Mounting, read

PARAMETERS = ("mass", "inertia", "com", "joint_offset", "contact_position", "total_mass")


def _kinematics(body: Body, q: Tensor, qd: Tensor, qdd: Tensor, force: Tensor) -> tuple[Tensor, ...]:
    motion = kinematics.forward(body, q, qd, qdd)
    touching = kinematics.points(motion, body.skeleton.contact_segments, body.contact_position)
    assert isinstance(motion.frames, plane.Frames)
    return (
        motion.origin, motion.origin_velocity, motion.origin_acceleration, motion.frames.angle,
        touching.position, touching.velocity, touching.acceleration,
    )  # fmt: skip


def _inverse(body: Body, q: Tensor, qd: Tensor, qdd: Tensor, force: Tensor) -> Tensor:
    return dynamics.inverse(body, kinematics.forward(body, q, qd, qdd), force)


def _residual(body: Body, q: Tensor, qd: Tensor, qdd: Tensor, force: Tensor) -> Tensor:
    motion = kinematics.forward(body, q, qd, qdd)
    return dynamics.kane_residual(body, motion, force, 10.0 * qd, sole.touch(body, motion))


def _external(body: Body, q: Tensor, qd: Tensor, qdd: Tensor, force: Tensor) -> Tensor:
    motion = kinematics.forward(body, q, qd, qdd)
    return dynamics.external_forces(body, motion, (3, 6, 0, 2), 1e-3 * force, force)


def _mass_matrix(body: Body, q: Tensor, qd: Tensor, qdd: Tensor, force: Tensor) -> Tensor:
    return mass.matrix(body, q)


def _energy(body: Body, q: Tensor, qd: Tensor, qdd: Tensor, force: Tensor) -> tuple[Tensor, Tensor]:
    motion = kinematics.forward(body, q, qd, qdd)
    return energy.kinetic(body, motion), energy.potential(body, motion)


def _passive(body: Body, q: Tensor, qd: Tensor, qdd: Tensor, force: Tensor) -> Tensor:
    return passive.moment(body, q, qd)


def _complementarity(body: Body, q: Tensor, qd: Tensor, qdd: Tensor, force: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    touching = sole.touch(body, kinematics.forward(body, q, qd, qdd))
    found = contact.complementarity(touching, force[..., 1])
    return found.penetration, found.lifted, found.slip


def _imu(body: Body, q: Tensor, qd: Tensor, qdd: Tensor, force: Tensor) -> tuple[Tensor, Tensor]:
    mounting = Mounting((0, 2, 3, 6), 1e-3 * force, 1e-3 * force[..., 0])
    found = read(kinematics.forward(body, q, qd, qdd), mounting)
    return found.acc, found.gyro


FUNCTIONS = (_kinematics, _inverse, _residual, _external, _mass_matrix, _energy, _passive, _complementarity, _imu)


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__.removeprefix("_"))
@pytest.mark.parametrize("person", ["crooked", "crooked_trunk"])
def test_gradients_match_finite_differences(
    function: Callable[..., Tensor | tuple[Tensor, ...]],
    person: str,
    people: dict[str, Body],
    random_state: Callable[..., tuple[Tensor, Tensor, Tensor]],
    random_forces: Callable[..., Tensor],
) -> None:
    body = people[person]
    # moderate speeds and 10 N keep the finite differences of terms of very unequal size accurate
    q, qd, qdd = (scale * x for scale, x in zip((0.5, 0.25, 0.05), random_state(body, 1), strict=True))
    force = random_forces(body, 1) / 70.0
    given = [t.clone().requires_grad_() for t in (q, qd, qdd, force, *(getattr(body, name) for name in PARAMETERS))]

    def evaluate(q: Tensor, qd: Tensor, qdd: Tensor, force: Tensor, *parameters: Tensor) -> Tensor | tuple[Tensor, ...]:
        return function(replace(body, **dict(zip(PARAMETERS, parameters, strict=True))), q, qd, qdd, force)

    assert gradcheck(evaluate, given, eps=1e-6, atol=1e-5, rtol=1e-4)
