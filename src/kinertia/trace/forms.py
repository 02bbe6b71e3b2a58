"""Scalars of a traced function as affine forms of atoms, so that all that is linear becomes products with few matrices.

A *form* is a sum of atoms with coefficients. An *atom* is an input, or a nonlinear operation on forms: cos, a product
of two forms, a quotient. Sums, and products with numbers, stay within the form; equal atoms exist once.

There are two stages. Forms of the first have numbers for coefficients. Forms of the second have numbers or forms of the first:
what is computed once for a person is folded into the coefficients of what is computed for every sample.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias, cast

import numpy as np

from kinertia.trace.capture import Objects, Operation

ONCE, ALWAYS = 0, 1  # stages: of what is computed once, and of what is computed for every sample
ROUNDING = 1e-13
"""Sums of coefficients that are smaller than this part of them are zero: second differences of a constant, for example."""
TURNS = ("Cos", "Sin")

Scalar: TypeAlias = "float | Form"


@dataclass(frozen=True, eq=False)
class Atom:
    """An input or one nonlinear operation."""

    operator: str  # what is done to the operands, see :data:`kinertia.trace.onnx.OPERATORS`; of an input its name
    operands: tuple[Form, ...]  # what it is done to, forms of the same stage
    depth: int  # nonlinear operations on the way from the inputs
    index: int  # order of creation


class Space:
    """The atoms of one traced function, each of which exists once; ``inputs`` are those of its arguments, by name."""

    def __init__(self) -> None:
        self._atoms: dict[object, Atom] = {}
        self._names: dict[object, int] = {}
        self.inputs: dict[str, list[Atom]] = {}
        self.one = self._atom("One", (), 0, "One")

    def enter(self, name: str, shape: tuple[int, ...], stage: int) -> Objects:
        """An array of inputs."""
        self.inputs[name] = [self._atom(name, (), 0, ("input", name, k)) for k in range(math.prod(shape))]
        out = np.empty(len(self.inputs[name]), dtype=object)
        out[:] = [self.alone(atom, stage) for atom in self.inputs[name]]
        return out.reshape(shape)

    def sum(self, stage: int, terms: dict[Atom, Scalar]) -> Scalar:
        """A form; where none of its atoms are left, a form of the earlier stage or a number."""
        kept: dict[Atom, Scalar] = {atom: k for atom, k in terms.items() if isinstance(k, Form) or k != 0.0}
        return Form(self, stage, kept) if kept.keys() - {self.one} else kept.get(self.one, 0.0)

    def lifted(self, x: Scalar, stage: int) -> Form:
        """A scalar as a form of a stage."""
        return x if isinstance(x, Form) and x.stage == stage else Form(self, stage, {self.one: x})

    def apply(self, operator: str, *operands: Scalar) -> Form:
        """One nonlinear operation."""
        stage = max(x.stage for x in operands if isinstance(x, Form))
        forms = [self.lifted(x, stage) for x in operands]
        depth = 1 + max(form.depth for form in forms)
        if depth > 1:
            # what is linear in the inputs comes out of the first matrix
            forms = [form.gathered() for form in forms]
        if operator == "Mul":
            forms.sort(key=lambda form: form.name)
        atom = self._atom(operator, tuple(forms), depth, (operator, *(form.name for form in forms)))
        return self.alone(atom, stage)

    def alone(self, atom: Atom, stage: int) -> Form:
        """An atom as a form."""
        return Form(self, stage, {atom: 1.0})

    def name(self, content: object) -> int:
        """A number that equal contents share."""
        return self._names.setdefault(content, len(self._names))

    def _atom(self, operator: str, operands: tuple[Form, ...], depth: int, key: object) -> Atom:
        if key not in self._atoms:
            self._atoms[key] = Atom(operator, operands, depth, len(self._atoms))
        return self._atoms[key]


@dataclass(frozen=True, eq=False)
class Form:
    """A sum of atoms with coefficients; numbers are coefficients of the space's ``one``."""

    space: Space
    stage: int
    terms: dict[Atom, Scalar]

    @cached_property
    def depth(self) -> int:
        return max(atom.depth for atom in self.terms)

    @cached_property
    def name(self) -> int:
        """A number that equal forms share."""
        parts = ((atom.index, isinstance(k, Form), k.name if isinstance(k, Form) else k) for atom, k in self.terms.items())
        return self.space.name((self.stage, *sorted(parts)))

    def gathered(self) -> Form:
        """The same with all that is linear in the inputs of every sample as one atom."""
        inputs = {a: k for a, k in self.terms.items() if a.depth == 0 and a is not self.space.one}
        if self.stage == ONCE or not inputs:
            return self
        linear, scale = Form(self.space, self.stage, inputs).normalized()
        (atom,) = self.space.apply("Linear", linear).terms
        return Form(self.space, self.stage, {**{a: k for a, k in self.terms.items() if a not in inputs}, atom: scale})

    def normalized(self) -> tuple[Form, Scalar]:
        """The form over the coefficient of its first atom, and that coefficient; 1 where dividing would take an operation."""
        first = self.terms[min(self.terms, key=lambda atom: (atom is self.space.one, atom.index))]
        if len(self.terms) == 1:
            return self.space.alone(next(iter(self.terms)), self.stage), first
        if isinstance(first, Form):
            return self, 1.0
        return Form(self.space, self.stage, {atom: k / first for atom, k in self.terms.items()}), first

    def __add__(self, other: Scalar) -> Scalar:
        if not isinstance(other, Form) and other == 0.0:
            return self
        stage = max(self.stage, other.stage) if isinstance(other, Form) else self.stage
        terms = dict(self.space.lifted(self, stage).terms)
        for atom, k in self.space.lifted(other, stage).terms.items():
            terms[atom] = _sum(terms[atom], k) if atom in terms else k
        return self.space.sum(stage, terms)

    def __mul__(self, other: Scalar) -> Scalar:
        if not isinstance(other, Form):
            return self._scaled(float(other))
        if self.stage == other.stage:
            return self._product(other)
        early, late = sorted((self, other), key=lambda form: form.stage)
        return late.gathered()._scaled(early)

    def _scaled(self, factor: Scalar) -> Scalar:
        return self.space.sum(self.stage, {atom: k * factor for atom, k in self.terms.items()})

    def _product(self, other: Form) -> Scalar:
        for turn, vector in ((self, other), (other, self)):
            if (result := turn._turned_back(vector)) is not None:
                return result
        (one, k), (two, factor) = (form.normalized() for form in sorted((self, other), key=lambda form: len(form.terms)))
        if self.stage == ALWAYS or len(one.terms) > 1:
            return self.space.apply("Mul", one, two) * (k * factor)
        # what is computed once may have many products, so that those with one atom cancel and are shared
        result = cast("Scalar", 0.0)
        for atom, weight in two.terms.items():
            part = one if atom is self.space.one else self.space.apply("Mul", one, self.space.alone(atom, self.stage))
            result = result + part * weight
        return result * (k * factor)

    def _turned_back(self, other: Form) -> Scalar | None:
        """Product of a cosine or sine with a component of a vector that was turned by the same angle; None for all others.

        With s (s f) = f - c (c f) and s (c f) = c (s f), vectors that are turned back and turned again are what they were.
        """
        ((turn, scale), *more), space = self.terms.items(), self.space
        turned = {} if more or turn.operator not in TURNS else {a: x for a in other.terms if (x := _turned(a, turn))}
        if not any(len(form.terms) > 1 for _, form in turned.values()):
            return None
        cos, total = space.apply("Cos", *turn.operands), cast("Scalar", 0.0)
        for atom, k in other.terms.items():
            before, form = turned.get(atom, ("", space.lifted(0.0, self.stage)))
            if not before:
                part = space.alone(turn, self.stage) * space.sum(self.stage, {atom: 1.0})
            elif before == turn.operator:
                twice = space.apply("Mul", cos, space.apply("Mul", cos, form))
                part = twice if before == "Cos" else form - twice
            else:
                part = space.apply("Mul", cos, space.apply("Mul", space.apply("Sin", *turn.operands), form))
            total = total + part * (k * scale)
        return total

    def __truediv__(self, other: Scalar) -> Scalar:
        if not isinstance(other, Form):
            return self * (1.0 / other)
        return self * other.reciprocal() if other.stage == ONCE else self.space.apply("Div", self, other)

    def __rtruediv__(self, other: float) -> Scalar:
        return self.reciprocal() * other if self.stage == ONCE else self.space.apply("Div", other, self)

    def reciprocal(self) -> Scalar:
        """1 over the form, of the first stage."""
        form, scale = self.normalized()
        return self.space.apply("Reciprocal", form) / scale

    def __pow__(self, power: float) -> Scalar:
        if power not in (1, 2, 3):
            raise NotImplementedError(f"no counterpart of the power {power}; write it with products, sqrt or a quotient")
        return math.prod([self] * int(power))

    def __neg__(self) -> Scalar:
        return self * -1.0

    def __sub__(self, other: Scalar) -> Scalar:
        return self + -other

    def __rsub__(self, other: float) -> Scalar:
        return -self + other

    __radd__, __rmul__ = __add__, __mul__


