"""From the true motion of a body to what the sensors strapped on it read.

Order: the sensor rides on the skin, impacts ring in it, its clock decides when it samples, its axes are turned against the
segment, and its electronics add scale, bias, noise, steps and saturation.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from scipy import sparse, special

from kinertia.numerics import rotations
from kinertia.recording import Array, SensorPose
from kinertia.sensing import ringing, skin
from kinertia.sensing.errors import NO_ERRORS, NOMINAL, Position, SensorErrors, Spread, corrupt, mount, not_negative
from kinertia.sensing.ringing import Ringing, RingingRanges
from kinertia.sensing.skin import Skin, SkinRanges

LOBES = 16  # half width of the interpolating kernel, in samples of the lower rate
KAISER_BETA = 7.0  # shape of the kernel's window
_MAX_JITTER = 0.4  # of a sampling step, so that samples keep their order
FINE_RATE_HZ = 800.0  # skin and impacts are computed at this rate at least: 13 times the highest natural frequency
_BITS = 16  # of the converters of wearable sensors


@dataclass(frozen=True)
class Clock:
    """How clocks differ; standard deviations, zero switches a deviation off.

    Quartz oscillators are off by 10 to 50 parts per million, sensors started over radio by a millisecond or so.
    """

    jitter_s: float = 0.2e-3  # from sample to sample [s]
    drift: float = 20e-6  # relative error of a sensor's rate
    offset_s: float = 1.0e-3  # late or early start of a sensor [s]

    def __post_init__(self) -> None:
        not_negative(self)


EXACT = Clock(0.0, 0.0, 0.0)  # all sensors sample on the nominal grid


def instants(samples: int, rate_hz: float, sensors: int, clock: Clock, generator: np.random.Generator) -> Array:
    """(samples, sensors) increasing times at which each sensor really samples, beside n / rate [s]."""
    offset, drift = clock.offset_s * generator.standard_normal(sensors), clock.drift * generator.standard_normal(sensors)
    jitter = clock.jitter_s * generator.standard_normal((samples, sensors))
    jitter = np.clip(jitter, -_MAX_JITTER / rate_hz, _MAX_JITTER / rate_hz)
    # t_n = offset + (1 + drift) n / f + jitter_n
    return offset + (1.0 + drift) * np.arange(samples)[:, None] / rate_hz + jitter


def at(values: Array, rate_hz: float, time_s: Array, cutoff_hz: float | None = None) -> Array:
    """Band-limited interpolation of evenly sampled signals at any instants.

    A constant stays that constant; on the samples' own instants and without a cutoff they come back as they are.

    Of (..., T, C) samples at n / rate, at (N,) times [s]; outside the signals their first or last sample goes on. The cutoff is
    the highest frequency to keep, so that a lower rate does not alias [Hz]; default and maximum half the rate. ValueError: a
    rate or cutoff that is not positive.
    """
    cutoff = 0.5 * rate_hz if cutoff_hz is None else min(cutoff_hz, 0.5 * rate_hz)
    if not cutoff > 0.0:
        raise ValueError(f"rate and cutoff must be positive, got {rate_hz} and {cutoff_hz}")
    samples, channels = values.shape[-2:]
    position = np.asarray(time_s) * rate_hz
    share = 2.0 * cutoff / rate_hz
    half = math.ceil(LOBES / share)
    column = np.floor(position).astype(np.int64)[:, None] + np.arange(1 - half, half + 1)
    distance = column - position[:, None]
    # h(x) = sinc(share x) w(x / half), with a Kaiser window
    inside = np.clip(1.0 - (distance / half) ** 2, 0.0, None)
    weight = np.sinc(share * distance) * special.i0(KAISER_BETA * np.sqrt(inside))
    weight /= weight.sum(axis=1, keepdims=True)
    rows = np.repeat(np.arange(len(position)), column.shape[1])
    matrix = sparse.csr_matrix(
        (weight.ravel(), (rows, np.clip(column, 0, samples - 1).ravel())), shape=(len(position), samples)
    )
    flat = np.moveaxis(values, -2, 0).reshape(samples, -1)
    return np.moveaxis((matrix @ flat).reshape(len(position), *values.shape[:-2], channels), 0, -2)


def _typical_electronics() -> SensorErrors:
    typical = SensorErrors(misalignment=0.0)
    return replace(typical, acc_step=2 * typical.acc_range / 2**_BITS, gyro_step=2 * typical.gyro_range / 2**_BITS)


@dataclass(frozen=True)
class Realism:
    """How imperfect sensors are; see each part for sizes and sources."""

    spread: Spread = field(default_factory=Spread)  # placement around the stated place and axes
    # tissue under the sensors; None for sensors screwed to the bone
    skin: SkinRanges | None = field(default_factory=SkinRanges)
    ringing: RingingRanges | None = field(default_factory=RingingRanges)  # of impacts; None without
    clock: Clock = field(default_factory=Clock)  # sampling instants
    # scale, bias, noise, steps, range. Its misalignment is not used, ``spread`` stands for it.
    electronics: SensorErrors = field(default_factory=_typical_electronics)


TYPICAL = Realism()
IDEAL = Realism(NOMINAL, None, None, EXACT, NO_ERRORS)
"""Sensors that read exactly what is there; start from it with ``dataclasses.replace`` to study one error alone."""


@dataclass(frozen=True)
class StrappedSensors:
    """Sensors as strapped on for one session."""

    poses: dict[str, SensorPose]  # segment to true position and axes; its order is that of the K sensors
    skin: Skin | None  # tissue under them, None without
    ringing: Ringing | None  # how they ring, None without

    @property
    def segments(self) -> tuple[str, ...]:
        return tuple(self.poses)

    @property
    def position_m(self) -> Array:
        """(K, 3) true positions from the proximal joints, in segment axes [m]."""
        return np.array([pose.position_m for pose in self.poses.values()])

    @property
    def rotation(self) -> Array:
        """(K, 3, 3) sensor to segment axes."""
        quaternions = np.array([pose.orientation for pose in self.poses.values()])
        return rotations.to_matrix(rotations.to_vector(quaternions))


@dataclass(frozen=True)
class Measured:
    """What sensors read."""

    # acc, gyro: (..., N, K, 3) in sensor axes [m/s^2, rad/s]
    acc: Array
    gyro: Array
    rate_hz: float  # nominal sampling rate [Hz]
    time_s: Array  # (N, K) when each sensor really sampled; N / rate is what it says [s]


def strap_on(nominal: Mapping[str, Position], realism: Realism, generator: np.random.Generator) -> StrappedSensors:
    """Strap sensors on a person at about the stated positions of segments [m].

    Each effect has its own stream of the generator, so that switching one off leaves the others as they are.
    """
    streams = generator.spawn(3)
    segments = tuple(nominal)
    return StrappedSensors(
        mount(nominal, realism.spread, streams[0]),
        None if realism.skin is None else skin.draw(segments, realism.skin, streams[1]),
        None if realism.ringing is None else ringing.draw(segments, realism.ringing, streams[2]),
    )


def measure(
    acc: Array,
    gyro: Array,
    rate_hz: float,
    worn: StrappedSensors,
    realism: Realism,
    generator: np.random.Generator,
    *,
    force: Mapping[str, Array] | None = None,
    angles: Mapping[str, Array] | None = None,
    output_rate_hz: float | None = None,
    electronics: np.random.Generator | None = None,
) -> Measured:
    """What worn sensors read of a true motion.

    Parameters
    ----------
    acc : (..., T, K, 3) true specific force at the true positions (:attr:`StrappedSensors.position_m`), in segment axes
        [m/s^2]; a sagittal motion has zeros along z.
    gyro : (..., T, K, 3) true angular rate of the segments [rad/s].
    rate_hz : their rate [Hz].
    realism : clock and electronics are read here, the rest is in ``worn``.
    generator : source of randomness. The same seed gives the same constants of the electronics whatever the duration.
    force : ``r``, ``l`` to (..., T) vertical ground reaction [BW]; without it nothing rings.
    angles : coordinate name to (..., T) [rad], for the muscles under thigh and shank sensors; without it they stay as they are.
    output_rate_hz : nominal rate of the sensors [Hz]; default that of the motion.
    electronics : source of scale and bias, alike for all recordings by the same sensors; default ``generator``.

    Returns
    -------
    Measured. Truth belongs to n / ``output_rate_hz``.

    ValueError: shapes that do not belong together, missing samples, a rate that is not positive.
    """
    rate_out = rate_hz if output_rate_hz is None else output_rate_hz
    if acc.ndim < 3 or acc.shape != gyro.shape or acc.shape[-2:] != (len(worn.poses), 3):
        raise ValueError(f"acc {acc.shape}, gyro {gyro.shape} and {len(worn.poses)} sensors do not belong together")
    if not (math.isfinite(rate_hz) and rate_hz > 0.0 and math.isfinite(rate_out) and rate_out > 0.0):
        raise ValueError(f"rates must be positive, got {rate_hz} and {rate_out}")
    impact_stream, clock_stream, electronics_stream = generator.spawn(3)
    samples = round(acc.shape[-3] / rate_hz * rate_out)
    if worn.skin is not None or (worn.ringing is not None and force):
        factor = max(1, math.ceil(FINE_RATE_HZ / rate_hz))
        acc, gyro = (_refine(signal, rate_hz, factor) for signal in (acc, gyro))
        if worn.skin is not None:
            muscle = _refine(skin.muscle_angles(worn.segments, angles)[..., None], rate_hz, factor)[..., 0] if angles else None
            riding = skin.ride(acc, gyro, factor * rate_hz, worn.skin, muscle)
            acc, gyro = riding.acc, riding.gyro
        if worn.ringing is not None and force:
            loads = {side: _refine(load[..., None, None], rate_hz, factor)[..., 0, 0] for side, load in force.items()}
            acc, gyro = ringing.ring(acc, gyro, factor * rate_hz, loads, worn.ringing, impact_stream)
        rate_hz *= factor
    time = instants(samples, rate_out, len(worn.poses), realism.clock, clock_stream)
    both = np.concatenate([acc, gyro], axis=-1)
    channels = [at(both[..., k, :], rate_hz, time[:, k], 0.5 * rate_out) for k in range(len(worn.poses))]
    sampled = np.split(np.stack(channels, axis=-2), 2, axis=-1)
    # v_sensor = R^T v_segment
    turned_acc, turned_gyro = (np.einsum("kji,...kj->...ki", worn.rotation, v) for v in sampled)
    errors = replace(realism.electronics, misalignment=0.0)
    readings = corrupt(turned_acc, turned_gyro, rate_out, errors, electronics or electronics_stream, electronics_stream)
    return Measured(*readings, rate_out, time)


def _refine(values: Array, rate_hz: float, factor: int) -> Array:
    """(..., T, K, C) at a multiple of the rate."""
    if factor == 1:
        return values
    flat = values.reshape(*values.shape[:-2], -1)
    fine = at(flat, rate_hz, np.arange(factor * values.shape[-3]) / (factor * rate_hz))
    return fine.reshape(*fine.shape[:-1], *values.shape[-2:])
