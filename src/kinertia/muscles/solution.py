"""Muscles that give joint moments, sample by sample."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kinertia.muscles.fibres import rigid
from kinertia.muscles.muscle_set import MuscleSet
from kinertia.muscles.readiness import MOST_BW, ways
from kinertia.muscles.sharing import share

Array = NDArray[np.float64]
GRAVITY = 9.81  # m/s^2
SPARE = 0.05
"""Reserve moments below this are those of muscles that can give the moment [N m]."""


@dataclass(frozen=True)
class Effort:
    """What muscles are chosen by; docs/muscles.md says what led to the defaults.

    Attributes
    ----------
    exponent : of the activations, two or more.
    volume : power of a muscle's volume in what its activation costs: at 1 it costs in proportion, at 0 as any other's.
    tone : least activation; muscles at work are never silent (2 % is OpenSim's least control in computed muscle control).
    reserve : moment that costs as much as a muscle of mean volume at full activation, when no muscle gives it [N m].
    passive : whether fibres that no activation pulls resist being stretched.
    """

    exponent: float = 2.0
    volume: float = 0.5
    tone: float = 0.02
    reserve: float = 1.0
    passive: bool = True


@dataclass(frozen=True)
class MuscleForces:
    """What muscles do; (..., M) of muscles and (..., J) of coordinates.

    Attributes
    ----------
    activation : between 0 and 1.
    force : along the tendon [N].
    passive : part of it that is there without activation [N].
    length, speed : of the fibres, in optimal lengths and maximal speeds.
    arms : (..., M, J) moment arms [m].
    reserve : moments that no muscle gives [N m].
    multiplier : (..., W + 1, J) to start the next sample from: for each way in which a load may come, and for what makes up.
    """

    activation: Array
    force: Array
    passive: Array
    length: Array
    speed: Array
    arms: Array
    reserve: Array
    multiplier: Array


def solve_muscles(
    muscles: MuscleSet,
    angles: Array,
    velocities: Array,
    moments: Array,
    effort: Effort | None = None,
    *,
    load: Array | None = None,
    start: Array | None = None,
) -> MuscleForces:
    """Activations of least effort that give the moments (static optimisation), with rigid tendons.

    Parameters
    ----------
    muscles : of M muscles and J coordinates.
    angles, velocities, moments : (..., J) of its coordinates, in its signs [rad, rad/s, N m].
    effort : what muscles are chosen by.
    load : (...,) that may come within a reflex [N], result of :mod:`kinertia.muscles.readiness`; None: muscles of a leg never
        pull against each other.
    start : multipliers of a sample nearby, where one is known.

    Notes
    -----
    Crowninshield & Brand (1981), J. Biomech. 14:793-801; Happee & van der Helm (1995), J. Biomech. 28:1179-1191 (volumes).
    """
    effort = effort or Effort()
    length, arms = muscles.paths(angles)
    # L' = dL/dq q' = -r q'
    fibres = rigid(muscles, length, -(arms @ velocities[..., None])[..., 0])
    resting = fibres.passive if effort.passive else 0.0 * fibres.passive
    # r (a F_active + F_passive) + reserve = moment
    lacking = (moments - (resting[..., None, :] @ arms)[..., 0, :])[..., None, :]
    if load is not None:
        heaviest = MOST_BW * GRAVITY * muscles.mass
        lacking = lacking + ways(muscles.coordinates, muscles.height) * np.minimum(load, heaviest)[..., None, None]
    full = np.swapaxes(arms * fibres.active[..., None], -1, -2)[..., None, :, :]
    weight = muscles.relative_volume**effort.volume
    cost = effort.reserve, effort.tone
    given = None if start is None else start[..., :-1, :]
    shared = share(lacking, full, weight[..., None, :], *cost, start=given, exponent=effort.exponent)
    # the mean over the ways in which a load may come, which sum to nothing, gives the moment of now
    count = shared.reserve.shape[-2]
    activation, reserve = shared.activation.sum(-2) / count, shared.reserve.sum(-2) / count
    multiplier = np.concatenate([shared.multiplier, 0.0 * reserve[..., None, :]], -2)
    over = (np.abs(reserve) > SPARE).any(-1)
    if load is not None and np.count_nonzero(over):
        # a way that is too much for muscles is none that the moment of now lacks: the least change that gives it
        pull = np.broadcast_to(full[..., 0, :, :], (*over.shape, *full.shape[-2:]))[over]
        bounds = effort.tone - activation[over], 1.0 - activation[over]
        given = None if start is None else start[..., -1, :][over]
        wide = np.broadcast_to(weight, activation.shape)[over]
        change = share(reserve[over], pull, wide, effort.reserve, *bounds, start=given)
        activation[over], reserve[over] = activation[over] + change.activation, change.reserve
        multiplier[..., -1, :][over] = change.multiplier
    force = activation * fibres.active + resting
    return MuscleForces(activation, force, resting, fibres.length, fibres.speed, arms, reserve, multiplier)
