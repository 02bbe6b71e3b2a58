"""What steady gait says about K sensors: segment, side, axes and place of each."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from kinertia.placement import assignment, gait_model, harmonics, joint_positions
from kinertia.placement.assignment import Assignment
from kinertia.placement.gait_model import GAITS, PARTS
from kinertia.placement.height import Height
from kinertia.placement.joint_positions import Lengths, Positions, Prior
from kinertia.placement.steady_gait import Steady
from kinertia.recording import Array
from kinertia.sensing.sensor_axes import bends

STANDING_SPREAD_RAD = np.deg2rad(3.5)  # standing people do not hold their segments exactly vertical
IN_FRONT = 1.5
"""Log-likelihood from which a pelvis sensor is taken to be worn in front: fewer do, and slow walking hardly shows it."""
RATIO_SPREAD = 0.045  # of lengths found over those of the true height


@dataclass(frozen=True)
class Interpretation:
    """K sensors as steady gait shows them."""

    assignment: Assignment  # segments and sides
    rotation: Array  # (K, 3, 3) sensor to segment axes: v_segment = rotation @ v_sensor
    force: Array  # (K,) size of gravity over strides [m/s^2]
    up: Array  # (K, 3) mean up over strides in sensor axes, unit vectors
    positions: Positions  # positions in the sagittal plane, inclinations, lengths of thigh and shank
    # of thigh and shank with the prior on them all but off; None where no knee has sensors on either side
    lengths: Lengths | None
    height_ratio: float  # these over those of the given height; NaN where there are none
    ratio_spread: float  # by how much people differ from that ratio (standard deviation)


def interpret(
    steady: Steady,
    stated: tuple[str, ...],
    height: Height,
    standing_up: Array | None = None,
    start: Array | None = None,
) -> Interpretation:
    """Read steady gait of K sensors, at most 7, that are said to be on K segments, of a body of a height as far as it is known.

    Parameters
    ----------
    standing_up : (K, 3) mean specific force in quiet standing [m/s^2], None without.
    start : (K, 2) positions to start from [m].
    """
    model = gait_model.load()
    leg, pelvis = harmonics.of_sensors(steady)
    assigned = assignment.assign(leg, pelvis, steady.stride_hz, stated)
    is_pelvis = np.array([name == "pelvis" for name in assigned.segments])
    right = np.where(is_pelvis[:, None], pelvis.right, leg.right) * assigned.sign[:, None]
    frames = np.stack([np.cross(leg.up, right), leg.up, right], axis=1)
    gait = GAITS.index("running" if assigned.running else "walking")
    parts = [PARTS.index(name.split("_")[0]) for name in assigned.segments]
    inclination = model.mean_inclination(gait, float(np.log(steady.stride_hz)))[parts]
    spread = model.inclination_spread[gait][parts]
    if standing_up is not None:
        inclination, spread = _with_standing(inclination, spread, frames, standing_up)
    unsure = height.spread_m / height.height_m
    prior = joint_positions.usual(assigned.segments, height.height_m, inclination, spread, unsure)
    positions = joint_positions.locate(steady, frames, prior, start)
    if any(_in_front(positions, prior, k) for k in np.flatnonzero(is_pelvis).tolist()):
        # as far in front of the hip as it was behind
        prior = replace(prior, position=np.where(is_pelvis[:, None], [-1.0, 1.0], 1.0) * prior.position)
        positions = joint_positions.locate(steady, frames, prior, start)
    bend = bends(positions.inclination)
    lengths = joint_positions.lengths(steady, frames, prior)
    ratio = float("nan") if lengths is None else float(lengths.value.sum() / sum(prior.length))
    return Interpretation(
        assigned, bend @ frames, leg.force, leg.up, positions, lengths, ratio, float(np.hypot(RATIO_SPREAD, unsure))
    )


def _in_front(positions: Positions, prior: Prior, k: int) -> bool:
    """Whether the joints say that the pelvis sensor k sits in front of the hip, not behind it."""
    usual, spread = prior.position[k, 0], prior.position_spread[k, 0]
    known = positions.position_spread[k, 0] ** -2 - spread**-2  # what the joints know, and where they put it
    if known <= 0.0:
        return False
    x = (positions.position[k, 0] * positions.position_spread[k, 0] ** -2 - usual * spread**-2) / known
    return bool(-2.0 * usual * x / (1.0 / known + spread**2) > IN_FRONT)  # log-likelihood of in front over behind


def _with_standing(inclination: Array, spread: Array, frames: Array, standing_up: Array) -> tuple[Array, Array]:
    """Inclinations of usual gait and of upright standing, each weighed by its certainty."""
    forward, up = np.einsum("kij,kj->ik", frames[:, :2], standing_up)
    standing = np.arctan2(-forward, up)  # the upright segment's y is up in standing
    weight = (spread / STANDING_SPREAD_RAD) ** 2
    return (inclination + weight * standing) / (1.0 + weight), spread / np.sqrt(1.0 + weight)
