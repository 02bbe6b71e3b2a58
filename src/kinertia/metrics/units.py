"""Units in which results are compared between people: degrees, BWBH %, BW %."""

from __future__ import annotations

import numpy as np

from kinertia.recording import GRAVITY, Array, Subject


def degrees(angle: Array) -> Array:
    """Angle [rad] in degrees."""
    return np.degrees(angle)


def bwbh_percent(moment: Array, subject: Subject) -> Array:
    """Joint moment [N m] as a percentage of body weight times body height: 100 M / (m g H)."""
    return 100.0 * moment / (subject.mass_kg * GRAVITY * subject.height_m)


def bw_percent(force: Array) -> Array:
    """Force [BW] as a percentage of body weight."""
    return 100.0 * force
