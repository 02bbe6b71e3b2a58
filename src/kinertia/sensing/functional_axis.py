"""The mediolateral axis of a sensor, found from how it moves in walking.

Legs swing about it: it is the principal axis of the angular rate. The thigh's sensor also turns with the skin about the thigh's
long axis, in step with the swing, which would draw a principal axis in space far off the horizontal; the axis is therefore
looked for in the plane across "up". The pelvis turns more about the other two axes; there the symmetry of gait is used: from
one step to the next, sideways acceleration changes sign, and so does rotation about the forward axis, while forward
acceleration and rotation about the mediolateral axis repeat.

Source of the principal axis: Cutti et al., Med Biol Eng Comput 48:17 (2010), functional calibration of shank and thigh.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinertia.recording import Array


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
