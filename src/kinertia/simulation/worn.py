"""Seven virtual sensors on a replayed gait cycle: what an averaged cycle of a real recording holds, with exact truth."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import torch

from kinertia.mechanics import imu
from kinertia.mechanics import kinematics as kin
from kinertia.mechanics.imu import Mounting
from kinertia.recording import LOWER_BODY, Array, Frame, Recording, Sensor, SensorPose, Subject, Truth
from kinertia.sensing import measurement
from kinertia.sensing.ringing import RingingRanges
from kinertia.sensing.skin import SkinRanges
from kinertia.simulation.record import nominal_position
from kinertia.simulation.replay import CONTACT_BW, LEGS, Cycle, sample

SAMPLES = 100
"""Per cycle, as averaged cycles of recordings have."""
PLANE = (0, 1)
CYCLES = 8
"""Strides averaged where sensors ride on tissue, the first and the last left out."""


@dataclass(frozen=True)
class Wear:
    """How sensors are worn; standard deviations over sensors."""

    misalignment_deg: float = 6.0
    """Inclination of a sensor against its segment, in the sagittal plane [deg]."""
    position_m: float = 0.02
    """Distance from the stated place, forward and along the segment [m]."""
    acc_noise: float = 0.05
    """Noise of the accelerometer that averaging leaves [m/s^2]."""
    gyro_noise: float = 0.01
    """Noise of the gyroscope that averaging leaves [rad/s]."""
    tissue: bool = False
    """Sensors ride on skin and muscle, and impacts ring in them."""


IDEAL = Wear(0.0, 0.0, 0.0, 0.0)
"""Sensors exactly where they should be, that read exactly what is there."""
TYPICAL = Wear()


def record(cycle: Cycle, name: str, subject: Subject, wear: Wear = TYPICAL, seed: int = 0) -> Recording:
    """One gait cycle of sagittal virtual sensors in nominal segment frames.

    Parameters
    ----------
    cycle : motion and ground reaction.
    name : of the recording.
    subject : the person; all that a method is told about their size.
    wear : how sensors are worn.
    seed : draws placement and noise.

    Returns
    -------
    Periodic recording; without tissue, lateral acceleration and the other angular rates are zero. Truth: angles [rad],
    ground reaction [BW] of both legs, contact, speed, sensor poses; joint moments [N m] as measured, or by inverse dynamics of
    the body where there are no measured ones.
    """
    generator = np.random.default_rng(seed)
    phase = torch.arange(SAMPLES, dtype=torch.float64) / SAMPLES
    moving = sample(cycle, phase)
    skeleton = cycle.body.skeleton
    stated = [nominal_position(cycle.body, segment) for segment in LOWER_BODY.segments]
    place = np.array(stated)[:, PLANE] + wear.position_m * generator.standard_normal((len(LOWER_BODY), len(PLANE)))
    angle = math.radians(wear.misalignment_deg) * generator.standard_normal(len(LOWER_BODY))
    poses = {
        segment: SensorPose((p[0], p[1], s[2]), (math.cos(a / 2), 0.0, 0.0, math.sin(a / 2)))
        for segment, p, s, a in zip(LOWER_BODY.segments, place.tolist(), stated, angle.tolist(), strict=True)
    }
    grf = {
        f"grf_{axis}_{side}": (force[:, i] / cycle.body.weight).numpy()
        for side, force in moving.force.items()
        for i, axis in enumerate("xy")
    }
    angles = {name: moving.q[:, skeleton.coordinate_index(name)].numpy() for name in LEGS}
    # On tissue, the sensor's turn against the segment comes last, and is left to the model of the tissue.
    turn = np.zeros_like(angle) if wear.tissue else angle
    mounting = Mounting(tuple(map(skeleton.segment_index, LOWER_BODY.segments)), torch.tensor(place), torch.tensor(turn))
    signals = imu.read(moving.kinematics, mounting.with_time_axis())
    acc, gyro = np.zeros((2, SAMPLES, len(LOWER_BODY), 3))
    acc[..., PLANE], gyro[..., 2] = signals.acc.numpy(), signals.gyro.numpy()
    noise = [generator.standard_normal(shape) for shape in (signals.acc.shape, signals.gyro.shape)]
    if wear.tissue:
        acc, gyro = _on_tissue(acc, gyro, SAMPLES / cycle.period_s, poses, grf, angles, generator)
    acc[..., PLANE] += wear.acc_noise * noise[0]
    gyro[..., 2] += wear.gyro_noise * noise[1]
    truth = Truth(
        angles=angles,
        moments=measured_moments(cycle) or body_moments(cycle),
        grf=grf,
        speed=cycle.speed,
        note="measured motion on the sagittal body; "
        + ("measured moments" if cycle.moments else "moments by inverse dynamics"),
        contact={side: (grf[f"grf_y_{side}"] > CONTACT_BW).astype(float) for side in moving.force},
        speed_curve=moving.qd[:, skeleton.coordinate_index("pelvis_tx")].numpy(),
        poses=poses,
    )
    return Recording(
        name=name,
        rate_hz=SAMPLES / cycle.period_s,
        sensors=tuple(Sensor(segment, segment, p) for segment, p in zip(LOWER_BODY.segments, stated, strict=True)),
        acc=acc,
        gyro=gyro,
        subject=subject,
        frame=Frame.SEGMENT,
        periodic=True,
        truth=truth,
    )


def _on_tissue(
    acc: Array,
    gyro: Array,
    rate_hz: float,
    poses: dict[str, SensorPose],
    grf: dict[str, Array],
    angles: dict[str, Array],
    generator: np.random.Generator,
) -> tuple[Array, Array]:
    """Mean cycle of sensors on tissue, in their own axes, from (T, K, 3) signals of ideal ones in segment axes."""
    nominal = {segment: pose.position_m for segment, pose in poses.items()}
    soft = replace(measurement.IDEAL, skin=SkinRanges(), ringing=RingingRanges())
    found = measurement.measure(
        np.tile(acc, (CYCLES, 1, 1)),
        np.tile(gyro, (CYCLES, 1, 1)),
        rate_hz,
        replace(measurement.strap_on(nominal, soft, generator), poses=poses),
        soft,
        generator,
        force={side: np.tile(grf[f"grf_y_{side}"], CYCLES) for side in "rl"},
        angles={name: np.tile(curve, CYCLES) for name, curve in angles.items()},
    )
    shape = (CYCLES, *acc.shape)
    return found.acc.reshape(shape)[1:-1].mean(axis=0), found.gyro.reshape(shape)[1:-1].mean(axis=0)


def measured_moments(cycle: Cycle) -> dict[str, Array]:
    """Joint moments that came with the motion [N m], sampled; empty when there are none."""
    phase = torch.arange(SAMPLES, dtype=torch.float64) / SAMPLES
    return {name: cycle.at(row[None], phase)[:, 0].numpy() for name, row in cycle.moments.items()}


def body_moments(cycle: Cycle) -> dict[str, Array]:
    """Joint moments of the sagittal body by inverse dynamics [N m], sampled."""
    found = sample(cycle, torch.arange(SAMPLES, dtype=torch.float64) / SAMPLES).generalized
    return {name: found[:, cycle.body.skeleton.coordinate_index(name)].numpy() for name in LEGS}


def stance(cycle: Cycle) -> tuple[float, float]:
    """How far the loaded foot is from resting on level ground.

    Returns
    -------
    RMS of the height of its lowest contact point about the mean [m], and of that point's forward speed [m/s].
    """
    phase = torch.arange(SAMPLES, dtype=torch.float64) / SAMPLES
    moving = sample(cycle, phase)
    points = kin.contact_points(cycle.body.with_time_axis(), moving.kinematics)
    heights, speeds = [], []
    for side, force in moving.force.items():
        mine = [i for i, contact in enumerate(cycle.body.skeleton.contacts) if contact.side == side]
        loaded = force[:, 1] > CONTACT_BW * cycle.body.weight
        height, lowest = points.position[loaded][:, mine, 1].min(dim=1)
        heights.append(height)
        speeds.append(points.velocity[loaded][:, mine, 0].gather(1, lowest[:, None])[:, 0])
    return float(torch.cat(heights).std(correction=0)), float(torch.cat(speeds).square().mean().sqrt())
