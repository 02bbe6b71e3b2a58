"""From functions of one node to a sparse nonlinear program over a whole movement.

Coordinates are cubic B-splines with one coefficient per node, so that velocities and accelerations are exact derivatives
and a node depends on three neighbouring coefficients only; contact forces and joint moments have values at the nodes.
The derivatives of a node's cost and constraints are formed once, symbolically, evaluated for all nodes, and added up into
the sparse Jacobian and Hessian of the whole problem.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import casadi as ca
import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.intp]


@dataclass(frozen=True)
class Layout:
    """Where the unknowns of a problem stand in its vector: coefficients, then forces, then moments, then shared unknowns.

    Attributes
    ----------
    nodes : number of time nodes.
    coordinates, forces, moments : unknowns of each kind per node.
    shared : unknowns that belong to no node (speed, sensor mounting, body size).
    periodic : the last node is followed by the first; otherwise the splines have one more coefficient at each end.
    """

    nodes: int
    coordinates: int
    forces: int
    moments: int
    shared: int
    periodic: bool

    @property
    def coefficients(self) -> int:
        """Spline coefficients per coordinate."""
        return self.nodes if self.periodic else self.nodes + 2

    @property
    def size(self) -> int:
        """Length of the vector of unknowns."""
        return self.coefficients * self.coordinates + self.nodes * (self.forces + self.moments) + self.shared

    @cached_property
    def _stencil(self) -> Indices:
        """(3, N) coefficients before, at and after each node."""
        middle = np.arange(self.nodes) + (0 if self.periodic else 1)
        return (middle[None] + np.array([[-1], [0], [1]])) % self.coefficients

    @cached_property
    def local(self) -> Indices:
        """(n_local, N) places of the unknowns that each node depends on.

        Order: coefficients before, at, after; forces before, at, after; moments before, at, after; shared. Where a movement
        that does not repeat begins or ends, a node's own forces and moments stand for the missing ones.
        """
        n, nodes = self.coordinates, np.arange(self.nodes)
        around = [nodes - 1, nodes, nodes + 1]
        neighbours = [k % self.nodes if self.periodic else np.clip(k, 0, self.nodes - 1) for k in around]
        rows = [self._stencil[k] * n + j for k in range(3) for j in range(n)]
        start = self.coefficients * n
        for width in (self.forces, self.moments):
            rows += [start + which * width + j for which in neighbours for j in range(width)]
            start += self.nodes * width
        rows += [np.full(self.nodes, start + j) for j in range(self.shared)]
        return np.stack(rows)

    def split(self, x: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
        """Coefficients (C, n), forces (N, f), moments (N, m), shared (s,) of a vector of unknowns."""
        ends = np.cumsum([self.coefficients * self.coordinates, self.nodes * self.forces, self.nodes * self.moments])
        c, f, m, s = np.split(x, ends)
        return c.reshape(-1, self.coordinates), f.reshape(self.nodes, -1), m.reshape(self.nodes, -1), s

    def join(self, *parts: NDArray[np.float64]) -> NDArray[np.float64]:
        """The counterpart of :meth:`split`."""
        return np.concatenate([part.ravel() for part in parts])


@dataclass(frozen=True)
class Node:
    """Cost and constraints of one node, functions of the node's local unknowns and of its data.

    Attributes
    ----------
    cost : (local, data) to a scalar.
    constraints : (local, data) to a vector; its bounds are the same for all nodes or given per node.
    """

    cost: ca.Function
    constraints: ca.Function


@dataclass(frozen=True)
class Program:
    """A nonlinear program in the form that CasADi's solvers take, with derivatives."""

    layout: Layout
    problem: ca.Function
    gradient: ca.Function
    jacobian: ca.Function
    hessian: ca.Function


