"""Products of vectors and rotations in space, on planes: vectors are (3, S, ...), rotations three columns of that shape.

Each is linear in both factors, so that its derivatives are products as well. Written as such, training keeps the factors alone
and passes over half as much memory as through the elementary operations; forward derivatives and traces see the latter.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import torch
from torch import Tensor
from torch.autograd import Function

Columns: TypeAlias = tuple[Tensor, Tensor, Tensor]


def cross(a: Tensor, b: Tensor) -> Tensor:
    """a x b."""
    return _Cross.apply(a, b) if _recorded(a, b) else _cross(a, b)  # pyright: ignore[reportReturnType]


def turned(columns: Columns, v: Tensor) -> Tensor:
    """R v: the sum of the columns times the components."""
    return _Turned.apply(*columns, v) if _recorded(*columns, v) else _turned(columns, v)  # pyright: ignore[reportReturnType]


def turned_back(columns: Columns, v: Tensor) -> Tensor:
    """R^T v: the columns' products with the vector."""
    return _TurnedBack.apply(*columns, v) if _recorded(*columns, v) else _turned_back(columns, v)  # pyright: ignore[reportReturnType]


def dot(a: Tensor, b: Tensor) -> Tensor:
    """a . b, (S, ...)."""
    return _Dot.apply(a, b) if _recorded(a, b) else _dot(a, b)  # pyright: ignore[reportReturnType]


def about_z(columns: Columns, cos: Tensor, sin: Tensor) -> tuple[Tensor, Tensor]:
    """First two columns after a rotation about the third; ``cos`` and ``sin`` (S, ...)."""
    x, y = columns[:2]
    if _recorded(x, y, cos, sin):
        return _AboutZ.apply(x, y, cos, sin)  # pyright: ignore[reportReturnType]
    return _about_z(x, y, cos, sin)


def _recorded(*factors: Tensor) -> bool:
    return torch.is_grad_enabled() and any(factor.requires_grad for factor in factors)


def _cross(a: Tensor, b: Tensor) -> Tensor:
    return torch.stack([torch.addcmul(a[i] * b[j], a[j], b[i], value=-1.0) for i, j in ((1, 2), (2, 0), (0, 1))])


def _turned(columns: Columns, v: Tensor) -> Tensor:
    return torch.addcmul(torch.addcmul(columns[0] * v[0], columns[1], v[1]), columns[2], v[2])


def _turned_back(columns: Columns, v: Tensor) -> Tensor:
    return torch.stack([_dot(column, v) for column in columns])


def _about_z(x: Tensor, y: Tensor, cos: Tensor, sin: Tensor) -> tuple[Tensor, Tensor]:
    return torch.addcmul(x * cos, y, sin), torch.addcmul(y * cos, x, sin, value=-1.0)


def _dot(a: Tensor, b: Tensor) -> Tensor:
    return torch.addcmul(torch.addcmul(a[0] * b[0], a[1], b[1]), a[2], b[2])


class _Product(Function):
    generate_vmap_rule = True

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, ...], output: Any) -> None:
        ctx.save_for_backward(*inputs)


class _Cross(_Product):
    @staticmethod
    def forward(a: Tensor, b: Tensor) -> Tensor:
        return _cross(a, b)

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> tuple[Tensor | None, ...]:
        (g,) = grad_outputs
        a, b = ctx.saved_tensors
        # da = b x g,  db = g x a
        products = (lambda: _cross(b, g), lambda: _cross(g, a))
        return _needed(ctx, products)


class _Dot(_Product):
    @staticmethod
    def forward(a: Tensor, b: Tensor) -> Tensor:
        return _dot(a, b)

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> tuple[Tensor | None, ...]:
        (g,) = grad_outputs
        a, b = ctx.saved_tensors
        return _needed(ctx, (lambda: b * g, lambda: a * g))


class _Turned(_Product):
    @staticmethod
    def forward(x: Tensor, y: Tensor, z: Tensor, v: Tensor) -> Tensor:
        return _turned((x, y, z), v)

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> tuple[Tensor | None, ...]:
        (g,) = grad_outputs
        x, y, z, v = ctx.saved_tensors
        # dR = g v^T,  dv = R^T g
        return _needed(ctx, (lambda: g * v[0], lambda: g * v[1], lambda: g * v[2], lambda: _turned_back((x, y, z), g)))


class _TurnedBack(_Product):
    @staticmethod
    def forward(x: Tensor, y: Tensor, z: Tensor, v: Tensor) -> Tensor:
        return _turned_back((x, y, z), v)

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> tuple[Tensor | None, ...]:
        (g,) = grad_outputs
        x, y, z, v = ctx.saved_tensors
        # dR = v g^T,  dv = R g
        return _needed(ctx, (lambda: v * g[0], lambda: v * g[1], lambda: v * g[2], lambda: _turned((x, y, z), g)))


class _AboutZ(_Product):
    @staticmethod
    def forward(x: Tensor, y: Tensor, cos: Tensor, sin: Tensor) -> tuple[Tensor, Tensor]:
        return _about_z(x, y, cos, sin)

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> tuple[Tensor | None, ...]:
        gx, gy = grad_outputs
        x, y, cos, sin = ctx.saved_tensors

        # x' = x cos + y sin,  y' = y cos - x sin
        by_columns = (lambda: torch.addcmul(gx * cos, gy, sin, value=-1.0), lambda: torch.addcmul(gy * cos, gx, sin))
        return _needed(ctx, (*by_columns, lambda: _dot(gx, x) + _dot(gy, y), lambda: _dot(gx, y) - _dot(gy, x)))


def _needed(ctx: Any, derivatives: tuple[Any, ...]) -> tuple[Tensor | None, ...]:
    """Derivatives of the factors that need one, summed over where a factor was spread out."""
    pairs = zip(ctx.saved_tensors, ctx.needs_input_grad, derivatives, strict=True)
    return tuple(derivative().sum_to_size(factor.shape) if needed else None for factor, needed, derivative in pairs)
