"""Judge: energy is conserved in free motion, and its rate is the power of the generalized forces."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from kinertia.bodies import Body
from kinertia.mechanics import dynamics, energy, kinematics, mass


def _total(body: Body, q: Tensor, qd: Tensor) -> Tensor:
    motion = kinematics.forward(body, q, qd, torch.zeros_like(q))
    return energy.kinetic(body, motion) + energy.potential(body, motion)


def _free_acceleration(body: Body, q: Tensor, qd: Tensor) -> Tensor:
    # M q'' = -(C + G)
    bias = dynamics.inertia_forces(body, kinematics.forward(body, q, qd, torch.zeros_like(q)))
    return torch.linalg.solve(mass.matrix(body, q), -bias)


def _fly(body: Body, q: Tensor, qd: Tensor, step: float, steps: int) -> tuple[Tensor, Tensor]:
    """Classical Runge-Kutta of fourth order."""

    def slope(q: Tensor, qd: Tensor) -> tuple[Tensor, Tensor]:
        return qd, _free_acceleration(body, q, qd)

    for _ in range(steps):
        a = slope(q, qd)
        b = slope(q + 0.5 * step * a[0], qd + 0.5 * step * a[1])
        c = slope(q + 0.5 * step * b[0], qd + 0.5 * step * b[1])
        d = slope(q + step * c[0], qd + step * c[1])
        q, qd = (x + step / 6.0 * (a[i] + 2.0 * b[i] + 2.0 * c[i] + d[i]) for i, x in enumerate((q, qd)))
    return q, qd


@pytest.mark.parametrize("gravity", [9.81, 0.0], ids=["free fall", "torque-free tumbling"])
def test_free_motion_keeps_energy_and_moves_the_centre_of_mass_on_a_parabola(
    gravity: float, people: dict[str, Body], random_state: Callable[..., tuple[Tensor, Tensor, Tensor]]
) -> None:
    body = replace(people["crooked_trunk"], gravity=gravity)
    q, qd, _ = random_state(body, 6)
    time = 0.1
    q_end, qd_end = _fly(body, q, 0.5 * qd, step=0.0005, steps=200)
    before, after = _total(body, q, 0.5 * qd), _total(body, q_end, qd_end)
    kinetic = energy.kinetic(body, kinematics.forward(body, q, 0.5 * qd, torch.zeros_like(q)))
    assert (before - after).abs().max() <= 1e-10 * kinetic.max()

    def whole(q: Tensor, qd: Tensor) -> tuple[Tensor, Tensor]:
        motion = kinematics.centres_of_mass(body, kinematics.forward(body, q, qd, torch.zeros_like(q)))
        share = (body.mass / body.mass.sum()).unsqueeze(-1)
        return (share * motion.position).sum(-2), (share * motion.velocity).sum(-2)

    position, velocity = whole(q, 0.5 * qd)
    fallen = position + velocity * time - 0.5 * time**2 * torch.tensor([0.0, gravity], dtype=q.dtype)
    assert torch.allclose(whole(q_end, qd_end)[0], fallen, atol=1e-8)


def test_energy_changes_by_the_power_of_the_generalized_forces(
    body: Body, random_state: Callable[..., tuple[Tensor, Tensor, Tensor]]
) -> None:
    q, qd, qdd = random_state(body, 10)
    torque = dynamics.inertia_forces(body, kinematics.forward(body, q, qd, qdd))
    # G is part of the generalized forces, so they feed kinetic and potential energy: dE/dt = q' . tau
    position, speed = q.clone().requires_grad_(), qd.clone().requires_grad_()
    by_position, by_speed = torch.autograd.grad(_total(body, position, speed).sum(), (position, speed))
    rate = (by_position * qd + by_speed * qdd).sum(-1)
    power = (qd * torque).sum(-1)
    assert torch.allclose(rate, power, rtol=1e-10, atol=1e-8)


def test_kinetic_energy_is_the_quadratic_form_of_the_mass_matrix(
    body: Body, random_state: Callable[..., tuple[Tensor, Tensor, Tensor]]
) -> None:
    q, qd, qdd = random_state(body, 10)
    matrix = mass.matrix(body, q)
    kinetic = energy.kinetic(body, kinematics.forward(body, q, qd, qdd))
    assert torch.allclose(0.5 * torch.einsum("kj,kji,ki->k", qd, matrix, qd), kinetic, rtol=1e-12)
    assert torch.allclose(matrix, matrix.mT, rtol=0.0, atol=1e-12)
    assert (torch.linalg.eigvalsh(matrix) > 0).all()


def test_inertia_forces_are_affine_in_the_acceleration_with_the_mass_matrix_as_slope(
    body: Body, random_state: Callable[..., tuple[Tensor, Tensor, Tensor]]
) -> None:
    q, qd, qdd = random_state(body, 10)
    full, bias = (dynamics.inertia_forces(body, kinematics.forward(body, q, qd, a)) for a in (qdd, torch.zeros_like(qdd)))
    assert torch.allclose(full - bias, torch.einsum("kji,ki->kj", mass.matrix(body, q), qdd), rtol=1e-9, atol=1e-7)
