"""The solver's nodes against the terms that networks are trained with: the same equations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from kinertia.bodies import stack
from kinertia.learning import losses, objective
from kinertia.mechanics import contact
from kinertia.mechanics.motion import Motion
from kinertia.recording import Recording
from kinertia.solving import start
from kinertia.solving.settings import Settings
from kinertia.solving.solution import Movement
from kinertia.solving.tracking import node_data, to_sequence

NODES = 12
SETTINGS = Settings()


@pytest.fixture(scope="module")
def example(stride: Recording):
    """A movement of a few nodes at random unknowns near a walk, and the same motion run through the objective's physics."""
    short = replace(stride, acc=stride.acc[:NODES], gyro=stride.gyro[:NODES])
    sequence = to_sequence(short, SETTINGS)
    movement = Movement.of(sequence, NODES, False, SETTINGS, 1.3)
    generator = np.random.default_rng(0)
    x = start.of(short, sequence).unknowns(movement.layout)
    x += 0.02 * generator.standard_normal(len(x))
    data = node_data(sequence)
    part, step_s = movement.layout.split(x), movement.step_s
    c = part["q"]
    q = (c[:-2] + 4 * c[1:-1] + c[2:]) / 6
    qd = (c[2:] - c[:-2]) / (2 * step_s)
    qdd = (c[2:] - 2 * c[1:-1] + c[:-2]) / step_s**2
    qd[:, 0] += part["speed"]
    person = movement.person
    deviation = person.deviation(torch.tensor(part["units"]))
    body = deviation.body(stack([person.body])).with_time_axis()
    force_bw = torch.tensor(part["force"])[None]
    motion = Motion(*(torch.tensor(v)[None] for v in (q, qd, qdd)), force=force_bw * body.weight[..., None, None])
    found = objective.evaluate(motion, body, deviation.mounting(person.position[None], body.skeleton))
    return movement, x, data, sequence, found, body, force_bw, torch.tensor(part["moment"])[None]


def test_costs_are_the_losses(example) -> None:
    movement, x, data, sequence, found, body, force_bw, moment = example
    cost, weights = movement.node.costs(movement.layout, x, data), SETTINGS.weights
    mask = torch.ones(NODES, dtype=torch.float64)
    measured, seen, variance = (t.double()[None] for t in (sequence.signals, sequence.present, sequence.variance))
    touch = contact.complementarity(found.contact, force_bw[..., 1])
    lumbar = body.skeleton.coordinate_index("lumbar_extension")
    expected = {
        "acc": weights.acc * losses.acc(found.signals, measured, seen, variance, mask),
        "gyro": weights.gyro * losses.gyro(found.signals, measured, seen, variance, mask),
        "torque": weights.torque * losses.torque(moment * body.moment_scale[..., None], body, mask),
        "slip": weights.slip * losses.slip(touch, mask),
        "lumbar": weights.lumbar * losses.lumbar(found.motion.q[..., lumbar], mask),
    }
    for name, value in expected.items():
        assert cost[name] == pytest.approx(float(value), rel=1e-9), name


def test_constraints_are_the_equations_of_motion(example) -> None:
    movement, x, data, _, found, body, force_bw, moment = example
    outside = {constraint.name: far for constraint, far in movement.node.violations(movement.layout, x, data)}
    torque = torch.cat([torch.zeros(1, NODES, 3), moment * body.moment_scale[..., None]], dim=-1)
    # F_r + F_r* = tau - inverse dynamics
    residual = (torque - found.generalized)[0]
    force = (residual[:, :2] / body.weight[0, :, None]).abs().numpy()
    turn = (residual[:, 2:] / body.moment_scale[0, :, None]).abs().numpy()
    np.testing.assert_allclose(outside["equations of motion, forces"], force, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(outside["equations of motion, moments"], turn, rtol=1e-9, atol=1e-12)
    depth = np.maximum(-found.contact.position[0, ..., 1].numpy() - SETTINGS.bounds.penetration_m, 0.0)
    np.testing.assert_allclose(outside["contact points below the ground"], depth, atol=1e-12)
    pushed = force_bw[0, ..., 1] * (found.contact.position[0, ..., 1] / SETTINGS.bounds.clear_m) ** 3
    above = np.maximum(pushed.numpy() - SETTINGS.bounds.lifted_bw, 0.0)
    np.testing.assert_allclose(outside["force on lifted contact points"], above, atol=1e-12)
