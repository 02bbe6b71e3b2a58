"""Errors of real inertial sensors: noise, bias, scale, misalignment, steps, saturation; and of how they are strapped on.

Model of one triad: measured = clip(round((1 + scale) R^T true + bias + noise)), R the small rotation of the sensor
frame against its nominal frame. Bias, scale and R are drawn once per sensor and stay constant.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from kinertia.bodies import STANDARD_GRAVITY
from kinertia.numerics import rotations
from kinertia.recording import Array, SensorPose

Range = tuple[float, float]
Position = tuple[float, float, float]
_LIMIT = 2.5  # standard deviations at which draws are cut: nobody wears a thigh sensor on the knee


def not_negative(sizes: Any) -> None:
    """Refuse a dataclass of sizes with one below zero, or none at all, with a ValueError."""
    for field in fields(sizes):
        if not getattr(sizes, field.name) >= 0.0:
            raise ValueError(f"{field.name} must not be negative, got {getattr(sizes, field.name)}")


@dataclass(frozen=True)
class SensorErrors:
    """Sizes of the errors; standard deviations over sensors unless said otherwise, zero switches an error off.

    The defaults lie in the middle of what data sheets of consumer MEMS units state: noise 100-300 micro-g and
    0.004-0.015 deg/s per root hertz, zero offset 20-60 milli-g and 0.5-3 deg/s without calibration, sensitivity
    tolerance 0.5-3 percent, ranges of 16 g and 2000 deg/s. The misalignment is that of a strapped-on sensor.
    """

    acc_noise_density: float = 150e-6 * STANDARD_GRAVITY  # white noise of the accelerometer [m/s^2 per root hertz]
    gyro_noise_density: float = math.radians(0.007)  # white noise of the gyroscope [rad/s per root hertz]
    acc_bias: float = 20e-3 * STANDARD_GRAVITY  # constant bias of the accelerometer [m/s^2]
    gyro_bias: float = math.radians(0.5)  # constant bias of the gyroscope [rad/s]
    # acc_scale, gyro_scale: relative error of the sensitivity of each axis
    acc_scale: float = 0.01
    gyro_scale: float = 0.01
    misalignment: float = math.radians(3.0)  # rotation of the sensor about each axis [rad]
    # acc_range, gyro_range: largest magnitude an axis can read [m/s^2, rad/s]
    acc_range: float = 16.0 * STANDARD_GRAVITY
    gyro_range: float = math.radians(2000.0)
    # acc_step, gyro_step: smallest difference between two readings [m/s^2, rad/s]; 16 bits over 16 g are 0.005 m/s^2
    acc_step: float = 0.0
    gyro_step: float = 0.0

    def __post_init__(self) -> None:
        not_negative(self)


NO_ERRORS = SensorErrors(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, math.inf, math.inf)
"""An ideal sensor; start from it with ``dataclasses.replace`` to study one error alone."""


def corrupt(
    acc: Array,
    gyro: Array,
    rate_hz: float,
    errors: SensorErrors,
    generator: np.random.Generator,
    noise: np.random.Generator | None = None,
) -> tuple[Array, Array]:
    """Signals (..., T, K, 3) that imperfect spatial sensors would have given.

    The true ones are in the nominal sensor frames [m/s^2, rad/s]; NaN stays NaN. Noise fills the band up to half of the rate.
    The constants of the sensors are drawn before it, so that the same seed gives the same sensors whatever the duration;
    ``noise`` is its source, by default the same. ValueError: the shapes do not belong together or the rate is not positive.
    """
    if acc.ndim < 3 or acc.shape[-1] != 3 or acc.shape != gyro.shape:
        raise ValueError(f"acc {acc.shape} and gyro {gyro.shape} do not belong to the same sensors and samples")
    if not (math.isfinite(rate_hz) and rate_hz > 0.0):
        raise ValueError(f"sampling rate must be positive, got {rate_hz}")
    shape = (acc.shape[-2], 3)
    turn = rotations.to_matrix(errors.misalignment * generator.standard_normal(shape))
    gains, biases = [], []
    for scale, bias in ((errors.acc_scale, errors.acc_bias), (errors.gyro_scale, errors.gyro_bias)):
        gains.append(1.0 + scale * generator.standard_normal(shape))
        biases.append(bias * generator.standard_normal(shape))
    densities = errors.acc_noise_density, errors.gyro_noise_density
    limits, steps = (errors.acc_range, errors.gyro_range), (errors.acc_step, errors.gyro_step)
    readings = []
    for true, gain, bias, density, limit, step in zip((acc, gyro), gains, biases, densities, limits, steps, strict=True):
        turned = np.einsum("kji,...kj->...ki", turn, true)  # R^T v for every sensor
        # white noise of density D sampled at f has the standard deviation D sqrt(f / 2)
        white = density * math.sqrt(0.5 * rate_hz) * (noise or generator).standard_normal(true.shape)
        reading = gain * turned + bias + white
        if step > 0.0:
            reading = step * np.round(reading / step)
        readings.append(np.clip(reading, -limit, limit))
    return readings[0], readings[1]


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


NOMINAL = Spread(0.0, 0.0, 0.0, 0.0)  # sensors exactly where they are said to be


def mount(nominal: Mapping[str, Position], spread: Spread, generator: np.random.Generator) -> dict[str, SensorPose]:
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


def drawn(
    segments: Sequence[str], kinds: Mapping[str, Any], names: Sequence[str], what: str, generator: np.random.Generator
) -> Array:
    """(K, N) values drawn evenly between the ends of N named ranges of each segment's kind (``femur`` of ``femur_r``).

    ValueError: a segment without ranges.
    """
    unknown = [segment for segment in segments if segment.partition("_")[0] not in kinds]
    if unknown:
        raise ValueError(f"no {what} is given for {unknown[0]!r}; known are {', '.join(kinds)}")
    ends = [[getattr(kinds[segment.partition("_")[0]], name) for name in names] for segment in segments]
    low, high = np.moveaxis(np.array(ends).reshape(-1, len(names), 2), -1, 0)
    return low + (high - low) * generator.uniform(size=low.shape)
