"""Lengths of muscles with their tendons as polynomials in joint angles, and their derivatives, the moment arms."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations_with_replacement

import numpy as np
from numpy.typing import NDArray

from kinertia.muscles.arrays import Given, functions, like

Array = NDArray[np.float64]
TIGHT_M = 2e-4  # RMS error of lengths and arms at which a fit needs no further powers
HIGHEST_POWER = 9  # of a fit; knees that slide as they bend need it
MOST_TERMS = 126  # of one muscle: the fifth power of four coordinates


@dataclass(frozen=True)
class Paths:
    """L(q) = sum of coefficients times products of powers of the J coordinates.

    Attributes
    ----------
    powers : (T, J) of each term.
    coefficients : (..., M, T) [m]; leading dimensions are people or legs.
    """

    powers: NDArray[np.int64]
    coefficients: Array

    @cached_property
    def _straight(self) -> tuple[Array, Array] | None:
        """Lengths at zero and arms of paths whose arms are constant: seven of eight parts of the time less."""
        total = self.powers.sum(1)
        if total.max(initial=0) > 1:
            return None
        return self.coefficients @ (total == 0.0), -(self.coefficients @ self.powers)

    def __call__(self, q: Given) -> tuple[Given, Given]:
        """Lengths L (..., M) [m] and moment arms r = -dL/dq (..., M, J) [m] at ``q`` (..., J) [rad]; a moment is r F."""
        xp = functions(q, self.coefficients)
        if self._straight is not None:
            reference, arms = (like(x, q) for x in self._straight)
            return reference - (arms @ q[..., None])[..., 0], xp.broadcast_to(arms, (*q.shape[:-1], *arms.shape[-2:]))
        highest = int(self.powers.max(initial=0))
        raised = [xp.ones_like(q)]
        for _ in range(highest):
            raised.append(raised[-1] * q)
        # (..., J, P) powers and their derivatives n q^(n - 1)
        value = xp.stack(raised, -1)
        slope = xp.stack([xp.zeros_like(q)] + [n * raised[n - 1] for n in range(1, highest + 1)], -1)
        j = np.arange(self.powers.shape[1])
        factor, change = value[..., j, self.powers], slope[..., j, self.powers]  # (..., T, J)
        coefficients = like(self.coefficients, q)
        length = (coefficients @ _product(factor)[..., None])[..., 0]
        derivative = xp.stack(
            [_product(change[..., k : k + 1]) * _product(factor[..., j != k]) for k in j.tolist()], -1
        )  # (..., T, J)
        return length, -(coefficients @ derivative)


def _product(x: Given) -> Given:
    """Product over the last dimension."""
    result = x[..., 0] if x.shape[-1] else functions(x).ones(x.shape[:-1], dtype=x.dtype)
    for k in range(1, x.shape[-1]):
        result = result * x[..., k]
    return result


def linear(reference: Array, arms: Array) -> Paths:
    """L = L0 - sum of d q, from lengths at zero (M,) and constant moment arms (M, J) [m]."""
    count = arms.shape[1]
    return Paths(np.concatenate([np.zeros((1, count), int), np.eye(count, dtype=int)]), np.column_stack([reference, -arms]))


def fit(q: Array, length: Array, slope: Array) -> Paths:
    """Polynomials of the least degree that is tight, or of the highest, in the coordinates that each muscle crosses.

    Parameters
    ----------
    q : (N, J) sampled coordinates [rad].
    length, slope : (N, M) lengths [m] and (N, M, J) their derivatives [m/rad], both fitted with equal weight.
    """
    result: list[dict[tuple[int, ...], float]] = []
    for k in range(length.shape[1]):
        crossed = np.flatnonzero(np.abs(slope[:, k]).max(0) > 1e-6)
        result.append(_fit_one(q, length[:, k], slope[:, k], crossed))
    terms = sorted({term for each in result for term in each}, key=lambda term: (sum(term), term))
    table = np.array([[each.get(term, 0.0) for term in terms] for each in result])
    return Paths(np.array(terms, dtype=np.int64), table)


def _fit_one(q: Array, length: Array, slope: Array, crossed: NDArray[np.intp]) -> dict[tuple[int, ...], float]:
    powers, solved = np.zeros((1, q.shape[1]), np.int64), np.array([length.mean()])
    for degree in range(1, HIGHEST_POWER + 1 if len(crossed) else 1):
        wider = _powers(crossed, degree, q.shape[1])
        if len(wider) > MOST_TERMS:
            break
        powers = wider
        value, arms = Paths(powers, np.eye(len(powers)))(q)
        rows = np.concatenate([value, *(-arms[:, :, k] for k in crossed)])
        wanted = np.concatenate([length, *(slope[:, k] for k in crossed)])
        orthogonal, triangle = np.linalg.qr(rows)
        solved = np.linalg.solve(triangle, orthogonal.T @ wanted)
        if np.sqrt(np.mean((rows @ solved - wanted) ** 2)) < TIGHT_M:
            break
    return dict(zip(map(tuple, powers.tolist()), solved.tolist(), strict=True))


def _powers(crossed: NDArray[np.intp], degree: int, count: int) -> NDArray[np.int64]:
    """(T, J) of all products of at most ``degree`` of the coordinates that are crossed."""
    terms = [t for n in range(degree + 1) for t in combinations_with_replacement(crossed.tolist(), n)]
    return np.array([[t.count(k) for k in range(count)] for t in terms], dtype=np.int64)
