"""Small movements made by hand: a body that bobs over its feet, whose forces follow from Newton's law."""

from __future__ import annotations

import numpy as np

from kinertia.bodies import Body
from kinertia.simulation.gait import Gait

STEP_S = 0.01


def bobbing(body: Body, speed: float = 1.3, nodes: int = 80, slope_rad: float = 0.0, size: float = 0.01) -> Gait:
    """Both feet under the body; hip and knees move a little, and force carries what the bobbing asks for."""
    phase = 2 * np.pi * np.arange(nodes) / nodes
    names = body.skeleton.coordinate_names
    coefficients = np.zeros((nodes, len(names)))
    coefficients[:, 1] = 0.9 + size * np.cos(phase)
    for side, shift in (("r", 0.0), ("l", np.pi)):
        coefficients[:, names.index(f"hip_flexion_{side}")] = 0.3 * np.cos(phase + shift)
        coefficients[:, names.index(f"knee_angle_{side}")] = -0.5 + 0.3 * np.sin(phase + shift)
    around = coefficients[:, 1]
    lift = (np.roll(around, 1) - 2 * around + np.roll(around, -1)) / STEP_S**2
    force = np.zeros((nodes, len(body.skeleton.contacts), 2))
    force[..., 1] = ((1.0 + lift / 9.81) / len(body.skeleton.contacts))[:, None]
    moment = np.tile(0.01 * np.cos(phase)[:, None], (1, len(names) - 3))
    return Gait(body, coefficients, force, moment, STEP_S, True, speed, slope_rad)
