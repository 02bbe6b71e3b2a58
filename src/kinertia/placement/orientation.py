"""How a sensor's axes lie on its segment, in words."""

from __future__ import annotations

from itertools import permutations, product

import numpy as np

from kinertia.recording import Array

_WORDS = {(0, 1): "forward", (0, -1): "backward", (1, 1): "up", (1, -1): "down", (2, 1): "right", (2, -1): "left"}


def right_angled() -> Array:
    """(24, 3, 3) rotations that map axes to axes."""
    result = []
    for order, signs in product(permutations(range(3)), product((1.0, -1.0), repeat=3)):
        matrix = np.zeros((3, 3))
        matrix[list(order), range(3)] = signs
        if np.linalg.det(matrix) > 0:
            result.append(matrix)
    return np.array(result)


def nearest(rotation: Array) -> tuple[Array, float]:
    """The right-angled rotation nearest to a (3, 3) rotation, and the angle between them [rad]."""
    choices = right_angled()
    best = choices[int(np.argmax(np.einsum("nij,ij->n", choices, rotation)))]
    return best, angle(best.T @ rotation)


def angle(rotation: Array) -> float:
    """Angle of a (3, 3) rotation [rad]."""
    return float(np.arccos(np.clip(0.5 * (np.trace(rotation) - 1.0), -1.0, 1.0)))


def words(rotation: Array) -> str:
    """Where the axes of a sensor point, to the nearest right angle: ``x backward, y up, z left``."""
    best, _ = nearest(rotation)
    parts = []
    for axis, name in enumerate("xyz"):
        row = int(np.argmax(np.abs(best[:, axis])))
        parts.append(f"{name} {_WORDS[row, 1 if best[row, axis] > 0 else -1]}")
    return ", ".join(parts)
