"""A recording as tensors that a network and the physics can read. Truth has no place here."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from kinertia.bodies import Body, Skeleton, build, posture
from kinertia.learning.inclination import unknown
from kinertia.recording import LOWER_BODY, Array, Recording, Sensor, SensorSet, Subject
from kinertia.recording.selection import wearer_of
from kinertia.sensing import contact_events

ACC_VARIANCE_FLOOR = 1.0  # (m/s^2)^2
GYRO_VARIANCE_FLOOR = 0.1  # (rad/s)^2
MID_FOOT = {"toe": 0.5, "ball": 0.6}
"""Where the middle of the foot is on the way from the ankle to the front contact point: 8 cm of a foot of 27 cm."""
DEFAULT_PELVIS_POSITION_M = (-0.1, 0.05)
DEFAULT_MISALIGNMENT_RAD = 0.2  # sensors fitted by eye to their segments are off by up to 15 degrees and more
SLOWEST_SWEEP_M_PER_S = 0.3
NOMINAL_MASS_KG = 75.0
"""Of every body that networks, objectives and solvers see: motion, and forces per body mass, do not depend on the mass."""
SIZE_ERROR = 0.01  # height and proportions are known well
STEADY_S, STEADY_RATIO = 5.0, 1.4  # a recording is at one pace if no stretch of this length is so much faster than another
ASSUMED_SIZE_ERROR = 0.07  # spread of adults' height, where it is neither given nor found from the motion


@dataclass(frozen=True)
class Sequence:
    """One person's signals at the model's rate."""

    name: str  # of the recording
    signals: Tensor  # (T, S, C) channels of the sensor set [m/s^2, rad/s] in segment frames; zero where missing
    present: Tensor  # (T, S, C) 1 where measured, 0 where missing
    variance: Tensor  # (S, C) variance of each channel over time, floored: the unit of the IMU loss
    body: Body  # the person's body at :data:`NOMINAL_MASS_KG`, no batch dimensions
    mass_kg: float  # stated mass; scales forces and moments
    position: Tensor  # (S, 2) sensor positions in segment frames [m]
    misalignment: Tensor  # (S,) expected error of each sensor's inclination [rad]
    size_error: Tensor  # () expected relative error of the body's lengths
    speed_hint: Tensor  # () rough forward speed [m/s] to start training from; NaN where legs have no gyroscopes
    # () mean knee angle of people who walk, or run, as this person does throughout [rad]; NaN where it is not known which
    knee_hint: Tensor
    # the same for recordings of one session, see :func:`kinertia.recording.selection.wearer_of`; empty where not known
    wearer: str
    rate_hz: float  # sampling rate [Hz]
    # (S, 2) inclination of the sensors as joints show it and its spread [rad], see :mod:`kinertia.learning.inclination`
    placed: Tensor

    @property
    def complete(self) -> bool:
        """Whether every sensor of the set was there."""
        return bool(self.present.amax((0, 2)).min() > 0.0)


def default_position(segment: str, body: Body) -> Tensor:
    """(2,) where a sensor sits in its segment's frame if nobody says [m]: mid-segment; at the back of the pelvis."""
    if segment == "pelvis":
        return torch.tensor(DEFAULT_PELVIS_POSITION_M, dtype=body.com.dtype)
    if segment.startswith("foot"):
        names = [contact.name for contact in body.skeleton.contacts]
        front = "ball" if f"ball_{segment[-1]}" in names else "toe"
        along = MID_FOOT[front] * body.contact_position[names.index(f"{front}_{segment[-1]}"), 0]
        return torch.stack([along, torch.zeros_like(along)])
    child = body.skeleton.parents.index(body.skeleton.segment_index(segment))
    return 0.5 * body.joint_offset[child]


def sensor_position(sensor: Sensor | None, segment: str, body: Body) -> tuple[float, float]:
    """Sagittal position of a sensor in its segment frame [m]; the default where it is not known."""
    if sensor is not None and sensor.position_m is not None:
        return (sensor.position_m[0], sensor.position_m[1])
    x, y = default_position(segment, body).tolist()
    return (x, y)


def placement(sensors: tuple[Sensor, ...], body: Body, wanted: SensorSet = LOWER_BODY) -> Tensor:
    """(S, 2) sagittal sensor positions in segment frames [m]."""
    on = {sensor.segment: sensor for sensor in reversed(sensors)}
    positions = [sensor_position(on.get(segment), segment, body) for segment in wanted.segments]
    return torch.tensor(positions, dtype=torch.float32)


def misalignment(sensors: tuple[Sensor, ...], wanted: SensorSet = LOWER_BODY) -> Tensor:
    """(S,) expected error of the sensors' inclinations [rad]; a default where it is not known."""
    on = {sensor.segment: sensor.misalignment_rad for sensor in reversed(sensors)}
    return torch.tensor([on.get(segment) or DEFAULT_MISALIGNMENT_RAD for segment in wanted.segments], dtype=torch.float32)


