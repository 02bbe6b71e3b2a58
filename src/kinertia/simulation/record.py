"""Recordings of simulated people: what sensors on them would have read, with the exact truth."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from kinertia.bodies import Body
from kinertia.mechanics import imu
from kinertia.mechanics import kinematics as kin
from kinertia.mechanics.imu import Mounting
from kinertia.recording import LOWER_BODY, Frame, Recording, Sensor, Subject, Truth
from kinertia.sensing.errors import SensorErrors, corrupt
from kinertia.simulation.walk import JOINTS, Walk, motion

PACE_PERIODS_S = (7.3, 4.1)
"""Periods in which the pace wanders; no multiples of each other, so that no two strides are alike."""
PACE_CHANGE = 0.02
WHERE = {"pelvis": (-0.09, 0.06), "femur": (0.05, -0.55), "tibia": (0.03, -0.40), "foot": (0.08, -0.03)}
"""Sensors: on the sacrum [m], and forward [m] and along the segment (part of its length; foot [m]) from the proximal joint."""
TYPICAL = SensorErrors()
SIDEWAYS_M = {"pelvis": 0.0, "femur": 0.07, "tibia": 0.04, "foot": 0.0}


def record(
    walk: Walk,
    name: str,
    seconds: float = 20.0,
    rate_hz: float = 100.0,
    errors: SensorErrors = TYPICAL,
    seed: int = 0,
) -> Recording:
    """A continuous recording of seven sensors in nominal segment frames.

    Parameters
    ----------
    walk : the person and the walk.
    name : name of the recording.
    seconds, rate_hz : length [s] and sampling rate [Hz].
    errors : errors of the sensors, misalignment among them.
    seed : draws the errors and the wandering pace.

    Returns
    -------
    Recording with truth: angles [rad] and speed; no moments and no forces.
    """
    generator = np.random.default_rng(seed)
    time = torch.arange(round(seconds * rate_hz), dtype=torch.float64) / rate_hz
    phase, rate, change = _pace(time, walk.stride_s, generator.uniform(0.0, 1.0, 1 + len(PACE_PERIODS_S)))
    step = motion(walk, phase, rate, change)
    body = walk.body.with_time_axis()
    kinematics = kin.forward(body, step.q, step.qd, step.qdd)
    positions = [nominal_position(walk.body, segment) for segment in LOWER_BODY.segments]
    mounting = Mounting(
        tuple(walk.body.skeleton.segment_index(segment) for segment in LOWER_BODY.segments),
        torch.tensor([p[:2] for p in positions], dtype=torch.float64),
        torch.zeros(len(LOWER_BODY), dtype=torch.float64),
    )
    ideal = imu.read(kinematics, mounting.with_time_axis())
    acc, gyro = np.zeros((2, len(time), len(LOWER_BODY), 3))
    acc[..., :2], gyro[..., 2] = ideal.acc.numpy(), ideal.gyro.numpy()
    acc, gyro = corrupt(acc, gyro, rate_hz, errors, generator)
    names = walk.body.skeleton.coordinate_names
    angles = {f"{joint}_{side}": step.q[:, names.index(f"{joint}_{side}")].numpy() for side in "rl" for joint in JOINTS}
    return Recording(
        name=name,
        rate_hz=rate_hz,
        sensors=tuple(Sensor(segment, segment, p) for segment, p in zip(LOWER_BODY.segments, positions, strict=True)),
        acc=acc,
        gyro=gyro,
        subject=Subject(float(walk.body.total_mass), float(walk.body.height)),
        frame=Frame.SEGMENT,
        truth=Truth(angles, speed=float(step.qd[:, 0].mean()), note="simulated: exact"),
    )


def _pace(time: Tensor, stride_s: float, draw: np.ndarray) -> tuple[Tensor, Tensor, Tensor]:
    """Phase and its first two time derivatives: steady, with slow waves of the pace."""
    phase, rate, change = draw[0] + time / stride_s, torch.full_like(time, 1.0 / stride_s), torch.zeros_like(time)
    for period, start in zip(PACE_PERIODS_S, draw[1:], strict=True):
        turn = 2 * np.pi / period
        angle = turn * time + 2 * np.pi * start
        size = PACE_CHANGE / stride_s
        # p' = c + s cos(w t),  p = c t + s / w sin(w t),  p'' = -s w sin(w t)
        phase = phase + size / turn * torch.sin(angle)
        rate = rate + size * torch.cos(angle)
        change = change - size * turn * torch.sin(angle)
    return phase, rate, change


def nominal_position(body: Body, segment: str) -> tuple[float, float, float]:
    """Where a sensor is worn, from the segment's proximal joint [m]."""
    part, _, side = segment.partition("_")
    forward, along = WHERE[part]
    if part in ("femur", "tibia"):
        child = body.skeleton.parents.index(body.skeleton.segment_index(segment))
        along *= -float(body.joint_offset[child, 1])
    return forward, along, SIDEWAYS_M[part] * (-1.0 if side == "l" else 1.0)
