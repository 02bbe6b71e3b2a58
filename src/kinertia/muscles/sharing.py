"""Which muscles give a moment: activations at the least cost, with reserve moments where muscles cannot.

For every sample and leg, with M activations a, J moments b, the moments A of full activation and reserves r::

    minimise   1/p sum w a^p + 1/2 sum (r / s)^2   over   low <= a <= high,   A a + r = b

It is solved in the J multipliers m of the moments. They give a = clip((A^T m / w)^(1 / (p - 1))) and r = s^2 m, and the best
are where what is left of the moments, b - A a - r, vanishes. For p = 2 that is piecewise linear and Newton's method ends after
a few steps (Li & Swetits 1997, SIAM J. Optim. 7:595-619). What is left falls along every step, so there always is an answer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Numbers = NDArray[np.floating]
Which = NDArray[np.intp]
"""Indices of problems."""
MOST_STEPS = 200  # 11 were needed by 10,000 random moments for p = 2
RELATIVE = 1e-10  # what may be left of the moments, over their size
FLAT = 1e-3  # activation below which the slope of the root in a is held, which is infinite at zero for p > 2
FINEST = 30  # halvings of a step in search of its length for p > 2


@dataclass(frozen=True)
class Shared:
    """Activations (..., M), reserve moments (..., J) [N m] and multipliers (..., J)."""

    activation: Array
    reserve: Array
    multiplier: Array


def share(
    moments: Array,
    full: Array,
    weight: Array,
    reserve: Array | float,
    low: Array | float = 0.0,
    high: Array | float = 1.0,
    *,
    start: Array | None = None,
    exponent: float = 2.0,
) -> Shared:
    """Activations that give moments at the least cost.

    Parameters
    ----------
    moments : (..., J) b [N m].
    full : (..., J, M) A, moments at full activation [N m].
    weight : (..., M) w, positive.
    reserve : (..., J) or one number s: the reserve moment that costs as much as a muscle of weight 1 at full activation [N m].
    low, high : (..., M) bounds of the activations.
    start : (..., J) multipliers to start from, as those of the sample before; default zero.
    exponent : of the activations, p, two or more.
    """
    batch = np.broadcast_shapes(moments.shape[:-1], full.shape[:-2], np.shape(weight)[:-1])
    count, (many, muscles) = int(np.prod(batch)), full.shape[-2:]
    b = np.broadcast_to(moments, (*batch, many)).reshape(count, many)
    m = np.zeros_like(b) if start is None else np.broadcast_to(start, (*batch, many)).reshape(count, many)
    pull = np.broadcast_to(full, (*batch, many, muscles)).reshape(count, many, muscles)
    w, lowest, highest = (np.broadcast_to(x, (*batch, muscles)).reshape(count, muscles) for x in (weight, low, high))
    soft = np.broadcast_to(np.square(reserve), b.shape)
    problem = _Problem(b, pull, w, lowest, highest, soft, exponent)
    result, activation, reserve = m.copy(), np.empty((count, muscles)), np.empty_like(b)
    going: NDArray[np.intp] | slice = slice(None)
    state = problem.at(m)

    def keep(which: NDArray[np.intp] | slice) -> None:
        # all that muscles do not give is reserve, were it never solved
        result[which], activation[which], reserve[which] = m, state[1], state[0] + problem.soft * m

    for _ in range(MOST_STEPS):
        unsolved = problem.unsolved(state)
        if not unsolved.any():
            break
        if 2 * unsolved.sum() < len(unsolved):
            keep(going)
            problem, m, going = problem.pick(unsolved), m[unsolved], np.arange(count)[going][unsolved]
            state = tuple(x[unsolved] for x in state)
        m, state = problem.step(m, state)
    keep(going)
    return Shared(*(x.reshape(*batch, -1) for x in (activation, reserve, result)))


State = tuple[Array, ...]
"""What is left of the moments (N, J), activations (N, M) and where these are free (N, M)."""


@dataclass(frozen=True)
class _Problem:
    """Flat problems (N, ...), as of :func:`share`; ``soft`` is s^2."""

    moments: Array
    full: Array
    weight: Array
    low: Array
    high: Array
    soft: Array
    exponent: float

    def pick(self, which: NDArray[np.bool_]) -> _Problem:
        """Some of the problems."""
        return replace(self, **{name: x[which] for name, x in vars(self).items() if name != "exponent"})

    def at(self, m: Array) -> State:
        """What multipliers (N, J) give."""
        wanted = (m[:, None, :] @ self.full)[:, 0] / self.weight
        if self.exponent != 2.0:
            wanted = np.where(wanted < 0.0, wanted, np.abs(wanted) ** (1.0 / (self.exponent - 1.0)))
        activation = np.minimum(np.maximum(wanted, self.low), self.high)
        left = self.moments - (self.full @ activation[..., None])[..., 0] - self.soft * m
        return left, activation, activation == wanted

    def unsolved(self, state: State) -> NDArray[np.bool_]:
        """(N,) where too much is left of the moments."""
        return np.abs(state[0]).max(-1) > RELATIVE * (1.0 + np.abs(self.moments).max(-1))

    def step(self, m: Array, state: State) -> tuple[Array, State]:
        """Better multipliers, and what they give."""
        left, activation, free = state
        # da/d(A^T m): 1 / w, or with p > 2 its power's slope
        slope = free / self.weight
        if self.exponent != 2.0:
            slope /= (self.exponent - 1.0) * np.maximum(activation, FLAT) ** (self.exponent - 2.0)
        matrix = (self.full * slope[:, None, :]) @ self.full.transpose(0, 2, 1)
        diagonal = np.arange(matrix.shape[-1])
        matrix[:, diagonal, diagonal] += self.soft
        step = np.linalg.solve(matrix, left[..., None])[..., 0]
        there = self.at(m + step)
        # what is left, along the step, falls from here on: less than nothing means that it went too far
        over = (step * there[0]).sum(-1) < -0.1 * (step * left).sum(-1)
        if over.any():
            step[over] *= self.pick(over)._length(m[over], step[over])
            there = self.at(m + step)
        return m + step, there

    def _length(self, m: Array, step: Numbers) -> Array:
        """(N, 1) how far along a step that goes too far what is left vanishes."""
        from_, change = ((x[:, None, :] @ self.full)[:, 0] / self.weight for x in (m, step))
        # it is straight (for p = 2) between the lengths at which a muscle meets a bound
        moving = np.where(change == 0.0, np.inf, change)
        bends = [(bound ** (self.exponent - 1.0) - from_) / moving for bound in (self.low, self.high)]
        others = np.concatenate([np.zeros(1), np.ones(1) if self.exponent == 2.0 else 0.5 ** np.arange(FINEST)])
        at = np.sort(np.clip(np.concatenate([*bends, np.tile(others, (len(m), 1))], -1), 0.0, 1.0), -1)
        low, high = np.zeros(len(m), int), np.full(len(m), at.shape[1] - 1)
        row = np.arange(len(m))
        value = [self._along(m, step, at[row, k]) for k in (low, high)]
        while (high - low > 1).any():
            middle = (low + high) // 2
            new = self._along(m, step, at[row, middle])
            up = new >= 0.0
            low, high = np.where(up, middle, low), np.where(up, high, middle)
            value = [np.where(up, new, value[0]), np.where(up, value[1], new)]
        first, last = at[row, low], at[row, high]
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(value[0] > value[1], value[0] / (value[0] - value[1]), 0.0)
        return (first + share * (last - first))[:, None]

    def _along(self, m: Array, step: Numbers, t: Numbers) -> Array:
        return (step * self.at(m + t[:, None] * step)[0]).sum(-1)
