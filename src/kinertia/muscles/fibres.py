"""State of the fibres under a rigid tendon, and the force that each unit of activation gives."""

from __future__ import annotations

from dataclasses import dataclass

from kinertia.muscles.arrays import Given, functions, like, positive
from kinertia.muscles.muscle_set import MuscleSet

SHORTEST = 0.2
"""Least length of a fibre along the tendon, in optimal lengths: shorter ones are outside of every curve here."""


@dataclass(frozen=True)
class Fibres:
    """Muscles at a moment; all (..., M).

    Attributes
    ----------
    length, speed : of the fibres, in optimal lengths and maximal speeds; shortening is negative.
    cosine : of the pennation.
    active : force along the tendon at full activation [N].
    passive : force along the tendon at none [N].
    """

    length: Given
    speed: Given
    cosine: Given
    active: Given
    passive: Given


def rigid(muscles: MuscleSet, length: Given, speed: Given) -> Fibres:
    """Fibres of muscles whose tendons keep their slack length.

    Parameters
    ----------
    length, speed : (..., M) of muscle with tendon [m, m/s].
    """
    slack, optimal = (like(x, length) for x in (muscles.slack_length, muscles.optimal_length))
    return state(muscles, functions(length).maximum(length - slack, SHORTEST * optimal + 0.0 * length), speed)


def state(muscles: MuscleSet, along: Given, speed: Given) -> Fibres:
    """Fibres whose length along the tendon is ``along`` (..., M) [m], which changes at ``speed`` (..., M) [m/s]."""
    xp = functions(along)
    optimal, thickness, fastest, strongest, damping = (
        like(x, along)
        for x in (muscles.optimal_length, muscles.thickness, muscles.fastest, muscles.max_force, muscles.curves.damping)
    )
    # muscles keep their thickness: l cos(a) along the tendon, l sin(a) = l_opt sin(a_opt) across (Zajac 1989)
    fibre = xp.sqrt(along**2 + thickness**2)
    cosine = along / fibre
    length, rate = fibre / optimal, cosine * speed / fastest
    active, passive, velocity = muscles.curves.of_fibres(length, rate)
    strength = active * velocity
    # F = F_max (a f_l f_v + f_p + d v) cos(a), and no fibre pushes
    resting = positive(passive + damping * rate)
    return Fibres(length, rate, cosine, strongest * strength * cosine, strongest * resting * cosine)
