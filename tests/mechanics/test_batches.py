"""Batch dimensions: one call over many samples and bodies equals many calls, and float32 is close to float64."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from kinertia.bodies import Body, stack
from kinertia.mechanics import contact, dynamics, energy, kinematics, mass, passive, sole
from kinertia.mechanics.imu import Mounting, read

RandomState = Callable[..., tuple[Tensor, Tensor, Tensor]]


def _everything(body: Body, q: Tensor, qd: Tensor, qdd: Tensor, force: Tensor, mounting: Mounting) -> dict[str, Tensor]:
    motion = kinematics.forward(body, q, qd, qdd)
    touching = sole.touch(body, motion)
    signals = read(motion, mounting)
    consistent = contact.complementarity(touching, force[..., 1])
    return {
        "inverse": dynamics.inverse(body, motion, force),
        "inertia": dynamics.inertia_forces(body, motion),
        "external": dynamics.external_forces(body, motion, (3, 6), touching.position[..., ::2, :], force[..., ::2, :]),
        "mass matrix": mass.matrix(body, q),
        "kinetic": energy.kinetic(body, motion),
        "potential": energy.potential(body, motion),
        "passive": passive.moment(body, q, qd),
        "violation": passive.limit_violation(body, q),
        "lifted": consistent.lifted,
        "acc": signals.acc,
        "gyro": signals.gyro,
        "origin": motion.origin,
        "velocity": touching.velocity,
    }


@pytest.mark.parametrize("names", [("adult", "child", "crooked"), ("trunk", "crooked_trunk")])
def test_looped_equals_batched_with_a_body_per_batch_element(
    names: tuple[str, ...], people: dict[str, Body], random_state: RandomState, random_forces: Callable[..., Tensor]
) -> None:
    bodies = [people[name] for name in names]
    batch, samples = len(bodies), 4
    q, qd, qdd = random_state(bodies[0], batch, samples)
    force = random_forces(bodies[0], batch, samples)
    segments = (6, 0, 3)
    mounting = Mounting(segments, force[:, 0, :3] / 5000.0, force[:, 0, :3, 0] / 1000.0)
    together = _everything(stack(bodies).with_time_axis(), q, qd, qdd, force, mounting.with_time_axis())
    for b, body in enumerate(bodies):
        single = Mounting(segments, mounting.position[b], mounting.angle[b])
        for t in range(samples):
            alone = _everything(body, q[b, t], qd[b, t], qdd[b, t], force[b, t], single)
            for name, value in alone.items():
                assert value.shape == together[name][b, t].shape, name
                assert torch.allclose(value, together[name][b, t], rtol=1e-10, atol=1e-9), name


def test_one_sample_may_meet_many_bodies(people: dict[str, Body], random_state: RandomState) -> None:
    bodies = [people["adult"], people["child"]]
    q, qd, qdd = random_state(bodies[0])
    together = dynamics.inertia_forces(stack(bodies), kinematics.forward(stack(bodies), q, qd, qdd))
    for b, body in enumerate(bodies):
        assert torch.allclose(together[b], dynamics.inertia_forces(body, kinematics.forward(body, q, qd, qdd)), rtol=1e-10)


def test_no_samples_give_empty_results(people: dict[str, Body]) -> None:
    empty = torch.zeros(0, 9, dtype=torch.float64)
    body = people["adult"]
    motion = kinematics.forward(body, empty, empty, empty)
    assert dynamics.inverse(body, motion, torch.zeros(0, 4, 2, dtype=torch.float64)).shape == (0, 9)


def test_float32_is_close_to_float64(body: Body, random_state: RandomState, random_forces: Callable[..., Tensor]) -> None:
    q, qd, qdd = random_state(body, 50)
    force = random_forces(body, 50)
    segments = tuple(range(7))
    mounting = Mounting(segments, 0.5 * body.com[:7], torch.zeros(7, dtype=torch.float64))
    exact = _everything(body, q, qd, qdd, force, mounting)
    short = Mounting(segments, mounting.position.float(), mounting.angle.float())
    rough = _everything(body.to(torch.float32), q.float(), qd.float(), qdd.float(), force.float(), short)
    for name, value in exact.items():
        assert rough[name].dtype == torch.float32
        assert (rough[name].double() - value).abs().max() <= 2e-5 * (1.0 + value.abs().max()), name


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2)])
def test_memory_layout_of_the_input_does_not_matter(
    order: tuple[int, int, int], people: dict[str, Body], random_state: RandomState, random_forces: Callable[..., Tensor]
) -> None:
    body = people["crooked"]
    q, qd, qdd = random_state(body, 3, 5)
    force = random_forces(body, 3, 5)
    strided = [x.permute(order).contiguous().permute(order) for x in (q, qd, qdd)]
    expected = dynamics.inverse(body, kinematics.forward(body, q, qd, qdd), force)
    assert torch.allclose(dynamics.inverse(body, kinematics.forward(body, *strided), force), expected, rtol=1e-12)
