"""The sign of the knee: the one thing in which people and OpenSim's gait2392 family differ.

Inside, as in OpenSim, knee flexion is negative. What is shown or written for people passes through here.
"""

from __future__ import annotations

from enum import StrEnum

KNEE = "knee_angle"
FLEXION_NAME = "knee_flexion"


class Knee(StrEnum):
    """What counts as positive at the knee, of angles and of moments."""

    FLEXION = "flexion"  # as clinicians and models of OpenSim's Rajagopal family count
    OPENSIM = "opensim"  # extension, as OpenSim's gait2392 family counts; the inside of this package


def sign(coordinate: str, knee: Knee) -> float:
    """Factor from a coordinate's value, or its moment, to the one shown."""
    return -1.0 if knee is Knee.FLEXION and coordinate.startswith(KNEE) else 1.0


def name(coordinate: str, knee: Knee) -> str:
    """Name of a coordinate in a table: ``knee_flexion_r`` where flexion is positive, ``knee_angle_r`` where it is negative."""
    return coordinate.replace(KNEE, FLEXION_NAME, 1) if knee is Knee.FLEXION else coordinate


def words(knee: Knee) -> str:
    """What is positive at the knee, as a heading says it."""
    return "flexion +" if knee is Knee.FLEXION else "extension +, flexion \u2212"
