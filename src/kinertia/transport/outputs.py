"""Units of what a model gives, by the names in its layout."""

from __future__ import annotations

import math
from collections.abc import Sequence

ENDINGS = {"_moment": "N m", "_acc_x": "m/s^2", "_acc_y": "m/s^2", "_gyro_z": "rad/s"}
BEGINNINGS = {"grf_": "BW", "residual_": "BW", "pressure_": "BW m"}
ANGLES = ("pelvis_tilt", "hip_flexion", "knee_angle", "ankle_angle", "lumbar_extension")
OTHERS = {"residual_moment": "BWBH", "speed": "m/s"}


def unit(name: str) -> str:
    """Unit of one output: rad, m, m/s, N m, BW, BWBH, and of virtual signals m/s^2, rad/s."""
    if name in OTHERS:
        return OTHERS[name]
    for ending, item in ENDINGS.items():
        if name.endswith(ending):
            return item
    for beginning, item in BEGINNINGS.items():
        if name.startswith(beginning):
            return item
    return "rad" if name.startswith(ANGLES) else "m"


def table_columns(names: Sequence[str]) -> tuple[list[str], list[float]]:
    """Column titles and factors of a table for people: like the tables of whole recordings, with angles in degrees."""
    titles, factors = [], []
    for name in names:
        kind = unit(name)
        angle = kind == "rad"
        shown = f"root_{name}" if name.startswith("residual_") else f"{name}_virtual" if kind in ("m/s^2", "rad/s") else name
        titles.append(f"{shown} [{'deg' if angle else kind}]")
        factors.append(math.degrees(1.0) if angle else 1.0)
    return titles, factors
