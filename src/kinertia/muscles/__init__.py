"""Muscles: data, forces, and which of them give the moments of a joint."""

from kinertia.muscles.gait2d import leg
from kinertia.muscles.legs import Legs, speeds
from kinertia.muscles.muscle_set import MuscleSet
from kinertia.muscles.readiness import ComingLoad, coming
from kinertia.muscles.sharing import Shared, share
from kinertia.muscles.solution import Effort, MuscleForces, solve_muscles

__all__ = [
    "ComingLoad",
    "Effort",
    "Legs",
    "MuscleForces",
    "MuscleSet",
    "Shared",
    "coming",
    "leg",
    "share",
    "solve_muscles",
    "speeds",
]
