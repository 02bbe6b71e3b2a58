"""Which muscles give a moment: activations at the least cost, with reserve moments where muscles cannot.

For every sample and leg, with M activations a, J moments b, the moments A of full activation and reserves r::

    minimise   1/p sum w a^p + 1/2 sum (r / s)^2   over   low <= a <= high,   A a + r = b

It is solved in the J multipliers m of the moments. They give a = clip((A^T m / w)^(1 / (p - 1))) and r = s^2 m, and the best
are where what is left of the moments, b - A a - r, vanishes. For p = 2 that is piecewise linear and Newton's method ends after
a few steps (Li & Swetits 1997, SIAM J. Optim. 7:595-619). What is left falls along every step, so there always is an answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Numbers = NDArray[np.floating]
MOST_STEPS = 200  # 11 were needed by 10,000 random moments for p = 2
RELATIVE = 1e-10  # what may be left of the moments, over their size
FEW = 16  # problems that are cheaper to step together than to sort
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
    each = np.ones(full.shape[-1])
    problem = _Problem(moments, full, weight, low * each, high * each, np.asarray(np.square(reserve)), exponent)
    m = problem.multipliers(start)
    m, state = _settled(problem, m)
    # all that muscles do not give is reserve, were it never solved
    return Shared(state.activation, state.left + problem.soft * m, m)


class State(NamedTuple):
    """What multipliers give."""

    left: Array  # (..., J) of the moments
    activation: Array  # (..., M)
    free: NDArray[np.bool_]  # (..., M) where activations are between bounds
    unsolved: NDArray[np.bool_]  # (...,) where too much is left


def _settled(problem: _Problem, m: Array) -> tuple[Array, State]:
    """Multipliers (..., J) at which nothing is left of the moments, from others, and what they give."""
    state = problem.at(m)
    for _ in range(MOST_STEPS):
        unsolved = state.unsolved
        count = np.count_nonzero(unsolved)
        if not count:
            break
        if unsolved.size > max(2 * count, FEW):
            # the others are left out
            which, now = _settled(problem.pick(unsolved), m[unsolved])
            m = m.copy()
            for x, new in zip((m, *state), (which, *now), strict=True):
                x[unsolved] = new
            break
        m, state = problem.step(m, state)
    return m, state


@dataclass(frozen=True)
class _Problem:
    """Problems of any leading dimensions, as of :func:`share`; ``soft`` is s^2."""

    moments: Array
    full: Array
    weight: Array
    low: Array
    high: Array
    soft: Array
    exponent: float

    def multipliers(self, start: Array | None) -> Array:
        """(..., J) to start from."""
        batch = np.broadcast_shapes(self.moments.shape[:-1], self.full.shape[:-2], self.weight.shape[:-1])
        given = np.zeros(self.moments.shape[-1]) if start is None else start
        shape = (*batch, given.shape[-1])
        return given if given.shape == shape else np.broadcast_to(given, shape)

    def pick(self, which: NDArray[np.bool_]) -> _Problem:
        """Some of the problems, (N, ...)."""
        (many, muscles), batch = self.full.shape[-2:], which.shape

        def some(x: Array, *last: int) -> Array:
            return np.broadcast_to(x, (*batch, *last))[which]

        moments, soft = some(self.moments, many), some(self.soft, many)
        bounds = some(self.weight, muscles), some(self.low, muscles), some(self.high, muscles)
        return _Problem(moments, some(self.full, many, muscles), *bounds, soft, self.exponent)

    @cached_property
    def enough(self) -> Array:
        """(...,) what may be left of the moments [N m]."""
        return RELATIVE * (1.0 + np.maximum.reduce(np.abs(self.moments), -1))

    @cached_property
    def back(self) -> Array:
        """(..., M, J) moments of activations."""
        return np.swapaxes(self.full, -1, -2)

    @cached_property
    def moving(self) -> Array:
        """(..., J, M) how activations follow multipliers between their bounds."""
        return self.full / self.weight[..., None, :]

    @cached_property
    def stiff(self) -> Array:
        """(..., J, J) how reserves do."""
        return self.soft[..., None] * np.eye(self.full.shape[-2])

    def at(self, m: Array) -> State:
        """What multipliers (..., J) give."""
        rows = m[..., None, :]
        wanted, activation = self._activation(rows)
        left = self.moments - (activation @ self.back)[..., 0, :] - self.soft * m
        free = (activation == wanted)[..., 0, :]
        return State(left, activation[..., 0, :], free, np.maximum.reduce(np.abs(left), -1) > self.enough)

    def _activation(self, m: Array) -> tuple[Array, Array]:
        """Activations (..., T, M) that multipliers (..., T, J) want, and those within bounds."""
        wanted = m @ self.moving
        if self.exponent != 2.0:
            wanted = np.where(wanted < 0.0, wanted, np.abs(wanted) ** (1.0 / (self.exponent - 1.0)))
        return wanted, np.minimum(np.maximum(wanted, self.low[..., None, :]), self.high[..., None, :])

    def step(self, m: Array, state: State) -> tuple[Array, State]:
        """Better multipliers, and what they give."""
        left, activation, free, _ = state
        # da/d(A^T m): 1 / w, or with p > 2 its power's slope
        slope = free
        if self.exponent != 2.0:
            slope = free / ((self.exponent - 1.0) * np.maximum(activation, FLAT) ** (self.exponent - 2.0))
        matrix = (self.moving * slope[..., None, :]) @ self.back + self.stiff
        step = np.linalg.solve(matrix, left[..., None])[..., 0]
        there = self.at(m + step)
        if np.count_nonzero(there.unsolved):
            # what is left, along the step, falls from here on: less than nothing means that it went too far
            over = ((step * there.left).sum(-1) < -0.1 * (step * left).sum(-1)) & there.unsolved
            if np.count_nonzero(over):
                step = step * np.where(over, self._length(m, step), 1.0)[..., None]
                there = self.at(m + step)
        return m + step, there

    def _length(self, m: Array, step: Numbers) -> Array:
        """(...,) how far along a step that goes too far what is left vanishes."""
        rows = np.stack((m, step), -2)
        pulled = rows @ self.moving
        from_, change = pulled[..., 0, :], pulled[..., 1, :]
        # it is straight (for p = 2) between the lengths at which a muscle meets a bound
        along = np.where(change == 0.0, np.inf, change)
        bends = [(bound ** (self.exponent - 1.0) - from_) / along for bound in (self.low, self.high)]
        others = np.array([0.0, 1.0]) if self.exponent == 2.0 else np.append(0.0, 0.5 ** np.arange(FINEST))
        bends.append(np.broadcast_to(others, (*m.shape[:-1], len(others))))
        at = np.sort(np.minimum(np.maximum(np.concatenate(bends, -1), 0.0), 1.0), -1)
        # (..., T) what is left along the step at these lengths; it falls
        tried = m[..., None, :] + at[..., None] * step[..., None, :]
        given = self._activation(tried)[1] @ self.back
        soft = np.broadcast_to(self.soft, m.shape)
        left = ((self.moments[..., None, :] - given - soft[..., None, :] * tried) @ step[..., None])[..., 0]
        after = np.clip((left >= 0.0).sum(-1, keepdims=True), 1, at.shape[-1] - 1)
        (first, more), (last, less) = ([np.take_along_axis(x, k, -1)[..., 0] for x in (at, left)] for k in (after - 1, after))
        return first + np.where(more > less, more / np.where(more > less, more - less, 1.0), 0.0) * (last - first)
