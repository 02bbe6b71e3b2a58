"""Which way is up in a sensor's axes when there is no standing: gravity over whole strides.

Over whole strides of steady walking the acceleration averages out in the ground frame, so the mean specific force, rotated by
the integrated angular rate, points up. Seen from the segment this gives the segment's mean inclination over the stride, not its
upright pose: legs are on average bent. That part comes from population means. In walking a foot is flat while it rests; in
running contact is too short and hard for that, and population means serve for the foot as well.
"""

from __future__ import annotations

import numpy as np

from kinertia.numerics import rotations
from kinertia.numerics.moving_mean import moving_mean
from kinertia.recording import GRAVITY, Array

MEAN_INCLINATION = {
    "walking": {"femur": np.deg2rad(7.0), "tibia": np.deg2rad(-18.0)},
    "running": {"femur": np.deg2rad(20.0), "tibia": np.deg2rad(-27.0), "foot": np.deg2rad(-31.0)},
}
"""Mean inclination about the right-pointing axis over a stride [rad]: Winter (1991), walking; Fukuchi et al. (2017), running.
People differ from it by about 5 deg."""
FLIGHT_FORCE = 0.45 * GRAVITY  # in flight a sensor on the body falls freely: specific force below this is running [m/s^2]
REST_SHARE = 0.1  # part of each stride taken as the foot's rest


def over_strides(acc: Array, rate: Array, stride: int, rate_hz: float, *, at_rest: bool) -> Array:
    """(3,) mean direction of up in sensor axes, a unit vector.

    Parameters
    ----------
    acc, rate : (T, 3) specific force and angular rate less bias over whole strides [m/s^2, rad/s].
    stride : samples of a stride; T is at least one stride.
    at_rest : True takes the direction while the sensor moves least (a foot on the ground), False the mean over the stride.
    """
    count = len(acc) // stride
    acc, rate = (signal[: count * stride].reshape(count, stride, 3) for signal in (acc, rate))
    turn = attitudes(rate, rate_hz)
    # mean over the stride of R(t) f(t) is g up, in the axes that the sensor has at the beginning
    up = np.einsum("sijk,sik->sj", turn, acc)
    up = up / np.linalg.norm(up, axis=-1, keepdims=True)
    seen = np.einsum("sijk,sj->sik", turn, up)  # R(t)^T up
    if at_rest:
        # A foot on the ground neither turns nor feels more than gravity (Skog et al., IEEE TBME 57:2657, 2010).
        excess, turning = (np.linalg.norm(acc, axis=-1) - GRAVITY) ** 2, (rate**2).sum(-1)
        motion = turning / turning.mean() + excess / excess.mean()
        motion = moving_mean(motion, max(1, round(0.1 * rate_hz)), axis=1, beyond="wrap")
        chosen = np.argsort(motion, axis=1)[:, : max(1, round(REST_SHARE * stride)), None]
        seen = np.take_along_axis(seen, chosen, axis=1)
    total = seen.mean(axis=(0, 1))
    return total / np.linalg.norm(total)


def bends(inclination: Array) -> Array:
    """(K, 3, 3) from frames whose y is the mean up over a stride to segments that incline by (K,) on average [rad]."""
    c, s, zero, one = np.cos(inclination), np.sin(inclination), np.zeros_like(inclination), np.ones_like(inclination)
    # up = sin(q) x + cos(q) y in the segment
    return np.stack([c, s, zero, -s, c, zero, zero, zero, one], axis=-1).reshape(-1, 3, 3)


def is_running(acc: Array, rate_hz: float) -> bool:
    """Whether there are flight phases: (T, 3) force of a pelvis or thigh sensor close to zero for 5 % of the time [m/s^2]."""
    smooth = moving_mean(acc, max(1, round(0.05 * rate_hz)), beyond="wrap")
    return bool(np.quantile(np.linalg.norm(smooth, axis=-1), 0.05) < FLIGHT_FORCE)


def attitudes(rate: Array, rate_hz: float) -> Array:
    """(S, T, ..., 3, 3) attitudes R(t), sensor to its axes at the start of each stride, from (S, T, ..., 3) rates [rad/s]."""
    attitude = np.empty((*rate.shape, 3))
    attitude[:, 0] = np.eye(3)
    turns = rotations.to_matrix(0.5 * (rate[:, 1:] + rate[:, :-1]) / rate_hz)
    for t in range(turns.shape[1]):
        attitude[:, t + 1] = attitude[:, t] @ turns[:, t]  # R(t+1) = R(t) exp(w dt)
    return attitude
