"""Hard limits of contact with the ground."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Bounds:
    """Hard limits of contact; forces in body weights."""

    lifted_bw: float = 0.02
    """Largest vertical force of a contact point at ``clear_m`` above the ground; falls with the cube of height."""
    clear_m: float = 0.02  # Height above the ground at which a foot counts as lifted.
    sliding_bw_m_per_s: float = 0.03  # Largest product of vertical force and forward speed of a contact point.
    penetration_m: float = 1e-2  # Deepest a contact point goes below the ground.
    friction: float = 0.7  # Largest ratio of horizontal to vertical force.
    vertical_bw: float = 5.0  # Largest vertical force at a contact point.
