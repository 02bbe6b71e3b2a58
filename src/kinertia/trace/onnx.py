"""Traced torch functions as nodes of two ONNX graphs: one that runs once, and one that runs for every sample.

Every level of nonlinear operations is one product of the atoms so far with a matrix, which gives all operands, and one node
for each kind of operation. Entries of the matrices that depend on the inputs of the first graph are its outputs and the
second one's inputs. A node of ONNX Runtime 1.31 takes 0.25 to 0.8 us, a product 0.2 us for a thousand multiplications
(double precision, one core), so that one wide product is faster than several narrow ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from onnx import TensorProto, numpy_helper
from torch import Tensor

from kinertia.trace.capture import Objects, capture, replay
from kinertia.trace.forms import ALWAYS, FUNCTIONS, ONCE, Atom, Form, Scalar, Space
from kinertia.trace.nodes import Nodes

SCATTERED, APART = 16, 5000
"""A term of a gathered sum takes as long as 16 entries of a matrix (3.3 us per thousand), its nodes as long as 5000."""

Shapes = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class Traced:
    """A function as forms: the space of its atoms, and what it returned."""

    space: Space
    results: list[Objects]


def trace(function: Callable[..., Sequence[Tensor]], once: Shapes, always: Shapes) -> Traced:
    """Trace a torch function of the inputs of the graph that runs once and then those of the one that runs for every sample.

    NotImplementedError: the function uses a torch operation that has no counterpart here; the message names it.
    """
    space = Space()
    given = [space.enter(name, shape, ONCE) for name, shape in once.items()]
    given += [space.enter(name, shape, ALWAYS) for name, shape in always.items()]
    graph = capture(function, [*once.values(), *always.values()])
    return Traced(space, [np.asarray(x, dtype=object) for x in replay(graph, given, FUNCTIONS)])


def add_always(nodes: Nodes, traced: Traced, inputs: Mapping[str, str], wanted: Objects) -> tuple[str, dict[str, Objects]]:
    """Add the nodes that compute ``wanted`` (M,), forms of either stage and numbers, for every sample.

    Returns
    -------
    The tensor (1, M), and the matrices that the graph takes as inputs: what :func:`add_once` has to compute.
    """
    levels = _Levels(nodes, traced.space, ALWAYS, inputs)
    return levels.compute([traced.space.lifted(x, ALWAYS).gathered() for x in wanted.tolist()]), levels.matrices


def add_once(nodes: Nodes, traced: Traced, inputs: Mapping[str, str], wanted: Mapping[str, Objects]) -> dict[str, str]:
    """Add the nodes that compute something once: tensors of the shapes of ``wanted``, arrays of forms of the first stage.

    ``inputs`` are tensors (1, n) of the function's inputs, by name.
    """
    space = traced.space
    filled = {name: np.flatnonzero([isinstance(x, Form) or x != 0.0 for x in array.flat]) for name, array in wanted.items()}
    forms = {name: [space.lifted(x, ONCE) for x in wanted[name].ravel()[k]] for name, k in filled.items()}
    distinct = {form.name: form for each in forms.values() for form in each}
    place = {name: k for k, name in enumerate(distinct)}
    values = nodes.apply(
        "Squeeze", _Levels(nodes, space, ONCE, inputs).compute(list(distinct.values())), nodes.constant(np.array([0]))
    )
    result: dict[str, str] = {}
    for name, array in wanted.items():
        entries = nodes.apply("Gather", values, nodes.constant(np.array([place[form.name] for form in forms[name]])))
        zeros = nodes.apply("ConstantOfShape", nodes.constant(np.array([array.size])), value=ZERO)
        scattered = nodes.apply("ScatterElements", zeros, nodes.constant(filled[name]), entries)
        result[name] = nodes.apply("Reshape", scattered, nodes.constant(np.array(array.shape, dtype=np.int64)))
    return result


class _Levels:
    """Forms of one stage as nodes, level after level.

    Attributes
    ----------
    matrices : what the nodes take as inputs of the graph, by name.
    """

    def __init__(self, nodes: Nodes, space: Space, stage: int, inputs: Mapping[str, str]) -> None:
        self._nodes, self._space, self._stage = nodes, space, stage
        self.matrices: dict[str, Objects] = {}
        self._tensors: dict[str, list[Atom]] = {}
        self._home: dict[Atom, str] = {}
        self._one = nodes.constant(np.ones((1, 1)))
        self._keep(self._one, [space.one])
        for name, tensor in inputs.items():
            self._keep(tensor, space.inputs[name])

    def compute(self, wanted: Sequence[Scalar]) -> str:
        """The tensor (1, len(wanted)) of scalars."""
        forms = [self._space.lifted(x, self._stage) for x in wanted]
        # choices, which may be NaN, apart from the rest
        runs = [(chosen, list(each)) for chosen, each in groupby(forms, key=_is_choice)]
        atoms = _needed(forms)
        kinds = {key: list(each) for key, each in groupby(atoms, key=lambda atom: (atom.depth, atom.operator))}
        jobs = [
            (depth, [atom.operands[r] for atom in each])
            for (depth, _), each in kinds.items()
            for r in range(len(each[0].operands))
        ]
        last = max((1 + form.depth for chosen, each in runs for form in each if not chosen), default=0)
        jobs += [(last, each) for chosen, each in runs if not chosen]
        ready: dict[tuple[int, ...], str] = {}
        for level in range(1, max(depth for depth, _ in jobs) + 1):
            self._operands(ready, [vector for depth, vector in jobs if depth == level])
            for (depth, operator), each in kinds.items():
                if depth == level:
                    operands = [ready[_names(atom.operands[r] for atom in each)] for r in range(len(each[0].operands))]
                    self._keep(OPERATORS[operator](self._nodes, *operands), each)
        parts = [self._direct(each) or self._product(each) if chosen else ready[_names(each)] for chosen, each in runs]
        return parts[0] if len(parts) == 1 else self._nodes.concat(*parts)

    def _keep(self, tensor: str, atoms: list[Atom]) -> None:
        self._tensors[tensor] = atoms
        self._home |= dict.fromkeys(atoms, tensor)

    def _operands(self, ready: dict[tuple[int, ...], str], vectors: list[list[Form]]) -> None:
        """Add vectors of forms to what is ready: all that are computed by one product."""
        missing: dict[tuple[int, ...], list[Form]] = {}
        for vector in vectors:
            direct = self._direct(vector)
            if direct is not None:
                ready[_names(vector)] = direct
            elif _names(vector) not in ready:
                missing[_names(vector)] = vector
        if missing:
            columns = [form for vector in missing.values() for form in vector]
            parts = self._nodes.split(self._product(columns), [len(vector) for vector in missing.values()])
            ready |= zip(missing, parts, strict=True)

    def _product(self, columns: list[Form]) -> str:
        """(1, columns) sums of atoms times coefficients."""
        homes = {self._one, *(self._home[atom] for form in columns for atom in form.terms)}
        rows = [tensor for tensor in self._tensors if tensor in homes]
        place = {atom: k for k, atom in enumerate(atom for tensor in rows for atom in self._tensors[tensor])}
        row, longest = self._nodes.concat(*rows), max(len(form.terms) for form in columns)
        # in a matrix NaN, of a choice or of an input that is not known, would reach every sum
        dense = len(place) * len(columns) <= SCATTERED * longest * len(columns) + APART
        if self._stage == ALWAYS and dense and not any(map(_is_choice, columns)):
            matrix = np.zeros((len(place), len(columns)), dtype=object)
            for n, form in enumerate(columns):
                for atom, k in form.terms.items():
                    matrix[place[atom], n] = k
            return self._nodes.apply("MatMul", row, self._entry(matrix))
        index, weight = np.zeros((longest, len(columns)), dtype=np.int32), np.zeros((longest, len(columns)), dtype=object)
        for n, form in enumerate(columns):
            index[: len(form.terms), n] = [place[atom] for atom in form.terms]
            weight[: len(form.terms), n] = list(form.terms.values())
        chosen = self._nodes.apply("Gather", row, self._nodes.constant(index), axis=1)
        scaled = self._nodes.apply("Mul", chosen, self._entry(weight))
        return self._nodes.apply("ReduceSum", scaled, self._nodes.constant(np.array([1])), keepdims=0)

    def _entry(self, matrix: Objects) -> str:
        """A matrix as a constant, or as an input where entries depend on what is computed once."""
        if not any(isinstance(x, Form) for x in matrix.flat):
            return self._nodes.constant(matrix.astype(np.float64))
        name = f"matrix_{len(self.matrices) + 1}"
        self.matrices[name] = matrix
        return self._nodes.input(name, matrix.shape, "float64")

    def _direct(self, vector: list[Form]) -> str | None:
        """The tensor that holds a vector of forms already, or a constant."""
        terms = [next(iter(form.terms.items())) for form in vector if len(form.terms) == 1]
        if len(terms) < len(vector):
            return None
        atoms, values = [atom for atom, _ in terms], [k for _, k in terms]
        if set(atoms) == {self._space.one} and not any(isinstance(k, Form) for k in values):
            return self._nodes.constant(np.array([values], dtype=np.float64))
        tensor = self._home[atoms[0]]
        return tensor if self._tensors[tensor] == atoms and set(values) == {1.0} else None


def _names(vector: Iterable[Form]) -> tuple[int, ...]:
    return tuple(form.name for form in vector)


def _is_choice(form: Form) -> bool:
    return any(atom.operator.endswith("Where") for atom in form.terms)


def _needed(forms: Sequence[Form]) -> list[Atom]:
    """Atoms that forms are made of, sorted by depth and operator."""
    result: set[Atom] = set()
    waiting = list(forms)
    while waiting:
        new = waiting.pop().terms.keys() - result
        result |= new
        waiting += [form for atom in new for form in atom.operands]
    return sorted((atom for atom in result if atom.depth), key=lambda atom: (atom.depth, atom.operator, atom.index))


ZERO = numpy_helper.from_array(np.zeros(1))


def _simple(operator: str) -> Callable[..., str]:
    return lambda nodes, *operands: nodes.apply(operator, *operands)


def _single(nodes: Nodes, x: str) -> str:
    return nodes.apply("Cast", nodes.apply("Cast", x, to=TensorProto.FLOAT), to=TensorProto.DOUBLE)


OPERATORS: dict[str, Callable[..., str]] = {  # nodes of the operations of :mod:`kinertia.trace.forms`
    **{name: _simple(name) for name in ("Cos", "Sin", "Tanh", "Exp", "Sqrt", "Relu", "Softplus", "Mul", "Div", "Reciprocal")},
    "Linear": lambda _, x: x,
    "Single": _single,
    "Greater Where": lambda nodes, x, y, a, b: nodes.apply("Where", nodes.apply("Greater", x, y), a, b),
    "IsNaN Where": lambda nodes, x, a, b: nodes.apply("Where", nodes.apply("IsNaN", x), a, b),
}
