"""The solver's nodes against the terms that networks are trained with: the same equations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from kinertia.bodies import stack
from kinertia.learning import losses, objective
from kinertia.learning.personal import Deviation
from kinertia.mechanics import contact
from kinertia.mechanics.motion import Motion
from kinertia.recording import Recording
from kinertia.solving import start, tracking
from kinertia.solving.problem import Problem, node_data, to_sequence
from kinertia.solving.settings import Settings

NODES = 12
SETTINGS = Settings()


@pytest.fixture(scope="module")
def example(stride: Recording):
    """A problem of a few nodes at random unknowns near a walk, and the same motion run through the objective's physics."""
    short = replace(stride, acc=stride.acc[:NODES], gyro=stride.gyro[:NODES])
    sequence = to_sequence(short)
    problem = Problem.of(sequence, NODES, False, SETTINGS, 1.3)
    generator = np.random.default_rng(0)
    x = start.of(short, sequence).unknowns(problem.layout, problem.step_s)
    x += 0.02 * generator.standard_normal(len(x))
    data = node_data(sequence)
    c, f, m, shared = problem.layout.split(x)
    q = (c[:-2] + 4 * c[1:-1] + c[2:]) / 6
    qd = (c[2:] - c[:-2]) / (2 * problem.step_s)
    qdd = (c[2:] - 2 * c[1:-1] + c[:-2]) / problem.step_s**2
    qd[:, 0] += shared[0]
    deviation = Deviation.of(torch.tensor(shared[1:]), problem.person.misalignment, problem.person.size_error)
    stated = stack([problem.person.body])
    body = deviation.body(stated).with_time_axis()
    force_bw = torch.tensor(f).reshape(1, NODES, -1, 2)
    motion = Motion(*(torch.tensor(v)[None] for v in (q, qd, qdd)), force=force_bw * body.weight[..., None, None])
    found = objective.evaluate(motion, body, deviation.mounting(problem.person.position[None]))
    return problem, x, data, sequence, found, body, force_bw, torch.tensor(m)[None]


def test_costs_are_the_losses(example) -> None:
    problem, x, data, sequence, found, body, force_bw, moment = example
    cost, weights = problem.costs(x, data), SETTINGS.weights
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
    problem, x, data, _, found, body, force_bw, moment = example
    outside = {kind.name: values for kind, values in problem.violations(x, data).items()}
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


def test_kinds_cover_all_constraints(example) -> None:
    problem = example[0]
    low, high = tracking.constraint_bounds(problem.person, SETTINGS)
    places = [i for kind in tracking.kinds(problem.person) for i in range(kind.first, kind.first + kind.count)]
    assert places == list(range(len(low))) == list(range(len(high)))
    assert len(low) == problem.constraints.size1_out(0)