def _scatter(places: Indices, rows: int, columns: int) -> tuple[ca.Sparsity, ca.DM]:
    """Sparsity of a matrix whose entries are sums of local entries, and the 0/1 matrix that sums them.

    ``places`` (2, K) are row and column of each local entry.
    """
    order = places[1] * rows + places[0]
    unique, position = np.unique(order, return_inverse=True)
    sparsity = ca.Sparsity.triplet(rows, columns, (unique % rows).tolist(), (unique // rows).tolist())
    adder = ca.Sparsity.triplet(len(unique), len(position), position.tolist(), list(range(len(position))))
    return sparsity, ca.DM(adder, 1.0)


@dataclass(frozen=True)
class Average:
    """A cost on the mean of some unknowns: ``weight (mean - target)^2``.

    Attributes
    ----------
    places : of the unknowns.
    target, weight : of the cost.
    """

    places: Indices
    target: float
    weight: float


def transcribe(
    layout: Layout, node: Node, shared: ca.Function, data: int, shared_data: int, averages: Sequence[Average] = ()
) -> Program:
    """Assemble the program.

    Parameters
    ----------
    layout : the unknowns.
    node : cost and constraints of a node.
    shared : (shared unknowns, shared data) to a cost.
    averages : costs on means over the whole movement.
    data, shared_data : numbers of parameters per node and of the shared cost.

    Returns
    -------
    Program with parameters: the data of all nodes, one after the other, then the shared data.
    """
    local, nodes = layout.local, layout.nodes
    width, count = local.shape[0], node.constraints.size1_out(0)
    z, d, weight = ca.SX.sym("z", width), ca.SX.sym("d", data), ca.SX.sym("w", count + 1)
    cost, constraints = node.cost(z, d), node.constraints(z, d)
    slope = ca.jacobian(constraints, z)
    lagrangian = weight[0] * cost + ca.dot(weight[1:], constraints)
    curve = ca.triu(ca.hessian(lagrangian, z)[0])
    forms = {
        "value": ca.Function("value", [z, d], [cost, constraints]),
        "steep": ca.Function("steep", [z, d], [cost, ca.densify(ca.gradient(cost, z))]),
        "slope": ca.Function("slope", [z, d], [constraints, _entries(slope)]),
        "curve": ca.Function("curve", [z, d, weight], [_entries(curve)]),
    }
    mapped = {name: form.map(nodes) for name, form in forms.items()}

    x, p = ca.MX.sym("x", layout.size), ca.MX.sym("p", data * nodes + shared_data)
    unknowns = ca.reshape(x[local.ravel(order="F").tolist()], width, nodes)
    table = ca.reshape(p[: data * nodes], data, nodes)
    rest, rest_data = x[layout.size - layout.shared :], p[data * nodes :]
    common = shared(rest, rest_data)
    for average in averages:
        mean = ca.sum1(x[average.places.tolist()]) / len(average.places)
        common = common + average.weight * (mean - average.target) ** 2

    costs, values = mapped["value"](unknowns, table)
    total = ca.sum2(costs) + common
    problem = ca.Function("nlp", [x, p], [total, ca.vec(values)], ["x", "p"], ["f", "g"])

    costs, gradients = mapped["steep"](unknowns, table)
    places = local.ravel(order="F")
    column, adder = _scatter(np.stack([places, np.zeros_like(places)]), layout.size, 1)
    local_gradient = ca.densify(ca.MX(column, adder @ ca.vec(gradients)))
    inside = ca.gradient(common, x)
    gradient = ca.Function("grad_f", [x, p], [ca.sum2(costs) + common, local_gradient + inside], ["x", "p"], ["f", "grad_f_x"])

    values, slopes = mapped["slope"](unknowns, table)
    r, c = (np.array(i) for i in slope.sparsity().get_triplet())
    every = np.arange(nodes)
    rows = (r[:, None] + count * every).ravel(order="F")
    columns = local[c].ravel(order="F")
    form, adder = _scatter(np.stack([rows, columns]), count * nodes, layout.size)
    jacobian = ca.Function("jac_g", [x, p], [ca.vec(values), ca.MX(form, adder @ ca.vec(slopes))], ["x", "p"], ["g", "jac_g_x"])

    on_cost, on_constraints = ca.MX.sym("lam_f"), ca.MX.sym("lam_g", count * nodes)
    weights = ca.vertcat(ca.repmat(on_cost, 1, nodes), ca.reshape(on_constraints, count, nodes))
    curves = mapped["curve"](unknowns, table, weights)
    r, c = (np.array(i) for i in curve.sparsity().get_triplet())
    first, second = local[r].ravel(order="F"), local[c].ravel(order="F")
    # two local unknowns may be one unknown (the first node stands before itself): its diagonal entry then counts twice
    twice = (first == second) & (np.repeat(r[:, None], nodes, 1) != np.repeat(c[:, None], nodes, 1)).ravel(order="F")
    form, adder = _scatter(np.stack([np.minimum(first, second), np.maximum(first, second)]), layout.size, layout.size)
    doubled = ca.mtimes(adder, ca.diag(ca.DM(np.where(twice, 2.0, 1.0))))
    bend = ca.MX(form, doubled @ ca.vec(curves)) + on_cost * ca.triu(ca.hessian(common, x)[0])
    hessian = ca.Function(
        "hess_lag", [x, p, on_cost, on_constraints], [bend], ["x", "p", "lam_f", "lam_g"], ["triu_hess_gamma_x_x"]
    )
    return Program(layout, problem, gradient, jacobian, hessian)


def _entries(matrix: ca.SX) -> ca.SX:
    """The structurally nonzero entries of a matrix as a dense column."""
    return ca.vertcat(*[matrix.nz[i] for i in range(matrix.nnz())]) if matrix.nnz() else ca.SX(0, 1)
