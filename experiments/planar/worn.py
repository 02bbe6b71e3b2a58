"""Seven virtual sensors on a replayed gait cycle: what an averaged cycle of a real recording holds, with exact truth."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import torch

from experiments.captured import MotionCapture
from experiments.planar import consistent, replay
from experiments.planar.replay import CONTACT_BW, LEGS, Cycle, Moving
from kinertia.recording import LOWER_BODY, Array, Frame, Recording, Sensor, SensorPose, Subject, Truth
from kinertia.sensing import measurement
from kinertia.sensing.ringing import RingingRanges
from kinertia.sensing.skin import SkinRanges
from kinertia.simulation import sensors

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


def of_capture(capture: MotionCapture, wear: Wear, seed: int) -> Recording:
    """Recording of one measured movement, which is made to obey the equations of motion first; see :func:`record`."""
    cycle = consistent.correct(replay.average(consistent.align(capture)[0]))
    return replace(record(cycle, capture.name, capture.subject, wear, seed), source=capture.source, warnings=capture.warnings)


def record(cycle: Cycle, name: str, subject: Subject, wear: Wear = TYPICAL, seed: int = 0) -> Recording:
    """One gait cycle of sagittal virtual sensors in nominal segment frames.

    ``subject`` is all that a method is told about the person's size; ``seed`` draws placement and noise.

    Returns
    -------
    Periodic recording; without tissue, lateral acceleration and the other angular rates are zero. Truth: angles [rad],
    ground reaction [BW] of both legs, contact, speed, sensor poses; joint moments [N m] as measured, or by inverse dynamics of
    the body where there are no measured ones.
    """
    generator = np.random.default_rng(seed)
    moving = sampled(cycle)
    skeleton, stated = cycle.body.skeleton, sensors.nominal_positions(cycle.body)
    place = np.array(list(stated.values()))[:, PLANE]
    place += wear.position_m * generator.standard_normal(place.shape)
    angle = math.radians(wear.misalignment_deg) * generator.standard_normal(len(LOWER_BODY))
    poses = {
        segment: SensorPose((p[0], p[1], s[2]), (math.cos(a / 2), 0.0, 0.0, math.sin(a / 2)))
        for (segment, s), p, a in zip(stated.items(), place.tolist(), angle.tolist(), strict=True)
    }
    grf = {
        f"grf_{axis}_{side}": (force[:, i] / cycle.body.weight).numpy()
        for side, force in moving.force.items()
        for i, axis in enumerate("xy")
    }
    angles = {name: moving.q[:, skeleton.coordinate_index(name)].numpy() for name in LEGS}
    # On tissue, the sensor's turn against the segment comes last, and is left to the model of the tissue.
    acc, gyro = sensors.ideal(cycle.body, moving.kinematics, LOWER_BODY.segments, place, 0.0 if wear.tissue else angle)
    noise = [generator.standard_normal(shape) for shape in (acc[..., PLANE].shape, gyro[..., 2].shape)]
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
        sensors=tuple(Sensor(segment, segment, place) for segment, place in stated.items()),
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


def sampled(cycle: Cycle) -> Moving:
    """The cycle at :data:`SAMPLES` phases."""
    return replay.sample(cycle, torch.arange(SAMPLES, dtype=torch.float64) / SAMPLES)


def measured_moments(cycle: Cycle) -> dict[str, Array]:
    """Joint moments that came with the motion [N m], sampled; empty when there are none."""
    phase = torch.arange(SAMPLES, dtype=torch.float64) / SAMPLES
    return {name: cycle.at(row[None], phase)[:, 0].numpy() for name, row in cycle.moments.items()}


def body_moments(cycle: Cycle) -> dict[str, Array]:
    """Joint moments of the sagittal body by inverse dynamics [N m], sampled."""
    found = sampled(cycle).generalized
    return {name: found[:, cycle.body.skeleton.coordinate_index(name)].numpy() for name in LEGS}
