"""Where the unknowns of a movement stand in its vector, and how what a node sees follows from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kinertia.ocp.problem import Variable
from kinertia.recording import Array

Indices = NDArray[np.intp]


@dataclass(frozen=True)
class Layout:
    """Places of the unknowns: variable after variable, each node after node.

    Where a movement is not periodic, its last node not followed by the first, splines have one more coefficient at each end.
    """

    variables: tuple[Variable, ...]
    nodes: int
    periodic: bool

    def rows(self, variable: Variable) -> int:
        """Values of a variable over the movement."""
        if variable.form == "shared":
            return 1
        return self.nodes + (2 if variable.form == "spline" and not self.periodic else 0)

    @cached_property
    def places(self) -> dict[str, Indices]:
        """Places of each variable in the vector of unknowns, (rows, ...); of a shared one its shape."""
        result, begin = {}, 0
        for variable in self.variables:
            rows = () if variable.form == "shared" else (self.rows(variable),)
            count = self.rows(variable) * variable.size
            result[variable.name] = np.arange(begin, begin + count).reshape((*rows, *variable.shape))
            begin += count
        return result

    @property
    def intervals(self) -> int:
        """Steps in time: a movement that repeats has one more, from its last node to its first."""
        return self.nodes if self.periodic else self.nodes - 1

    @property
    def size(self) -> int:
        """Length of the vector of unknowns."""
        return sum(place.size for place in self.places.values())

    def split(self, x: Array) -> dict[str, Array]:
        """Each variable's part of a vector of unknowns, shaped as its places."""
        return {name: x[place] for name, place in self.places.items()}

    def join(self, parts: Mapping[str, Array | float]) -> Array:
        """The counterpart of :meth:`split`; variables that are not named are zero."""
        x = np.zeros(self.size)
        for name, part in parts.items():
            x[self.places[name]] = np.reshape(part, self.places[name].shape)
        return x

    def bounds(self) -> tuple[Array, Array]:
        """Lower and upper bounds of all unknowns."""
        low, high = np.empty(self.size), np.empty(self.size)
        for variable in self.variables:
            low[self.places[variable.name]], high[self.places[variable.name]] = variable.low, variable.high
        return low, high

    @cached_property
    def around(self) -> Indices:
        """(S, N) places of the unknowns that each node depends on: of each variable those before, at and after the node, or the
        shared one. Where a movement that does not repeat begins or ends, a node's own values stand for the missing ones."""
        result = []
        for variable in self.variables:
            place = self.places[variable.name]
            if variable.form == "shared":
                result.append(np.repeat(place.reshape(-1, 1), self.nodes, axis=1))
                continue
            flat = place.reshape(len(place), variable.size)
            for shift in (-1, 0, 1):
                at = np.arange(self.nodes) + shift + (len(flat) - self.nodes) // 2
                result.append(flat[at % len(flat) if self.periodic else np.clip(at, 0, len(flat) - 1)].T)
        return np.concatenate(result)


def combine(variables: tuple[Variable, ...], step_s: float) -> Array:
    """(L, S) matrix from the unknowns around a node to what it sees: value, first, second of each variable, or shared values.

    Notes
    -----
    de Boor (1978), A Practical Guide to Splines: q = (c- + 4 c + c+) / 6, q' = (c+ - c-) / 2h, q'' = (c+ - 2 c + c-) / h^2.
    """
    forms = {
        "spline": np.array([[1 / 6, 4 / 6, 1 / 6], [-0.5 / step_s, 0, 0.5 / step_s], np.array([1, -2, 1]) / step_s**2]),
        "nodes": np.array([[0.0, 1, 0], [-1, 1, 0], [1, -2, 1]]),
        "shared": np.ones((1, 1)),
    }
    blocks = [np.kron(forms[variable.form], np.eye(variable.size)) for variable in variables]
    ends = np.cumsum([0] + [len(block) for block in blocks])
    whole = np.zeros((ends[-1], ends[-1]))
    for block, begin, end in zip(blocks, ends, ends[1:], strict=False):
        whole[begin:end, begin:end] = block
    return whole