def speed_hint(signals: Array, present: Array, body: Body, sensors: SensorSet = LOWER_BODY) -> float:
    """Rough forward speed from how fast the legs sweep backward [m/s]; NaN without gyroscopes on thigh or shank.

    ``signals`` and ``present`` (T, S, C) are channels of ``sensors``; ``body`` gives the lengths of thigh and shank.

    Notes
    -----
    In stance the hip passes over the foot: v = -(w_thigh L_thigh + w_shank L_shank) for a leg that is near vertical. The
    lower quartile of the backward sweep comes within a fifth of the speed of walkers and runners. Where one of the
    segments has no sensor, the other one stands for the whole leg.
    """
    length = -body.joint_offset[[2, 3], 1].double().numpy()  # thigh to knee, shank to ankle
    sweeps = []
    z = sensors.channels.index("gyro_z")
    for side in ("r", "l"):
        leg = [part for part in (f"femur_{side}", f"tibia_{side}") if part in sensors.segments]
        pair = [sensors.index(part) for part in leg]
        seen = present[:, pair, z].min(axis=0) > 0
        if seen.any():
            lever = length if seen.sum() == len(length) else np.where(seen, length.sum(), 0.0)
            sweeps.append(signals[:, pair, z] @ lever)
    moving = np.concatenate(sweeps) if sweeps else np.array([])
    moving = moving[moving < -SLOWEST_SWEEP_M_PER_S]
    return float(-np.quantile(moving, 0.25)) if len(moving) else float("nan")


def knee_hint(
    recording: Recording, signals: Array, present: Array, rate_hz: float, body: Body, sensors: SensorSet = LOWER_BODY
) -> float:
    """Mean knee angle of people who move like this [rad]; NaN unless the whole recording walks, or runs, at one pace.

    Steps are found in the recording; the rest is as for :func:`speed_hint`, at ``rate_hz``.
    """
    length = max(round(STEADY_S * rate_hz), 1)
    if len(signals) < length:
        return float("nan")
    starts = range(0, max(len(signals) - length, 0) + 1, length)
    paces = np.array([speed_hint(signals[i : i + length], present[i : i + length], body, sensors) for i in starts])
    if not np.isfinite(paces).all() or paces.max() > STEADY_RATIO * paces.min():
        return float("nan")
    running = contact_events.runs(recording)
    if running is None:
        return float("nan")
    return math.radians(posture.RUNNING_KNEE_DEG if running else posture.WALKING_KNEE_DEG)


def from_arrays(
    recording: Recording, signals: Array, present: Array, rate_hz: float, skeleton: Skeleton, sensors: SensorSet = LOWER_BODY
) -> Sequence:
    """Build a sequence from (T, S, C) ``signals`` of ``recording``, channels of ``sensors`` at ``rate_hz``."""
    body = build(NOMINAL_MASS_KG, recording.subject.height_m, skeleton=skeleton)
    count = np.maximum(present.sum(0), 1.0)
    mean = (signals * present).sum(0) / count
    variance = (((signals - mean) ** 2) * present).sum(0) / count
    floor = np.where([channel.startswith("acc") for channel in sensors.channels], ACC_VARIANCE_FLOOR, GYRO_VARIANCE_FLOOR)
    as_float = lambda x: torch.as_tensor(np.array(x), dtype=torch.float32)  # noqa: E731
    return Sequence(
        name=recording.name,
        signals=as_float(signals),
        present=_presence(present),
        variance=as_float(np.maximum(variance, floor)),
        body=body.to(torch.float32),
        mass_kg=recording.subject.mass_kg,
        position=placement(recording.sensors, body, sensors),
        misalignment=misalignment(recording.sensors, sensors),
        size_error=torch.tensor(_size_error(recording.subject)),
        speed_hint=torch.tensor(speed_hint(signals, present, body, sensors), dtype=torch.float32),
        knee_hint=torch.tensor(knee_hint(recording, signals, present, rate_hz, body, sensors), dtype=torch.float32),
        wearer=wearer_of(recording),
        rate_hz=rate_hz,
        placed=unknown(sensors),
    )


def _size_error(subject: Subject) -> float:
    if "height_m" not in subject.assumed:
        return SIZE_ERROR
    return ASSUMED_SIZE_ERROR if subject.height_error_m is None else subject.height_error_m / subject.height_m


def _presence(present: Array) -> Tensor:
    """As a tensor; a recording without gaps needs no memory for it."""
    if present.all():
        return torch.ones(1, dtype=torch.float32).expand(present.shape)
    return torch.as_tensor(np.array(present), dtype=torch.float32)
