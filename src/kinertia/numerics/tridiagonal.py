"""Systems of equations in which each unknown is tied to its neighbours only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def solve(lower: Array, diagonal: Array, upper: Array, right: Array) -> Array:
    """Solve by cyclic reduction: half of the unknowns goes at a time, so that no loop runs over samples.

    Parameters
    ----------
    lower, diagonal, upper : (N,) coefficients of the unknown before, of the own and of the one after; ``lower[0]`` and
        ``upper[-1]`` are 0. Without pivoting, so the diagonal has to dominate.
    right : (N, ...) right-hand sides.

    Returns
    -------
    (N, ...) unknowns.
    """
    shape = right.shape
    right = right.reshape(len(right), -1)
    if len(right) <= 1:
        return (right / diagonal[:, None]).reshape(shape)
    even, odd = slice(0, None, 2), slice(1, None, 2)
    # each odd row, less multiples of the even rows around it, ties odd unknowns to odd ones
    before = lower[odd] / diagonal[even][: len(diagonal[odd])]
    following = diagonal[2::2]
    inner = len(following)
    after = np.zeros_like(before)
    after[:inner] = upper[odd][:inner] / following
    reduced_diagonal = diagonal[odd] - before * upper[even][: len(before)]
    reduced_diagonal[:inner] -= after[:inner] * lower[2::2]
    reduced_lower = -before * lower[even][: len(before)]
    reduced_upper = np.zeros_like(before)
    reduced_upper[:inner] = -after[:inner] * upper[2::2]
    reduced_right = right[odd] - before[:, None] * right[even][: len(before)]
    reduced_right[:inner] -= after[:inner, None] * right[2::2]

    result = np.empty_like(right)
    result[odd] = solve(reduced_lower, reduced_diagonal, reduced_upper, reduced_right)
    rest = right[even].copy()
    rest[: len(before)] -= upper[even][: len(before), None] * result[odd]
    rest[1:] -= lower[2::2, None] * result[odd][:inner]
    result[even] = rest / diagonal[even, None]
    return result.reshape(shape)
