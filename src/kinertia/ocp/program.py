"""A stated problem over a whole movement as a sparse nonlinear program with exact derivatives.

The derivatives of a node are evaluated at all nodes and added up into the Jacobian and the Hessian of the whole.
"""

from __future__ import annotations

from dataclasses import dataclass

import casadi as ca
import numpy as np
from numpy.typing import NDArray

from kinertia.ocp.layout import Indices, Layout
from kinertia.ocp.node import Node
from kinertia.recording import Array


@dataclass(frozen=True)
class Program:
    """A nonlinear program in the form that CasADi's solvers take; its parameters are the data, node after node."""

    problem: ca.Function  # (x, p) to cost and constraints
    # gradient, jacobian, hessian: (x, p), the last one with multipliers, to derivatives
    gradient: ca.Function
    jacobian: ca.Function
    hessian: ca.Function
    # x_bounds, limits: lower and upper bounds of unknowns and of constraints
    x_bounds: tuple[Array, Array]
    limits: tuple[Array, Array]
    nodes: int  # number of nodes, for costs per node


def transcribe(node: Node, layout: Layout) -> Program:
    """The program of a movement."""
    nodes = layout.nodes
    around, combine = layout.around, node.combine
    y, d, width = node.seen, node.data, len(around)
    count = node.limits.numel()
    weight = ca.SX.sym("w", count + 1)
    cost = ca.sum1(node.goals)
    gradient, slope = ca.cse([ca.densify(ca.gradient(cost, y)), ca.jacobian(node.limits, y)])
    curve = ca.cse(ca.triu(ca.hessian(weight[0] * cost + ca.dot(weight[1:], node.limits), y)[0]))
    seen = ca.sparsify(ca.DM(combine))

    x, p = ca.MX.sym("x", layout.size), ca.MX.sym("p", d.numel() * nodes)
    unknowns = ca.reshape(x[around.ravel(order="F").tolist()], width, nodes)
    sight, table = ca.mtimes(seen, unknowns), ca.reshape(p, d.numel(), nodes)

    def mapped(name: str, inputs: list[ca.SX], outputs: list[ca.SX], *given: ca.MX) -> list[ca.MX]:
        result = ca.Function(name, inputs, outputs).map(nodes)(sight, table, *given)
        return list(result) if isinstance(result, tuple) else [result]

    costs, values = mapped("value", [y, d], [cost, node.limits])
    problem = ca.Function("nlp", [x, p], [ca.sum2(costs), ca.vec(values)], ["x", "p"], ["f", "g"])

    costs, gradients = mapped("steep", [y, d], [cost, gradient])
    column, adder = _scatter(around.ravel(order="F"), np.zeros(around.size, dtype=np.intp), layout.size, 1)
    steep = ca.densify(ca.MX(column, adder @ ca.vec(ca.mtimes(seen.T, gradients))))
    gradient_of = ca.Function("grad_f", [x, p], [ca.sum2(costs), steep], ["x", "p"], ["f", "grad_f_x"])

    values, slopes = mapped("slope", [y, d], [node.limits, _entries(slope)])
    r, c, spread = _spread(slope.sparsity(), None, combine)
    rows = (r[:, None] + count * np.arange(nodes)).ravel(order="F")
    form, adder = _scatter(rows, around[c].ravel(order="F"), count * nodes, layout.size)
    steep = ca.MX(form, adder @ ca.vec(ca.mtimes(spread, slopes)))
    jacobian = ca.Function("jac_g", [x, p], [ca.vec(values), steep], ["x", "p"], ["g", "jac_g_x"])

    on_cost, on_limits = ca.MX.sym("lam_f"), ca.MX.sym("lam_g", count * nodes)
    weights = ca.vertcat(ca.repmat(on_cost, 1, nodes), ca.reshape(on_limits, count, nodes))
    (curves,) = mapped("curve", [y, d, weight], [_entries(curve)], weights)
    r, c, spread = _spread(curve.sparsity(), combine, combine)
    first, second = around[r].ravel(order="F"), around[c].ravel(order="F")
    # two unknowns around a node may be one unknown (the first node stands before itself): its diagonal entry then counts twice
    twice = (first == second) & np.tile(r != c, nodes)
    form, adder = _scatter(
        np.minimum(first, second), np.maximum(first, second), layout.size, layout.size, np.where(twice, 2.0, 1.0)
    )
    bend = ca.MX(form, adder @ ca.vec(ca.mtimes(spread, curves)))
    hessian = ca.Function("hess_lag", [x, p, on_cost, on_limits], [bend], ["x", "p", "lam_f", "lam_g"], ["triu_hess_gamma_x_x"])
    low, high = (np.tile(side, nodes) for side in node.bounds())
    return Program(problem, gradient_of, jacobian, hessian, layout.bounds(), (low, high), nodes)


def _scatter(
    row: Indices, column: Indices, rows: int, columns: int, scale: NDArray[np.float64] | None = None
) -> tuple[ca.Sparsity, ca.DM]:
    """Sparsity of a matrix whose entries are sums of given ones at ``row``, ``column``, and the matrix that sums them."""
    unique, position = np.unique(column * rows + row, return_inverse=True)
    sparsity = ca.Sparsity.triplet(rows, columns, (unique % rows).tolist(), (unique // rows).tolist())
    # one entry in every column
    adder = ca.Sparsity(len(unique), len(position), list(range(len(position) + 1)), position.tolist())
    return sparsity, ca.DM(adder, 1.0 if scale is None else ca.DM(scale))


def _spread(form: ca.Sparsity, left: Array | None, right: Array) -> tuple[Indices, Indices, ca.DM]:
    """From entries of a matrix M in what a node sees to entries of M P or, of the upper half, of P^T M P in the unknowns.

    Returns rows and columns of the new entries, and the sparse matrix from the old entries to them.
    """
    places: dict[tuple[int, int], int] = {}
    sizes: dict[tuple[int, int], float] = {}
    columns = [np.flatnonzero(row) for row in right]
    for k, (r, c) in enumerate(zip(*form.get_triplet(), strict=True)):
        for j in columns[c]:
            if left is None:
                pairs = [(r, j, right[c, j])]
            elif r == c:
                pairs = [(i, j, left[r, i] * right[c, j]) for i in columns[r] if i <= j]
            else:
                # the other half of M gives as much again to the diagonal
                pairs = [(min(i, j), max(i, j), left[r, i] * right[c, j] * (1.0 + (i == j))) for i in columns[r]]
            for a, b, size in pairs:
                to = places.setdefault((int(a), int(b)), len(places)), k
                sizes[to] = sizes.get(to, 0.0) + float(size)
    rows, cols = np.array(list(places), dtype=np.intp).T
    to, at = np.array(list(sizes)).T.tolist()
    return rows, cols, ca.DM.triplet(to, at, ca.DM(list(sizes.values())), len(places), form.nnz())


def _entries(matrix: ca.SX) -> ca.SX:
    """The structurally nonzero entries of a matrix as a dense column."""
    return ca.reshape(matrix.nz[:], -1, 1) if matrix.nnz() else ca.SX(0, 1)
