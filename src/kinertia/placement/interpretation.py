"""What steady gait says about K sensors: segment, side, axes and place of each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinertia.placement import assignment, gait_model, harmonics, joint_positions
from kinertia.placement.assignment import Assignment
from kinertia.placement.gait_model import GAITS, PARTS
from kinertia.placement.height import Height
from kinertia.placement.joint_positions import Lengths, Positions, Prior
from kinertia.placement.steady_gait import Steady
from kinertia.recording import Array

STANDING_SPREAD_RAD = np.deg2rad(3.5)
"""Standing people do not hold their segments exactly vertical."""
IN_FRONT = 1.5
"""Log-likelihood from which a pelvis sensor is taken to be worn in front: fewer do, and slow walking hardly shows it."""
RATIO_SPREAD = 0.045
"""Of lengths found over those of the true height."""


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
    """Read steady gait.

    Parameters
    ----------
    steady : windows of steady gait of K sensors, at most 7.
    stated : K segments the sensors are said to be on.
    height : of the body, as far as it is known.
    standing_up : (K, 3) mean specific force in quiet standing [m/s^2], None without.
    start : (K, 2) positions to start from [m].
    """
    model = gait_model.load()
    leg, pelvis = harmonics.of_sensors(steady)
    assigned = assignment.assign(leg, pelvis, steady.stride_hz, stated, model)
    is_pelvis = np.array([name == "pelvis" for name in assigned.segments])
    right = np.where(is_pelvis[:, None], pelvis.right, leg.right) * assigned.sign[:, None]
    frames = np.stack([np.cross(leg.up, right), leg.up, right], axis=1)
    gait = GAITS.index("running" if assigned.running else "walking")
    parts = [PARTS.index(name.split("_")[0]) for name in assigned.segments]
    inclination = model.mean_inclination(gait, float(np.log(steady.stride_hz)))[parts]
    spread = model.inclination_spread[gait][parts]
    if standing_up is not None:
        inclination, spread = _with_standing(inclination, spread, frames, standing_up)
    prior = joint_positions.usual(assigned.segments, height.height_m, inclination, spread)
    unsure = height.spread_m / height.height_m
    positions = joint_positions.locate(steady, frames, assigned.segments, prior, start, height_spread=unsure)
    if _in_front(positions, prior, assigned.segments):
        prior = joint_positions.worn_in_front(prior, assigned.segments)
        positions = joint_positions.locate(steady, frames, assigned.segments, prior, start, height_spread=unsure)
    c, s = np.cos(positions.inclination), np.sin(positions.inclination)
    zero, one = np.zeros_like(c), np.ones_like(c)
    bend = np.stack([c, s, zero, -s, c, zero, zero, zero, one], axis=-1).reshape(-1, 3, 3)
    lengths = joint_positions.lengths(steady, frames, assigned.segments, prior)
    ratio = float("nan") if lengths is None else float(lengths.value.sum() / sum(prior.length))
    return Interpretation(
        assigned, bend @ frames, leg.force, leg.up, positions, lengths, ratio, float(np.hypot(RATIO_SPREAD, unsure))
    )


def _in_front(positions: Positions, prior: Prior, segments: tuple[str, ...]) -> bool:
    """Whether the joints say that a pelvis sensor sits in front of the hip, not behind it."""
    if "pelvis" not in segments:
        return False
    k = segments.index("pelvis")
    usual, spread = prior.position[k, 0], prior.position_spread[k, 0]
    told = positions.position_spread[k, 0] ** -2 - spread**-2  # what the joints know, and where they put it
    if told <= 0.0:
        return False
    x = (positions.position[k, 0] * positions.position_spread[k, 0] ** -2 - usual * spread**-2) / told
    return bool(-2.0 * usual * x / (1.0 / told + spread**2) > IN_FRONT)  # log-likelihood of in front over behind


def _with_standing(inclination: Array, spread: Array, frames: Array, standing_up: Array) -> tuple[Array, Array]:
    """Inclinations of usual gait and of upright standing, each weighed by its certainty."""
    forward, up = np.einsum("kij,kj->ik", frames[:, :2], standing_up)
    standing = np.arctan2(-forward, up)  # the upright segment's y is up in standing
    weight = (spread / STANDING_SPREAD_RAD) ** 2
    return (inclination + weight * standing) / (1.0 + weight), spread / np.sqrt(1.0 + weight)
