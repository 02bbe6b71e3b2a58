"""Traced torch functions as CasADi functions, for solvers that need exact second derivatives of sparse problems."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import casadi as ca
import numpy as np
from torch import Tensor

from kinertia.trace.capture import Objects, Operation, capture, replay


def symbolic(function: Callable[..., Sequence[Tensor]], shapes: Sequence[tuple[int, ...]], name: str) -> ca.Function:
    """A CasADi function that computes what a torch function computes.

    Parameters
    ----------
    function, shapes : see :func:`kinertia.trace.capture.capture`.
    name : name of the result.

    Returns
    -------
    CasADi function of column vectors (row-major entries of each tensor) to column vectors.

    Raises
    ------
    NotImplementedError
        If the function uses a torch operation that has no counterpart here; the message names it.
    """
    graph = capture(function, shapes)
    symbols = [ca.SX.sym(f"{name}_{i}", int(np.prod(shape, dtype=int))) for i, shape in enumerate(shapes)]
    found = replay(graph, [_objects(s, shape) for s, shape in zip(symbols, shapes, strict=True)], FUNCTIONS)
    return ca.Function(name, symbols, [_column(x) for x in found])


def _objects(symbol: ca.SX, shape: tuple[int, ...]) -> Objects:
    flat = np.empty(symbol.numel(), dtype=object)
    flat[:] = [symbol[i] for i in range(symbol.numel())]
    return flat.reshape(shape)


def _column(x: Any) -> ca.SX:
    return ca.vertcat(*x.ravel())


FUNCTIONS: dict[str, Operation] = {
    **{name: getattr(ca, name) for name in ("cos", "sin", "sqrt", "tanh", "exp")},
    "relu": lambda x: ca.fmax(x, 0),
}
"""Functions of one symbol, or of a number, for which CasADi's work as well."""
