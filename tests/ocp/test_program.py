"""Assembled derivatives against CasADi's own, of the same problem without structure; a problem with a known solution."""

from __future__ import annotations

import casadi as ca
import numpy as np
import pytest
import torch

from experiments.together import join
from kinertia.ocp import ipopt
from kinertia.ocp.layout import Layout
from kinertia.ocp.node import Node
from kinertia.ocp.problem import At, Constraint, Goal, Problem, Variable
from kinertia.ocp.program import Program, transcribe


def _wild() -> Problem[At]:
    """Every form of variable in goals and constraints that bend."""

    def cost(at: At) -> torch.Tensor:
        q, qd, qdd, f = at["q"], at.first["q"], at.second["q"], at["f"]
        return (q.sin() * qd).sum() * at["d"][0] + (qdd[0] * 0.01 * f[0]).square() + at.second["f"].square().sum() * at["s"][1]

    def limit(at: At) -> torch.Tensor:
        return torch.stack([at["q"][0] * at.second["q"][1] * at["s"][0], at.first["f"][1] * at.first["q"][0] + at["d"][1]])

    return Problem(
        0.1,
        (Variable("q", (2,), "spline"), Variable("f", (2,), "nodes", 0.0, np.array([1.0, 2.0])), Variable("s", (2,), "shared")),
        {"d": (3,)},
        lambda at: at,
        (Goal("one", 2.0, cost), Goal("none", 0.0, lambda at: at["s"].square().sum())),
        (Constraint("bent", "m", limit, 0.0, np.array([0.0, np.inf])),),
    )


def _whole(program: Program) -> ca.Function:
    """Derivatives of a program that its functions of cost and constraints give by themselves."""
    sizes = [program.problem.size1_in(0), program.problem.size1_in(1), 1, program.problem.size1_out(1)]
    x, p, on_cost, on_limits = (ca.MX.sym(name, n) for name, n in zip("xpfg", sizes, strict=True))
    f, g = program.problem(x, p)
    bend = ca.triu(ca.hessian(on_cost * f + ca.dot(on_limits, g), x)[0])
    return ca.Function("whole", [x, p, on_cost, on_limits], [ca.gradient(f, x), ca.jacobian(g, x), bend])


@pytest.mark.parametrize("joined", [False, True])
@pytest.mark.parametrize("periodic", [True, False])
def test_derivatives_equal_those_of_the_whole_problem(periodic: bool, joined: bool) -> None:
    node = Node.of(_wild())
    layouts = [Layout(node.problem.variables, nodes, periodic) for nodes in ((5, 4) if joined else (5,))]
    programs = [transcribe(node, layout) for layout in layouts]
    program = join(programs, layouts, "s") if joined else programs[0]
    generator = np.random.default_rng(0)
    sizes = (len(program.x_bounds[0]), program.problem.size1_in(1), len(program.limits[0]))
    x, data, weights = (0.3 * generator.normal(size=size) for size in sizes)
    expected = _whole(program)(x, data, 0.7, weights)
    found = (program.gradient(x, data)[1], program.jacobian(x, data)[1], program.hessian(x, data, 0.7, weights))
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(np.array(ca.densify(a)), np.array(ca.densify(b)), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("periodic", [True, False])
def test_split_is_undone_by_join(periodic: bool) -> None:
    layout = Layout(_wild().variables, 4, periodic)
    x = np.arange(float(layout.size))
    np.testing.assert_array_equal(layout.join(layout.split(x)), x)
    low, high = (layout.split(side) for side in layout.bounds())
    np.testing.assert_array_equal(low["f"], 0.0)
    np.testing.assert_array_equal(high["f"], np.tile([1.0, 2.0], (4, 1)))
    assert np.isneginf(low["q"]).all()


def test_least_effort_from_rest_to_rest() -> None:
    """A mass that is moved by 1 m in 1 s with the least squared force: the force falls along a straight line."""
    nodes, step_s = 41, 0.025
    problem = Problem(
        step_s,
        (Variable("x", (), "spline"), Variable("force", (), "nodes")),
        {},
        lambda at: at,
        (Goal("effort", step_s, lambda at: at["force"].square()),),
        (Constraint("Newton", "N", lambda at: (at.second["x"] - at["force"])[None]),),
    )
    node = Node.of(problem)
    layout = Layout(problem.variables, nodes, False)
    place = layout.places["x"]
    # value and speed at both ends: c- = c+, (c- + 4 c + c+) / 6
    held = ipopt.Held(place[[0, 1, 2, -3, -2, -1]], np.array([0.0, 0.0, 0.0, 1.0, 1.0, 1.0]))
    x, run = ipopt.solve(transcribe(node, layout), np.zeros(layout.size), np.zeros(0), 50, 1e-8, held)
    assert run.converged
    force = layout.split(x)["force"]
    # f = 6 - 12 t; the ends, held with the acceleration too, are a node off
    np.testing.assert_allclose(force[5:-5], 6.0 - 12.0 * step_s * np.arange(5, nodes - 5), atol=1.0)
    assert node.costs(layout, x, np.zeros((nodes, 0)))["effort"] * nodes == pytest.approx(12.0, rel=0.2)
    assert node.violations(layout, x, np.zeros((nodes, 0)))[0][1].max() < 1e-6
