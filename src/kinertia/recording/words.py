"""Segments and sensors as a person calls them."""

from __future__ import annotations

from collections.abc import Sequence

from kinertia.recording.recording import Sensor

PARTS = {"femur": "thigh", "tibia": "shank"}
SIDES = {"r": "right", "l": "left"}


def segment(name: str) -> str:
    """``tibia_r`` to ``right shank``; a name that is not known is shown as it is."""
    base, _, side = name.rpartition("_")
    if not base or side not in SIDES:
        return PARTS.get(name, name.replace("_", " "))
    return f"{SIDES[side]} {PARTS.get(base, base.replace('_', ' '))}"


def sensor(imu: Sensor) -> str:
    """Where a sensor sits, and its name where that says something else: ``right shank (IMU 7)``."""
    said = segment(imu.segment)
    return said if imu.name in (imu.segment, said) else f"{said} ({imu.name})"


def listed(names: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def sentence(words: str) -> str:
    """With a capital at its beginning and a full stop at its end; nothing stays nothing."""
    return "" if not words else words[0].upper() + words[1:] + ("" if words[-1] in ".?!" else ".")
