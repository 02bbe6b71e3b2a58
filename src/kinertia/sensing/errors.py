"""Errors of real inertial sensors: noise, bias, scale, misalignment, steps, saturation.

Model of one triad: measured = clip(round((1 + scale) R^T true + bias + noise)), R the small rotation of the sensor
frame against its nominal frame. Bias, scale and R are drawn once per sensor and stay constant.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from kinertia.bodies import STANDARD_GRAVITY
from kinertia.numerics import rotations

Array = NDArray[np.float64]


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
        for field in fields(self):
            if not getattr(self, field.name) >= 0.0:
                raise ValueError(f"{field.name} must not be negative, got {getattr(self, field.name)}")


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
    """Signals that imperfect spatial sensors would have given.

    Parameters
    ----------
    acc : (..., T, K, 3) true specific force in the nominal sensor frames [m/s^2]; NaN stays NaN.
    gyro : (..., T, K, 3) true angular rate [rad/s].
    rate_hz : sampling rate [Hz]; the noise fills the band up to half of it.
    errors : sizes of the errors.
    generator : source of randomness. The constants of the sensors are drawn before the noise, so the same seed
        gives the same sensors whatever the duration.
    noise : source of the noise; default ``generator``.

    Returns
    -------
    acc, gyro : corrupted signals of the same shapes.

    Raises
    ------
    ValueError
        If the shapes do not belong together or the rate is not positive.
    """
    if acc.ndim < 3 or acc.shape[-1] != 3 or acc.shape != gyro.shape:
        raise ValueError(
            f"acc of shape {acc.shape} and gyro of shape {gyro.shape} do not belong to the same sensors and samples"
        )
    if not (math.isfinite(rate_hz) and rate_hz > 0.0):
        raise ValueError(f"sampling rate must be positive, got {rate_hz}")
    sensors = acc.shape[-2]
    turn = rotations.to_matrix(errors.misalignment * generator.standard_normal((sensors, 3)))
    acc_constants = _draw_constants((sensors, 3), errors.acc_scale, errors.acc_bias, generator)
    gyro_constants = _draw_constants((sensors, 3), errors.gyro_scale, errors.gyro_bias, generator)
    # R^T v for every sensor
    noise = generator if noise is None else noise
    turned_acc, turned_gyro = (np.einsum("kji,...kj->...ki", turn, v) for v in (acc, gyro))
    return (
        _measure(turned_acc, acc_constants, errors.acc_noise_density, errors.acc_range, errors.acc_step, rate_hz, noise),
        _measure(turned_gyro, gyro_constants, errors.gyro_noise_density, errors.gyro_range, errors.gyro_step, rate_hz, noise),
    )


def _draw_constants(shape: tuple[int, ...], scale: float, bias: float, generator: np.random.Generator) -> tuple[Array, Array]:
    return 1.0 + scale * generator.standard_normal(shape), bias * generator.standard_normal(shape)


def _measure(
    true: Array,
    constants: tuple[Array, Array],
    density: float,
    limit: float,
    step: float,
    rate_hz: float,
    generator: np.random.Generator,
) -> Array:
    gain, bias = constants
    # white noise of density D sampled at f has the standard deviation D sqrt(f / 2)
    noise = density * math.sqrt(0.5 * rate_hz) * generator.standard_normal(true.shape)
    reading = gain * true + bias + noise
    if step > 0.0:
        reading = step * np.round(reading / step)
    return np.clip(reading, -limit, limit)
