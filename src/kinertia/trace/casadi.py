"""Traced torch functions as CasADi expressions, for solvers that need exact second derivatives of sparse problems."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod

import casadi as ca
import numpy as np
from torch import Tensor

from kinertia.trace.capture import Objects, Operation, capture, replay


def symbolic(function: Callable[..., Sequence[Tensor]], shapes: Sequence[tuple[int, ...]]) -> tuple[list[ca.SX], list[ca.SX]]:
    """Symbols of the entries of each argument of a torch function, row-major, and what it makes of them, each a column.

    NotImplementedError: the function uses a torch operation that has no counterpart here; the message names it.
    """
    symbols = [ca.SX.sym(f"s{i}", prod(shape)) for i, shape in enumerate(shapes)]
    given: list[Objects] = [np.empty(prod(shape), dtype=object) for shape in shapes]
    for array, symbol in zip(given, symbols, strict=True):
        array[:] = ca.vertsplit(symbol)
    arrays = [array.reshape(shape) for array, shape in zip(given, shapes, strict=True)]
    return symbols, [ca.vertcat(*x.ravel()) for x in replay(capture(function, shapes), arrays, FUNCTIONS)]


FUNCTIONS: dict[str, Operation] = {  # functions of one symbol, or of a number, for which CasADi's work as well
    **{name: getattr(ca, name) for name in ("cos", "sin", "sqrt", "tanh", "exp")},
    "relu": lambda x: ca.fmax(x, 0),
}
