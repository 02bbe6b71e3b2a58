"""Muscles of a wearer at work beside an exported model's graph: numpy alone, sample by sample."""

from __future__ import annotations

import numpy as np

from kinertia.estimation.estimate import TOLD_BWBH
from kinertia.muscles import Legs, leg
from kinertia.recording import GRAVITY, Array, Subject
from kinertia.runtime.card import Layout

SIDES = "rl"


def names(layout: Layout) -> tuple[str, ...]:
    """Names of what :class:`Muscles` gives.

    For each leg ``<muscle>_<side>_activation`` [0-1], then ``<muscle>_<side>_force`` [N], ``<coordinate>_<side>_reserve`` [N m]
    that no muscle gives, and ``muscles_lack_<side>``: 1 where that is more than can be left out of account, else 0.

    ValueError if the model gives no moments for muscles.
    """
    muscles = leg()
    if missing := [name for side in SIDES for name in _moments(side) if name not in layout.index]:
        raise ValueError(f"the model gives no {missing[0]}, which muscles would have to give; leave muscles out")
    result = []
    for side in SIDES:
        result += [f"{name}_{side}_{what}" for what in ("activation", "force") for name in muscles.names]
        result += [*(f"{name}_{side}_reserve" for name in muscles.coordinates), f"muscles_lack_{side}"]
    return tuple(result)


def _moments(side: str) -> list[str]:
    return [f"{name}_{side}_moment" for name in leg().coordinates]


class Muscles:
    """Which muscles give the moments of one wearer; values of a model in, one sample after the other.

    Parameters
    ----------
    layout : of the model's values.
    rate_hz : of the samples.
    subject : the wearer, with mass and height.
    """

    def __init__(self, layout: Layout, rate_hz: float, subject: Subject) -> None:
        self._count = len(names(layout))
        self._legs = Legs(leg().scaled(subject.mass_kg, subject.height_m), rate_hz)
        at = layout.index
        coordinates = self._legs.muscles.coordinates
        self._angles = np.array([[at[f"{name}_{side}"] for name in coordinates] for side in SIDES])
        self._moments = np.array([[at[name] for name in _moments(side)] for side in SIDES])
        self._vertical = np.array([at[f"grf_y_{side}"] for side in SIDES])
        self._weight = subject.mass_kg * GRAVITY
        self._limit = TOLD_BWBH * self._weight * subject.height_m

    def forget(self) -> None:
        """Start again, as after a pause."""
        self._legs.forget()

    def step(self, values: Array) -> Array:
        """What muscles do (N,) at the next sample, as :func:`names` has it; NaN where values are missing."""
        angles, moments = values[self._angles], values[self._moments]
        vertical = values[self._vertical] * self._weight
        if not np.isfinite(angles.sum() + moments.sum() + vertical.sum()):
            self.forget()
            return np.full(self._count, np.nan)
        found = self._legs.step(angles, moments, vertical)
        lack = np.abs(found.reserve).max(-1, keepdims=True) > self._limit
        return np.concatenate([found.activation, found.force, found.reserve, lack], -1).ravel()
