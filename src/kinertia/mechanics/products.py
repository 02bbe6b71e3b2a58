"""Products of vectors and rotations in space, on planes: vectors are (3, S, ...), rotations three columns of that shape.

Each is linear in both factors, so that its derivatives are products as well. Written as such, training keeps the factors alone
and takes two thirds of the time of the elementary operations' own derivatives; forward derivatives and traces see the latter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import torch
from torch import Tensor
from torch.autograd import Function

Columns: TypeAlias = tuple[Tensor, Tensor, Tensor]
Factors: TypeAlias = Sequence[Tensor]


def cross(a: Tensor, b: Tensor) -> Tensor:
    """a x b."""
    return _product(_CROSS, a, b)[0]


def dot(a: Tensor, b: Tensor) -> Tensor:
    """a . b, (S, ...)."""
    return _product(_DOT, a, b)[0]


def scaled(a: Tensor, s: Tensor) -> Tensor:
    """a s for numbers (S, ...)."""
    return _product(_SCALED, a, s)[0]


def turned(columns: Columns, *v: Tensor) -> tuple[Tensor, ...]:
    """R v of each vector: the sum of the columns times its components."""
    return _product(_TURNED, *columns, *v)


def turned_back(columns: Columns, *v: Tensor) -> tuple[Tensor, ...]:
    """R^T v of each vector: the columns' products with it."""
    return _product(_TURNED_BACK, *columns, *v)


def about_z(columns: Columns, cos: Tensor, sin: Tensor) -> tuple[Tensor, ...]:
    """First two columns after a rotation about the third; ``cos`` and ``sin`` (S, ...)."""
    return _product(_ABOUT_Z, *columns[:2], cos, sin)


@dataclass(frozen=True)
class _Rule:
    """Products of factors, and from factors and the gradients of the products how to compute each factor's gradient."""

    value: Callable[..., tuple[Tensor, ...]]
    derivatives: Callable[[Factors, Factors], list[Callable[[], Tensor]]]


class _Product(Function):
    generate_vmap_rule = True

    @staticmethod
    def forward(rule: _Rule, *factors: Tensor) -> tuple[Tensor, ...]:
        return rule.value(*factors)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
        ctx.rule, *factors = inputs
        ctx.save_for_backward(*factors)

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> tuple[Tensor | None, ...]:
        factors = ctx.saved_tensors
        needed = zip(factors, ctx.needs_input_grad[1:], ctx.rule.derivatives(factors, grad_outputs), strict=True)
        # summed over where a factor was spread out
        return None, *(derivative().sum_to_size(factor.shape) if wanted else None for factor, wanted, derivative in needed)


def _product(rule: _Rule, *factors: Tensor) -> tuple[Tensor, ...]:
    if torch.is_grad_enabled() and any(factor.requires_grad for factor in factors):
        return _Product.apply(rule, *factors)  # pyright: ignore[reportReturnType]
    return rule.value(*factors)


def _sum(pairs: Sequence[tuple[Tensor, Tensor]]) -> Tensor:
    """a b + c d + ..."""
    total = pairs[0][0] * pairs[0][1]
    for a, b in pairs[1:]:
        total = torch.addcmul(total, a, b)
    return total


def _difference(a: Tensor, b: Tensor, c: Tensor, d: Tensor) -> Tensor:
    """a b - c d."""
    return torch.addcmul(a * b, c, d, value=-1.0)


def _cross(a: Tensor, b: Tensor) -> Tensor:
    return torch.stack([_difference(a[i], b[j], a[j], b[i]) for i, j in ((1, 2), (2, 0), (0, 1))])


def _dot(a: Tensor, b: Tensor) -> Tensor:
    return _sum([(a[0], b[0]), (a[1], b[1]), (a[2], b[2])])


def _turned(columns: Factors, v: Tensor) -> Tensor:
    return _sum([(columns[0], v[0]), (columns[1], v[1]), (columns[2], v[2])])


def _turned_back(columns: Factors, v: Tensor) -> Tensor:
    return torch.stack([_dot(column, v) for column in columns])


# d(a x b): b x g and g x a;  d(a . b): b g and a g;  d(a s): s g and a . g
_CROSS = _Rule(lambda a, b: (_cross(a, b),), lambda f, g: [lambda: _cross(f[1], g[0]), lambda: _cross(g[0], f[0])])
_DOT = _Rule(lambda a, b: (_dot(a, b),), lambda f, g: [lambda: f[1] * g[0], lambda: f[0] * g[0]])

_SCALED = _Rule(lambda a, s: (a * s,), lambda f, g: [lambda: g[0] * f[1], lambda: _dot(g[0], f[0])])


def _by_turned(factors: Factors, g: Factors) -> list[Callable[[], Tensor]]:
    # d(R v): g v^T and R^T g
    columns, v = factors[:3], factors[3:]
    by_columns = [lambda c=c: _sum([(each, to[c]) for each, to in zip(g, v, strict=True)]) for c in range(3)]
    return [*by_columns, *(lambda each=each: _turned_back(columns, each) for each in g)]


def _by_turned_back(factors: Factors, g: Factors) -> list[Callable[[], Tensor]]:
    # d(R^T v): v g^T and R g
    columns, v = factors[:3], factors[3:]
    by_columns = [lambda c=c: _sum([(to, each[c]) for each, to in zip(g, v, strict=True)]) for c in range(3)]
    return [*by_columns, *(lambda each=each: _turned(columns, each) for each in g)]


_TURNED = _Rule(lambda x, y, z, *v: tuple(_turned((x, y, z), each) for each in v), _by_turned)
_TURNED_BACK = _Rule(lambda x, y, z, *v: tuple(_turned_back((x, y, z), each) for each in v), _by_turned_back)
_ABOUT_Z = _Rule(
    # x' = x cos + y sin,  y' = y cos - x sin
    lambda x, y, cos, sin: (_sum([(x, cos), (y, sin)]), _difference(y, cos, x, sin)),
    lambda f, g: [
        lambda: _difference(g[0], f[2], g[1], f[3]),
        lambda: _sum([(g[1], f[2]), (g[0], f[3])]),
        lambda: _dot(g[0], f[0]) + _dot(g[1], f[1]),
        lambda: _dot(g[0], f[1]) - _dot(g[1], f[0]),
    ],
)
