"""Contact forces of hip, knee and ankle: what bones press on each other with, from a leg's motion, the ground and muscles.

Equations of motion of what is distal of a joint leave the force between the segments; muscles that cross the joint pull both
together, and bones bear that in addition. Planar muscles have moment arms but no lines of action: they are taken to pull along
the segment that they act on, femur at the hip and tibia at knee and ankle. Ligaments and muscles beyond the set add nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from kinertia.recording import GRAVITY, Array

MASSES = (0.100, 0.0465, 0.0145)  # of thigh, shank and foot, over body mass; Winter, as in kinertia.bodies.gait2d
COM = 0.433  # of thigh and shank, of their length from the proximal joint; Winter
JOINTS = ("hip", "knee", "ankle")


def contact_forces(
    points: Mapping[str, Array], ground: Array, pulls: Array, mass: float, rate_hz: float, side: str
) -> dict[str, Array]:
    """Force (T, 2) on the distal body at each joint of a leg, in the ground frame [N], by joint with its side.

    Parameters
    ----------
    points : landmarks (T, 2) in the ground frame [m]: ``hip``, and of the side ``knee``, ``ankle``, ``heel`` and ``toe``.
    ground : (T, 2) ground reaction of the foot [N].
    pulls : (T, 3) sum of the forces of the muscles that cross hip, knee and ankle [N].
    mass : of the body [kg].
    rate_hz : of the samples.
    side : ``r`` or ``l``.

    Notes
    -----
    Free bodies as of Winter, Biomechanics and Motor Control of Human Movement; muscles in addition as of Paul (1966), Proc.
    Inst. Mech. Eng. 181 (3J):8-15. The foot, 1.5 % of the body's mass, has its centre in the middle of its sole.
    """
    hip = points["hip"]
    knee, ankle, heel, toe = (points[f"{name}_{side}"] for name in ("knee", "ankle", "heel", "toe"))
    centres = hip + COM * (knee - hip), knee + COM * (ankle - knee), 0.5 * (heel + toe)
    step, up = 1.0 / rate_hz, np.array([0.0, GRAVITY])
    moved = [np.gradient(np.gradient(at, step, axis=0), step, axis=0) for at in centres]
    needed = [part * mass * (acceleration + up) for part, acceleration in zip(MASSES, moved, strict=True)]
    along = _unit(hip - knee), _unit(knee - ankle), _unit(knee - ankle)
    result = {}
    for k, joint in enumerate(JOINTS):
        # F + F_ground + sum of F_muscle u = sum of m (a - g) of what is distal
        result[f"{joint}_{side}"] = np.sum(needed[k:], axis=0) - ground - pulls[:, k : k + 1] * along[k]
    return result


def _unit(x: Array) -> Array:
    return x / np.linalg.norm(x, axis=-1, keepdims=True)
