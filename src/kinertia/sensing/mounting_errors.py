"""How sensors are strapped on: beside the stated place, and turned against the segment."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from kinertia.numerics import rotations
from kinertia.recording import SensorPose
from kinertia.sensing.ranges import not_negative

Position = tuple[float, float, float]
_LIMIT = 2.5
"""Standard deviations at which draws are cut: nobody wears a thigh sensor on the knee."""


@dataclass(frozen=True)
class Spread:
    """How far placement varies; standard deviations over sensors, each cut at 2.5 times its size, zero switches it off."""

    # turn about z, the mounting angle in the sagittal plane; with 6 degrees it stays within 15 [rad]
    inclination_rad: float = math.radians(6.0)
    twist_rad: float = math.radians(4.0)  # turns about x and y [rad]
    along_m: float = 0.02  # along the segment, y [m]
    across_m: float = 0.01  # along x and z [m]

    def __post_init__(self) -> None:
        not_negative(self)


NOMINAL = Spread(0.0, 0.0, 0.0, 0.0)
"""Sensors exactly where they are said to be."""


def draw(nominal: Mapping[str, Position], spread: Spread, generator: np.random.Generator) -> dict[str, SensorPose]:
    """Segment to where its sensor really sits, from stated positions in segment frames [m].

    Axes of a sensor: v_segment = Rx Ry Rz v_sensor.
    """
    turn = np.array([spread.twist_rad, spread.twist_rad, spread.inclination_rad])
    shift = np.array([spread.across_m, spread.along_m, spread.across_m])
    poses = {}
    for segment, place in nominal.items():
        angles, offset = turn * _cut_normal(generator), shift * _cut_normal(generator)
        about_x, about_y, about_z = rotations.to_matrix(np.diag(angles))
        w, x, y, z = (float(v) for v in rotations.from_matrix((about_x @ about_y @ about_z)[None])[0])
        forward, up, right = (float(p + d) for p, d in zip(place, offset, strict=True))
        poses[segment] = SensorPose((forward, up, right), (w, x, y, z))
    return poses


def _cut_normal(generator: np.random.Generator) -> np.ndarray:
    """(3,) standard normal numbers within the limit."""
    values = generator.standard_normal(3)
    while (outside := np.abs(values) > _LIMIT).any():
        values[outside] = generator.standard_normal(int(outside.sum()))
    return values
