"""Movements whose moments muscles give: against the functions of muscles, from whole cycles and window by window."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.autograd import gradcheck

from kinertia.bodies import GAIT2D_TRUNK
from kinertia.muscles import leg
from kinertia.muscles.fibres import state
from kinertia.numerics import spline
from kinertia.ocp import muscular
from kinertia.ocp.problem import At
from kinertia.recording import GRAVITY, Recording
from kinertia.recording.resampling import resample
from kinertia.recording.selection import crop
from kinertia.solving import solver
from kinertia.solving.settings import Settings, Windows
from kinertia.solving.solver import Solved

COARSE = Settings(rate_hz=50.0)
DRAW = np.random.default_rng(0)


@pytest.fixture(scope="module")
def solved(stride: Recording) -> Solved:
    return solver.solve(resample(stride, 50.0), COARSE, muscles=True)


def test_muscles_at_a_node_are_those_of_the_tables() -> None:
    skeleton, muscles = GAIT2D_TRUNK, leg()
    q, qd = 0.3 * DRAW.normal(size=10), 2.0 * DRAW.normal(size=10)
    stretch, rate, activation = DRAW.uniform(0.1, 1.0, (2, 8)), 3.0 * DRAW.normal(size=(2, 8)), DRAW.uniform(0.02, 1.0, (2, 8))

    def forces(*given: torch.Tensor) -> tuple[torch.Tensor, ...]:
        q, qd, stretch, rate, activation = given
        at = At({"q": q, "stretch": stretch, "activation": activation}, {"q": qd, "stretch": rate}, {})
        pull = muscular.pull(skeleton, at)
        return pull.tendon, pull.fibre, pull.moment

    given = [torch.as_tensor(x).requires_grad_() for x in (q, qd, stretch, rate, activation)]
    tendon, fibre, moment = (x.detach().numpy() for x in forces(*given))
    assert gradcheck(forces, given)
    places = muscular.places(skeleton)
    length, arms = muscles.paths(q[places])
    strain = 0.05 * stretch
    np.testing.assert_allclose(tendon, muscles.curves.tendon(strain), atol=1e-3)
    along = length - muscles.slack_length * (1.0 + strain)
    lengthening = -(arms @ qd[places][..., None])[..., 0] - muscles.slack_length * 0.05 * rate
    tables = state(muscles, along, lengthening)
    np.testing.assert_allclose(fibre, (activation * tables.active + tables.passive) / muscles.max_force, atol=2e-3)
    weight = muscles.mass * GRAVITY
    given_moment = ((tendon * muscles.max_force)[:, None] @ arms)[:, 0]
    np.testing.assert_allclose(moment, given_moment / (weight * muscles.height), rtol=1e-12)


def test_muscles_of_a_cycle_obey_their_equations(solved: Solved, stride: Recording) -> None:
    solution, estimate = solved.solution, solved.estimate
    assert solution.convergence.converged
    assert max(kind.largest for kind in solution.convergence.violation.values()) < 1e-6
    assert solution.convergence.contact.root_force_bw < 1e-6
    # fibres of the tables bear what tendons bear, at the speeds of the solved splines
    part, nodes = solution.part, np.arange(solution.layout.nodes, dtype=float)
    muscles = leg().scaled(estimate.subject.mass_kg, float(solution.body.height))

    def motion(name: str) -> list[np.ndarray]:
        c = part[name].reshape(len(part[name]), -1)
        value, first, _ = spline.basis_motion(np.concatenate([c[-1:], c, c[:2]]), nodes, solution.step_s)
        return [x.reshape(len(nodes), *part[name].shape[1:]) for x in (value, first)]

    (q, qd), (stretch, rate), (activation, rise) = (motion(name) for name in ("q", "stretch", "activation"))
    places = muscular.places(solution.person.body.skeleton)
    length, arms = muscles.paths(q[:, places])
    stretched = muscles.slack_length * 0.05
    speed = -(arms @ qd[:, places][..., None])[..., 0] - stretched * rate
    fibres = state(muscles, length - muscles.slack_length - stretched * stretch, speed)
    bw = muscles.mass * GRAVITY
    force = np.stack([[estimate.muscle_forces[f"{name}_{side}"] for name in muscles.names] for side in "rl"]).transpose(2, 0, 1)
    np.testing.assert_allclose(activation * fibres.active + fibres.passive, force, atol=2e-3 * muscles.max_force.max())
    # a' = (u - a) (c1 u + c2), and moments are those of the muscles but for the reserves
    u, c2 = part["excitation"], 1.0 / muscles.deactivation_time
    np.testing.assert_allclose(rise, (u - activation) * ((1.0 / muscles.activation_time - c2) * u + c2), atol=1e-4)
    shown = np.stack([estimate.muscle_activations[f"{name}_l"] for name in muscles.names], -1)
    np.testing.assert_allclose(shown, activation[:, 1], atol=1e-9)
    names = [f"{name}_r" for name in muscles.coordinates]
    moments, reserves = (np.stack([c[n] for n in names], -1) for c in (estimate.moments, estimate.muscle_reserves))
    np.testing.assert_allclose((force[:, :1] @ arms[:, 0])[:, 0] + reserves, moments, atol=1e-6 * bw)
    assert np.abs(reserves).max() < 2.0
    assert 0.05 < force[..., 6].max() / bw < 4.0  # soleus


def test_window_by_window(walk: Recording, tmp_path: Path) -> None:
    short = crop(resample(walk, 50.0), 100, 140)
    settings = replace(COARSE, windows=Windows(length_s=0.5, overlap_s=0.2, calibration=0))
    found = solver.solve(short, settings, folder=tmp_path, muscles=True)
    assert found.solution.convergence.converged
    assert max(kind.largest for kind in found.solution.convergence.violation.values()) < 1e-5
    assert len(found.estimate.muscle_forces) == 16
    again = solver.solve(short, settings, folder=tmp_path, resume=True, muscles=True)
    np.testing.assert_array_equal(again.estimate.muscle_forces["soleus_r"], found.estimate.muscle_forces["soleus_r"])
