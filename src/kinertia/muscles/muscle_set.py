"""Muscles as data: the Hill-type muscle-tendon units of one leg."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kinertia.muscles.curves import Curves
from kinertia.muscles.paths import Paths

Array = NDArray[np.float64]
SPECIFIC_TENSION = 6.0e5
"""Maximal stress of muscle [N/m^2]; Arnold et al. (2010), Ann. Biomed. Eng. 38:269-279, give 6.1e5."""


@dataclass(frozen=True)
class MuscleSet:
    """M muscles that move J coordinates; numbers are (M,), or (..., M) for people that differ.

    Attributes
    ----------
    name : where the muscles come from.
    names, coordinates : of the muscles and of the coordinates that they move, without side.
    max_force : maximal isometric force [N].
    optimal_length : of the fibres [m].
    slack_length : of the tendon [m].
    pennation : angle between fibres and tendon at the optimal length [rad].
    max_speed : of shortening, in optimal lengths per second.
    activation_time, deactivation_time : time constants of activation [s].
    paths : lengths and moment arms.
    curves : of force.
    mass, height : of the person whose muscles these are [kg, m].
    """

    name: str
    names: tuple[str, ...]
    coordinates: tuple[str, ...]
    max_force: Array
    optimal_length: Array
    slack_length: Array
    pennation: Array
    max_speed: Array
    activation_time: Array
    deactivation_time: Array
    paths: Paths
    curves: Curves
    mass: float
    height: float

    @property
    def volume(self) -> Array:
        """(..., M) volume of the muscles [m^3]: V = F l / s, of maximal force, optimal length and specific tension."""
        return self.max_force * self.optimal_length / SPECIFIC_TENSION

    @cached_property
    def relative_volume(self) -> Array:
        """(..., M) volume of the muscles over their mean."""
        return self.volume / self.volume.mean(-1, keepdims=True)

    @cached_property
    def thickness(self) -> Array:
        """(..., M) of the muscles, which fibres keep: l sin(a) = l_opt sin(a_opt) [m]."""
        return self.optimal_length * np.sin(self.pennation)

    @cached_property
    def fastest(self) -> Array:
        """(..., M) maximal speed of shortening [m/s]."""
        return self.optimal_length * self.max_speed

    def scaled(self, mass: float, height: float) -> MuscleSet:
        """The muscles of a person of another mass [kg] and height [m].

        Lengths and moment arms grow with height, volumes with mass times height (Handsfield et al. 2014, J. Biomech.
        47:631-638), so forces, which are volume over length, with mass.
        """
        longer = height / self.height
        return replace(
            self,
            # F = V / l: (m h) / h
            max_force=self.max_force * (mass / self.mass),
            optimal_length=self.optimal_length * longer,
            slack_length=self.slack_length * longer,
            paths=replace(self.paths, coefficients=self.paths.coefficients * longer),
            mass=mass,
            height=height,
        )
