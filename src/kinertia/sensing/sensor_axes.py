"""The mediolateral axis of a sensor, found from how it moves in walking, and up from gravity over whole strides.

Legs swing about the first: it is the principal axis of the angular rate. The thigh's sensor also turns with the skin about the
thigh's long axis, in step with the swing, which would draw a principal axis in space far off the horizontal; the axis is
therefore looked for in the plane across "up". The pelvis turns more about the other two axes; there the symmetry of gait is
used: from one step to the next, sideways acceleration changes sign, and so does rotation about the forward axis, while forward
acceleration and rotation about the mediolateral axis repeat. Source of the principal axis: Cutti et al., Med Biol Eng Comput
48:17 (2010), functional calibration of shank and thigh.

Over whole strides of steady walking the acceleration averages out in the ground frame, so the mean specific force, rotated by
the integrated angular rate, points up. Seen from the segment this gives the segment's mean inclination over the stride, not its
upright pose: legs are on average bent. That part comes from population means. In walking a foot is flat while it rests; in
running contact is too short and hard for that, and population means serve for the foot as well.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinertia.numerics import rotations
from kinertia.numerics.signals import moving_mean
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
    """(3,) mean direction of up in sensor axes, a unit vector, from (T, 3) force and rate less bias over one stride or more.

    ``stride`` is in samples; ``at_rest`` takes the direction while the sensor moves least (a foot on the ground), else it is
    the mean over the stride [m/s^2, rad/s].
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


@dataclass(frozen=True)
class Axis:
    """One mediolateral axis, of unknown sign."""

    direction: Array  # (3,) unit vector across "up", in sensor axes
    share: float  # part of the signal power across "up" that the axis explains, 0.5 (none is better than another) to 1
    # angle by which the principal axis in space leaves the horizontal [deg], NaN where it is not used
    off_horizontal_deg: float


def principal(rate: Array, up: Array) -> Axis:
    """Axis of a leg segment, from (T, 3) rates less bias while walking straight and (3,) up, a unit vector, in sensor axes."""
    across = plane(up)
    power = across @ (rate.T @ rate) @ across.T
    values, vectors = np.linalg.eigh(power)
    in_space = np.linalg.eigh(rate.T @ rate)[1][:, -1]
    off_deg = float(np.degrees(np.arcsin(min(1.0, abs(in_space @ up)))))
    return Axis(vectors[:, -1] @ across, float(values[-1] / max(values.sum(), 1e-12)), off_deg)


def by_symmetry(acc: Array, rate: Array, up: Array, half_stride: int) -> Axis:
    """Axis of the pelvis, from (T, 3) specific force too [m/s^2] and half of a stride in samples."""
    across = plane(up)
    force_repeats, force_turns = parity((acc - acc.mean(axis=0)) @ across.T, half_stride)
    rate_repeats, rate_turns = parity(rate @ across.T, half_stride)
    # e maximises (sideways force that changes sign - that repeats) + (rotation that repeats - that changes sign)
    contrast = (force_turns - force_repeats) / max(float(np.trace(force_turns + force_repeats)), 1e-12)
    contrast += (rate_repeats - rate_turns) / max(float(np.trace(rate_repeats + rate_turns)), 1e-12)
    values, vectors = np.linalg.eigh(contrast)
    share = 0.5 + 0.25 * float(values[-1] - values[0])  # 1 where the two axes differ in everything
    return Axis(vectors[:, -1] @ across, min(share, 1.0), float("nan"))


def plane(up: Array) -> Array:
    """(2, 3) two unit vectors across ``up``."""
    return np.linalg.svd(up[None, :])[2][1:]


def parity(signal: Array, half_stride: int) -> tuple[Array, Array]:
    """(2, 2) power of the part that repeats after half a stride, and of the part that changes sign."""
    now, later = signal[:-half_stride], signal[half_stride:]
    repeats, turns = 0.5 * (now + later), 0.5 * (now - later)
    return repeats.T @ repeats / len(now), turns.T @ turns / len(now)