def _sum(a: Scalar, b: Scalar) -> Scalar:
    """Sum of two coefficients, zero where only rounding is left of numbers."""
    if isinstance(a, Form) or isinstance(b, Form):
        return a + b
    return 0.0 if abs(a + b) <= ROUNDING * abs(a) else a + b


def _turned(atom: Atom, turn: Atom) -> tuple[str, Form] | None:
    """Of a product with a cosine or sine of the same angle: which of the two, and the other factor."""
    for factor, other in (atom.operands, atom.operands[::-1]) if atom.operator == "Mul" else ():
        first, *more = factor.terms
        if not more and first.operator in TURNS and first.operands[0].name == turn.operands[0].name:
            return first.operator, other
    return None


@dataclass(frozen=True, eq=False)
class Condition:
    """A comparison, which can only be chosen by."""

    operator: str
    operands: tuple[Scalar, ...]


def _function(operator: str, numeric: Callable[[float], float]) -> Operation:
    return lambda x: x.space.apply(operator, x) if isinstance(x, Form) else numeric(float(x))


def _greater(a: Scalar, b: Scalar) -> Condition | bool:
    return Condition("Greater", (a, b)) if isinstance(a, Form) or isinstance(b, Form) else a > b


def _not_a_number(x: Scalar) -> Condition | bool:
    return Condition("IsNaN", (x,)) if isinstance(x, Form) else math.isnan(x)


def _where(condition: Condition | bool, a: Scalar, b: Scalar) -> Scalar:
    if not isinstance(condition, Condition):
        return a if condition else b
    known = next(x for x in condition.operands if isinstance(x, Form))
    return known.space.apply(f"{condition.operator} Where", *condition.operands, a, b)


FUNCTIONS: dict[str, Callable[..., Any]] = {  # functions of forms and numbers, by the names of torch's operations
    "cos": _function("Cos", math.cos),
    "sin": _function("Sin", math.sin),
    "tanh": _function("Tanh", math.tanh),
    "exp": _function("Exp", math.exp),
    "sqrt": _function("Sqrt", math.sqrt),
    "relu": _function("Relu", lambda x: max(x, 0.0)),
    "softplus": _function("Softplus", lambda x: float(np.logaddexp(0.0, x))),
    "single": _function("Single", lambda x: float(np.float32(x))),
    "gt": _greater,
    "isnan": _not_a_number,
    "where": _where,
}
