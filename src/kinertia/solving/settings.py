"""What trajectory optimisation weighs, bounds and how finely it looks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from kinertia.ocp.bounds import Bounds
from kinertia.weights import SOLVING, MuscleWeights, Weights


@dataclass(frozen=True)
class Windows:
    """How a recording that does not repeat is cut."""

    length_s: float = 2.0  # Length of a window.
    overlap_s: float = 0.5  # Part of a window that the next one does again, knowing what follows.
    calibration: int = 3  # Windows that sensors and body size are found from before the rest is solved with them.


@dataclass(frozen=True)
class Settings:
    """Everything that decides a solution besides the recording."""

    rate_hz: float = 100.0  # Nodes per second.
    body: Literal["gait2d_sole", "gait2d_trunk"] = "gait2d_sole"
    """Feet that roll from the heel to the toes, or that touch the ground at two points."""
    weights: Weights = SOLVING
    muscles: MuscleWeights = field(default_factory=MuscleWeights)  # What muscles cost, where moments are theirs.
    bounds: Bounds = field(default_factory=Bounds)
    windows: Windows = field(default_factory=Windows)
    iterations: int = 400
    """Most iterations of the solver, for each window; time bounds nothing, so that a busy machine changes no result."""
    tolerance: float = 1e-4  # Largest scaled error of the optimality conditions.
