"""Signs in the aligned signals that sensors are swapped, or have slipped since standing."""

from __future__ import annotations

import numpy as np

from kinertia.recording import Array
from kinertia.sensing.direction import PelvisEvidence

CLEAR = 0.15
"""Correlation from which each hint at the pelvis's direction counts."""
SLIP_DEG = 40.0
"""Largest difference between a segment in standing and its mean over strides [deg]; legs differ by up to 30 deg in running."""


def find_swaps(rates: dict[str, Array], pelvis: PelvisEvidence | None) -> list[str]:
    """Warnings about sensors that seem to be named wrongly.

    Parameters
    ----------
    rates : segment to (T,) rate about the mediolateral axis while walking straight [rad/s].
    pelvis : evidence for its direction, None without a pelvis sensor.
    """
    found = []
    for side in "rl":
        thigh, shank = rates.get(f"femur_{side}"), rates.get(f"tibia_{side}")
        # The shank swings through what hip and knee do together.
        if thigh is not None and shank is not None and np.std(thigh) > np.std(shank):
            found.append(f"femur_{side} turns faster than tibia_{side}: thigh and shank sensors may be swapped")
    if pelvis is not None and pelvis.sideways * pelvis.pendulum < 0 and min(abs(pelvis.sideways), abs(pelvis.pendulum)) > CLEAR:
        found.append(
            "the pelvis sways away from the leg that should carry it: left and right sensors may be swapped, "
            "or the pelvis sensor is loose"
        )
    return found


def find_slips(names: tuple[str, ...], standing_up: Array, walking_up: Array) -> list[str]:
    """Warnings about segments that were not upright in "standing", or sensors that have turned since.

    Parameters
    ----------
    names : K segment names.
    standing_up, walking_up : (K, 3) up in sensor axes in standing, and its mean over strides.
    """
    angle = np.degrees(np.arccos(np.clip((standing_up * walking_up).sum(-1), -1.0, 1.0)))
    return [
        f"{name} is on average {angle[k]:.0f} deg from its standing pose while walking: "
        "was the person standing upright, or has the sensor slipped?"
        for k, name in enumerate(names)
        if angle[k] > SLIP_DEG
    ]
