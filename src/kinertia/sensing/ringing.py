"""Impact ringing: a foot that meets the ground starts decaying oscillations in every sensor, weaker further up.

Rigid bodies with smooth contact forces have no such content above some 20 Hz. Each contact adds

    y(t) = A exp(-d w t) cos(w_d t + psi),   w_d = w sqrt(1 - d^2),  tan psi = d / sqrt(1 - d^2)

to accelerometer and gyroscope: with this phase its integral is zero, so that an impact leaves no velocity and no angle behind.
A grows with the rate of loading of the vertical ground reaction.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import signal

from kinertia.recording import Array
from kinertia.sensing.errors import Range, drawn

CONTACT_BW = 0.05  # vertical force of a foot on the ground
LOADING_WINDOW_S = 0.05  # time after contact in which the steepest rise of the force counts as the impact
SHORTEST_SWING_S = 0.1  # a foot must have been off the ground for this long to strike it


@dataclass(frozen=True)
class Ring:
    """Ranges for sensors of one kind of segment; a sensor's own values are drawn evenly between the ends."""

    frequency_hz: Range  # of the oscillation without damping [Hz]
    damping: Range  # ratio to critical damping
    acc_gain: Range  # amplitude per rate of loading [m/s^2 per BW/s]
    gyro_gain: Range  # amplitude per rate of loading [rad/s per BW/s]


def _typical() -> dict[str, Ring]:
    return {
        "pelvis": Ring((9.0, 18.0), (0.25, 0.45), (0.05, 0.18), (0.002, 0.008)),
        "femur": Ring((12.0, 25.0), (0.2, 0.4), (0.1, 0.35), (0.005, 0.015)),
        "tibia": Ring((20.0, 40.0), (0.2, 0.4), (0.2, 0.6), (0.008, 0.02)),
        "foot": Ring((30.0, 50.0), (0.25, 0.45), (0.3, 0.8), (0.01, 0.03)),
    }


@dataclass(frozen=True)
class RingingRanges:
    """Ringing of each kind of segment.

    The sizes give 3 to 9 m/s^2 at the shank in walking (some 15 BW/s) and 2 to 5 g in running (some 80 BW/s) on top of the
    smooth motion, the order of reported peak tibial accelerations; the impact part of tibial acceleration in running lies
    between 10 and 20 Hz and above (Shorten and Winslow 1992, Int J Sport Biomech 8, 288-304).
    """

    kinds: Mapping[str, Ring] = field(default_factory=_typical)  # kind of segment to its ranges
    across: float = 0.2  # part of an impact that reaches the sensors of the other leg
    variation: float = 0.25  # standard deviation of the logarithm of A from impact to impact


@dataclass(frozen=True)
class Ringing:
    """How K sensors ring."""

    # frequency_hz, damping: (K,)
    frequency_hz: Array
    damping: Array
    acc_gain: Array  # (K, 3) with direction [m/s^2 per BW/s]
    gyro_gain: Array  # (K, 3) with direction [rad/s per BW/s]
    reach: dict[str, Array]  # side ``r``, ``l`` to (K,) part of that foot's impact
    variation: float  # standard deviation of the logarithm of A from impact to impact


def draw(segments: Sequence[str], ranges: RingingRanges, generator: np.random.Generator) -> Ringing:
    """How the sensors on ``segments`` ring, mostly in the sagittal plane; a ValueError for a segment without ranges."""
    names = ("frequency_hz", "damping", "acc_gain", "gyro_gain")
    value = drawn(segments, ranges.kinds, names, "ringing", generator)
    sides = [segment.partition("_")[2] for segment in segments]
    acc_way = generator.standard_normal((len(sides), 3)) * (1.0, 1.0, 0.3)
    gyro_way = generator.standard_normal((len(sides), 3)) * (0.5, 0.5, 1.0)
    return Ringing(
        frequency_hz=value[:, 0],
        damping=value[:, 1],
        acc_gain=value[:, 2:3] * acc_way / np.linalg.norm(acc_way, axis=-1, keepdims=True),
        gyro_gain=value[:, 3:4] * gyro_way / np.linalg.norm(gyro_way, axis=-1, keepdims=True),
        reach={foot: np.array([ranges.across if side and side != foot else 1.0 for side in sides]) for foot in "rl"},
        variation=ranges.variation,
    )


def impacts(force: Array, rate_hz: float) -> Array:
    """(..., T) impact of each contact: steepest rise of the force within 50 ms [BW/s], at the first sample on the ground.

    It is zero elsewhere; ``force`` (..., T) is the vertical ground reaction of one foot [BW].
    """
    rise = np.diff(force, axis=-1, append=force[..., -1:]) * rate_hz
    window, swing = (max(1, round(seconds * rate_hz)) for seconds in (LOADING_WINDOW_S, SHORTEST_SWING_S))
    result = np.zeros_like(force)
    for row in np.ndindex(force.shape[:-1]):
        down = force[row] > CONTACT_BW
        for start in np.flatnonzero(down[1:] & ~down[:-1]) + 1:
            if not down[max(0, start - swing) : start].any():
                result[row][start] = max(0.0, float(rise[row][start - 1 : start + window].max()))
    return result


def ring(
    acc: Array, gyro: Array, rate_hz: float, force: Mapping[str, Array], ringing: Ringing, generator: np.random.Generator
) -> tuple[Array, Array]:
    """Signals (..., T, K, 3) in segment axes [m/s^2, rad/s] with the ringing of every foot contact added.

    ``force`` is ``r``, ``l`` to (..., T) vertical ground reaction [BW]; the generator draws how impacts differ.
    ValueError: shapes that do not belong together.
    """
    if acc.shape != gyro.shape or acc.shape[-2] != ringing.damping.shape[0]:
        raise ValueError(f"acc {acc.shape}, gyro {gyro.shape} and {ringing.damping.shape[0]} sensors do not belong together")
    excitation = np.zeros(acc.shape[:-1])
    for side, load in force.items():
        if load.shape != acc.shape[:-2]:
            raise ValueError(f"force of side {side!r} has shape {load.shape}, expected {acc.shape[:-2]}")
        strikes = impacts(load, rate_hz)
        at = strikes > 0
        strikes[at] *= np.exp(ringing.variation * generator.standard_normal(int(at.sum())))
        excitation += strikes[..., None] * ringing.reach[side]
    sensors = zip(np.moveaxis(excitation, -1, 0), ringing.frequency_hz, ringing.damping, strict=True)
    response = np.stack([_oscillate(pulses, f, d, rate_hz) for pulses, f, d in sensors], axis=-1)[..., None]
    return acc + response * ringing.acc_gain, gyro + response * ringing.gyro_gain


def _oscillate(pulses: Array, frequency_hz: float, damping: float, rate_hz: float) -> Array:
    """Sampled oscillation that each pulse starts."""
    w, step, across = 2 * math.pi * frequency_hz, 1.0 / rate_hz, math.sqrt(1.0 - damping**2)
    phase = math.atan2(damping, across)
    turn, decay = w * across * step, math.exp(-damping * w * step)
    # z-transform of r^n cos(n a + psi) = (cos psi - r cos(a - psi) / z) / (1 - 2 r cos a / z + r^2 / z^2)
    numerator = [math.cos(phase), -decay * math.cos(turn - phase)]
    return np.asarray(signal.lfilter(numerator, [1.0, -2 * decay * math.cos(turn), decay**2], pulses, axis=-1))
