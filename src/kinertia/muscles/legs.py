"""Muscles of a wearer's legs, sample by sample, as they are found in whole recordings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kinertia.muscles.muscle_set import MuscleSet
from kinertia.muscles.readiness import ComingLoad
from kinertia.muscles.solution import MuscleForces, solve_muscles

Array = NDArray[np.float64]


def speeds(angles: Array, rate_hz: float) -> Array:
    """(T, ...) how fast angles (T, ...) [rad] change [rad/s], from each sample and the two before, as in :class:`Legs`."""
    before = np.concatenate([np.repeat(angles[:1], 2, axis=0), angles])
    return _speed(before[2:], before[1:-1], before[:-2], rate_hz)


def _speed(now: Array, before: Array, earlier: Array, rate_hz: float) -> Array:
    # of second order: x' = (3 x_k - 4 x_(k-1) + x_(k-2)) / 2h
    return (1.5 * now - 2.0 * before + 0.5 * earlier) * rate_hz


class Legs:
    """L legs of one wearer, whose muscles they are, in samples at ``rate_hz``."""

    def __init__(self, muscles: MuscleSet, rate_hz: float) -> None:
        self.muscles, self._rate_hz = muscles, rate_hz
        self.forget()

    def forget(self) -> None:
        """Start again, as after a pause."""
        self._coming = ComingLoad(self._rate_hz)
        self._past: tuple[Array, Array] | None = None
        self._start: Array | None = None

    def step(self, angles: Array, moments: Array, vertical: Array) -> MuscleForces:
        """Muscles of the next sample.

        Parameters
        ----------
        angles, moments : (L, J) of the muscles' coordinates, in their signs [rad, N m].
        vertical : (L,) ground reaction [N].
        """
        before, earlier = self._past or (angles, angles)
        speed = _speed(angles, before, earlier, self._rate_hz)
        found = solve_muscles(self.muscles, angles, speed, moments, load=self._coming(vertical), start=self._start)
        self._past, self._start = (angles, before), found.multiplier
        return found
