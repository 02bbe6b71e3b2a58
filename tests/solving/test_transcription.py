"""Assembled derivatives against CasADi's own, of the same problem without structure."""

from __future__ import annotations

import casadi as ca
import numpy as np
import pytest

from kinertia.solving.transcription import Average, Layout, Node, transcribe


@pytest.mark.parametrize("periodic", [True, False])
def test_derivatives_equal_those_of_the_whole_problem(periodic: bool) -> None:
    layout = Layout(nodes=5, coordinates=2, forces=2, moments=1, shared=2, periodic=periodic)
    generator = np.random.default_rng(0)
    width = layout.local.shape[0]
    z, d = ca.SX.sym("z", width), ca.SX.sym("d", 3)
    mixed = ca.DM(generator.normal(size=(width, width)))
    cost = ca.sin(ca.mtimes([z.T, mixed, z])) * d[0] + ca.sum1(z**3) * d[1]
    limits = ca.vertcat(ca.cos(z[0] * z[4]) * d[2], z[6] * z[7] * z[-1] + z[8] ** 2, ca.sum1(z[:6] ** 2))
    node = Node(ca.Function("c", [z, d], [cost]), ca.Function("g", [z, d], [limits]))
    s, e = ca.SX.sym("s", 2), ca.SX.sym("e", 1)
    program = transcribe(
        layout,
        node,
        ca.Function("s", [s, e], [ca.sum1(s**4) * e]),
        data=3,
        shared_data=1,
        averages=[Average(np.arange(0, 10, 2), 0.3, 7.0)],
    )

    x, p, on_cost, on_limits = (ca.MX.sym(name, n) for name, n in (("x", layout.size), ("p", 16), ("f", 1), ("g", 15)))
    f, g = program.problem(x, p)
    lagrangian = on_cost * f + ca.dot(on_limits, g)
    whole = ca.Function(
        "whole",
        [x, p, on_cost, on_limits],
        [ca.gradient(f, x), ca.jacobian(g, x), ca.triu(ca.hessian(lagrangian, x)[0])],
    )
    at, data, weights = (generator.normal(size=n) * 0.3 for n in (layout.size, 16, 15))
    expected = whole(at, data, 0.7, weights)
    found = (program.gradient(at, data)[1], program.jacobian(at, data)[1], program.hessian(at, data, 0.7, weights))
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(np.array(ca.densify(a)), np.array(ca.densify(b)), atol=1e-12)


def test_split_is_undone_by_join() -> None:
    layout = Layout(nodes=4, coordinates=3, forces=2, moments=1, shared=2, periodic=False)
    x = np.arange(float(layout.size))
    np.testing.assert_array_equal(layout.join(*layout.split(x)), x)
