"""Sensors on the sagittal body: where they are worn, and what ideal ones read there."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch

from kinertia.bodies import Body
from kinertia.mechanics import imu
from kinertia.mechanics.imu import Mounting
from kinertia.mechanics.kinematics import Kinematics
from kinertia.recording import LOWER_BODY, Array
from kinertia.sensing.errors import Position

WHERE = {"pelvis": (-0.09, 0.06), "femur": (0.05, -0.55), "tibia": (0.03, -0.40), "foot": (0.08, -0.03)}
"""Sensors: on the sacrum [m], and forward [m] and along the segment (part of its length; foot [m]) from the proximal joint."""
SIDEWAYS_M = {"pelvis": 0.0, "femur": 0.07, "tibia": 0.04, "foot": 0.0}


def nominal_position(body: Body, segment: str) -> Position:
    """Where a sensor is worn, from the segment's proximal joint [m]."""
    if not segment.startswith(("femur", "tibia")):
        return place(segment, math.nan)
    child = body.skeleton.parents.index(body.skeleton.segment_index(segment))
    return place(segment, -float(body.joint_offset[child, 1]))


def place(segment: str, length_m: float) -> Position:
    """The same on a segment of this length from joint to joint, which only thighs and shanks have to have."""
    part, _, side = segment.partition("_")
    forward, along = WHERE[part]
    if part in ("femur", "tibia"):
        along *= length_m
    return forward, along, SIDEWAYS_M[part] * (-1.0 if side == "l" else 1.0)


def nominal_positions(body: Body) -> dict[str, Position]:
    """The same of the seven segments of the lower body, by name."""
    return {segment: nominal_position(body, segment) for segment in LOWER_BODY.segments}


def ideal(
    body: Body, kinematics: Kinematics, segments: Sequence[str], position: Array, angle: Array | float = 0.0
) -> tuple[Array, Array]:
    """Signals without errors of K sensors.

    Parameters
    ----------
    body, kinematics : the planar body without batch dimensions and its motion over T samples.
    segments : that the sensors are on.
    position : (K, 2) from the proximal joints, in the segments' frames [m].
    angle : (K,) rotation of the sensors about z against the segments [rad].

    Returns
    -------
    Specific force [m/s^2] and angular rate [rad/s], each (T, K, 3); the third acceleration and the other rates are zero.
    """
    angles = torch.tensor(np.broadcast_to(angle, len(position)))
    mounting = Mounting(tuple(map(body.skeleton.segment_index, segments)), torch.tensor(position), angles)
    signals = imu.read(kinematics, mounting.with_time_axis())
    acc, gyro = np.zeros((2, *signals.gyro.shape, 3))
    acc[..., :2], gyro[..., 2] = signals.acc.numpy(), signals.gyro.numpy()
    return acc, gyro
