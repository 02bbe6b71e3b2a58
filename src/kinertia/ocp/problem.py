"""An optimal-control problem as it is stated: unknowns with bounds, what is measured, goals with weights, constraints.

Everything is said of one node in time, in torch, by name; :mod:`kinertia.ocp.program` makes a sparse nonlinear program of it.
The form is that of OpenSim Moco (Dembia et al. 2020, PLoS Comput Biol 16, e1008493).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf, prod
from typing import Generic, Literal, TypeVar

from torch import Tensor

from kinertia.recording import Array

State = TypeVar("State")


@dataclass(frozen=True)
class Variable:
    """An unknown."""

    name: str  # by which functions of a node find it
    shape: tuple[int, ...]  # of its value at a node
    # ``spline``: cubic B-spline with one coefficient per node, so that its derivatives are exact; ``nodes``: a value at every
    # node; ``shared``: one value for the whole movement
    form: Literal["spline", "nodes", "shared"]
    # low, high: bounds, broadcast to ``shape``; those of a spline hold for its coefficients
    low: Array | float = -inf
    high: Array | float = inf

    @property
    def size(self) -> int:
        """Numbers in its value at a node."""
        return prod(self.shape)


@dataclass(frozen=True)
class At:
    """What the functions of a node see, by name."""

    value: Mapping[str, Tensor]  # of every variable at the node, and of the data
    first: Mapping[str, Tensor]  # time derivative of splines [1/s]; of values at nodes the difference from the node before
    # second time derivative of splines [1/s^2]; of values at nodes the second difference around the node. Before the first node
    # and after the last one of a movement that does not repeat, the node's own value stands for the missing one
    second: Mapping[str, Tensor]

    def __getitem__(self, name: str) -> Tensor:
        return self.value[name]


@dataclass(frozen=True)
class Goal(Generic[State]):
    """A term of the cost of a node: ``weight`` times what ``of`` returns, a number."""

    name: str
    weight: float
    of: Callable[[State], Tensor]


@dataclass(frozen=True)
class Constraint(Generic[State]):
    """Bounds on what ``of`` returns at every node, (k,); ``low`` and ``high`` are numbers or (k,). ``unit`` is for reports."""

    name: str
    unit: str
    of: Callable[[State], Tensor]
    low: Array | float = 0.0
    high: Array | float = 0.0


@dataclass(frozen=True)
class Problem(Generic[State]):
    """A movement to be found."""

    step_s: float  # time between nodes [s]
    variables: tuple[Variable, ...]  # unknowns
    data: Mapping[str, tuple[int, ...]]  # shapes of what is given at every node, by name
    state: Callable[[At], State]  # from what a node sees to what goals and constraints look at; worked out once for all of them
    goals: tuple[Goal[State], ...]  # their sum, over nodes, is the cost
    constraints: tuple[Constraint[State], ...]  # hold at every node
