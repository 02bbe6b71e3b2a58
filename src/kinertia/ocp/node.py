"""The functions of one node, traced from a stated problem once, with exact first and second derivatives."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import casadi as ca
import numpy as np
import torch
from torch import Tensor

from kinertia.ocp.layout import Layout, combine
from kinertia.ocp.problem import At, Constraint, Problem
from kinertia.recording import Array
from kinertia.trace.casadi import symbolic


@dataclass(frozen=True)
class Node:
    """What happens at a node, as functions of what it sees and of its data."""

    problem: Problem[Any]  # as stated
    seen: ca.SX  # (L,) symbols of what the node sees: value, first and second of each variable, or the shared value
    data: ca.SX  # symbols of what is given
    goals: ca.SX  # (G,) cost of each goal, weighted
    limits: ca.SX  # (k,) constraints, one after the other
    counts: tuple[int, ...]  # rows of each constraint

    @classmethod
    def of(cls, problem: Problem[Any]) -> Node:
        """Trace a problem.

        Notes
        -----
        Derivatives are formed with respect to what a node sees, a linear function of the unknowns around it: a fifth of the
        Hessian's entries and half of its operations, compared with derivatives with respect to the unknowns themselves.
        """
        shapes = [
            variable.shape for variable in problem.variables for _ in range(1 if variable.form == "shared" else 3)
        ] + list(problem.data.values())
        counts: list[int] = []

        def node(*values: Tensor) -> list[Tensor]:
            state = problem.state(_at(problem, values))
            limits = [constraint.of(state) for constraint in problem.constraints]
            counts[:] = [len(limit) for limit in limits]
            return [torch.stack([goal.weight * goal.of(state) for goal in problem.goals]), torch.cat(limits)]

        symbols, result = symbolic(node, shapes)
        goals, limits = ca.cse(result)
        end = len(symbols) - len(problem.data)
        return cls(problem, ca.vertcat(*symbols[:end]), ca.vertcat(ca.SX(0, 1), *symbols[end:]), goals, limits, tuple(counts))

    @cached_property
    def combine(self) -> Array:
        """(L, S) from the unknowns around a node to what it sees."""
        return combine(self.problem.variables, self.problem.step_s)

    @cached_property
    def values(self) -> ca.Function:
        """Goals and constraints of (unknowns around, data)."""
        z = ca.SX.sym("z", self.combine.shape[1])
        inner = ca.Function("inner", [self.seen, self.data], [self.goals, self.limits])
        return ca.Function("values", [z, self.data], list(inner(ca.sparsify(ca.DM(self.combine)) @ z, self.data)))

    def bounds(self) -> tuple[Array, Array]:
        """(k,) lower and upper bounds of the constraints."""
        pairs = zip(self.problem.constraints, self.counts, strict=True)
        sides = [(np.broadcast_to(c.low, count), np.broadcast_to(c.high, count)) for c, count in pairs]
        low, high = zip(*sides, strict=True)
        return np.concatenate(low), np.concatenate(high)

    def costs(self, layout: Layout, x: Array, data: Array) -> dict[str, float]:
        """Cost per node of each goal at ``x``; ``data`` (N, D)."""
        result = np.array(self.values.map(layout.nodes)(x[layout.around], data.T)[0]).mean(axis=1)
        return {goal.name: float(cost) for goal, cost in zip(self.problem.goals, result, strict=True)}

    def violations(self, layout: Layout, x: Array, data: Array) -> list[tuple[Constraint[Any], Array]]:
        """Each constraint with how far it is outside its bounds at ``x``, (N, k); ``data`` (N, D)."""
        values = np.array(self.values.map(layout.nodes)(x[layout.around], data.T)[1]).T
        low, high = self.bounds()
        outside = np.maximum(np.maximum(low - values, values - high), 0.0)
        parts = np.split(outside, np.cumsum(self.counts)[:-1], axis=1)
        return list(zip(self.problem.constraints, parts, strict=True))


def _at(problem: Problem[Any], values: tuple[Tensor, ...]) -> At:
    """Names for what a node sees."""
    waiting = iter(values)
    value, first, second = {}, {}, {}
    for variable in problem.variables:
        value[variable.name] = next(waiting)
        if variable.form != "shared":
            first[variable.name], second[variable.name] = next(waiting), next(waiting)
    return At(value | {name: next(waiting) for name in problem.data}, first, second)
