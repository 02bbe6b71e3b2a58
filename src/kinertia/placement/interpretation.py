"""What steady gait says about K sensors: segment, side, axes and place of each, and which units or sampling rate are wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from kinertia.placement import assignment, harmonics, joint_positions
from kinertia.placement.assignment import Assignment
from kinertia.placement.harmonics import GAITS, PARTS, mean_force
from kinertia.placement.joint_positions import Height, Lengths, Positions, Prior
from kinertia.placement.steady_gait import Steady, waves
from kinertia.recording import GRAVITY, Array
from kinertia.sensing.sensor_axes import bends

STANDING_SPREAD_RAD = np.deg2rad(3.5)  # standing people do not hold their segments exactly vertical
IN_FRONT = 1.5
"""Log-likelihood from which a pelvis sensor is taken to be worn in front: fewer do, and slow walking hardly shows it."""
RATIO_SPREAD = 0.045  # of lengths found over those of the true height
ONE_G = (0.75, 1.35)
MOST_IN_G = 6.0
DEGREE = np.pi / 180.0
IN_G = (0.3, 4.0)  # median size of readings in g: runners' feet come to 3
IN_MG = 300.0
LARGEST_ANGLE_RAD = 2.5
"""No segment swings by more (root mean square about its mean), not even at half the true rate; a runner's foot reaches 0.9."""
DOUBTFUL_ANGLE_RAD = 0.3  # above it, rates may be in deg/s
SMALLEST_ANGLE_RAD = 0.0006  # no segment of a walker swings by less
SMALL_ANGLE_RAD = 0.018  # below it, rates may be rad/s divided by 57.3
FITS_NOTHING = 2.0  # distance from the likeliest segment at which another unit is tried
MIRROR_GAIN = 25.0  # squared distance by which the other sign must be nearer to be tried
CLEARER = 5.0  # gain of the log-likelihood that settles it
SIGN_CLEARER = 2.0  # the same for a sign: the likelihood allows for a wrong one already, at a cost
PACES = (0.25, 0.4, 0.5, 0.6, 0.8, 1.25, 1.6, 2.0, 2.5, 4.0)  # true sampling rates looked at, as parts of the stated one
SUSPECT_RATIO = 1.86  # in spreads of the ratio
SUSPECT_MISFIT = 2.6  # median over sensors, in spreads
RATE_GAIN = 4.0  # of the score, by which another rate must fit better


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


Judge = Callable[[Steady], Interpretation]


def interpret(
    steady: Steady,
    stated: tuple[str, ...],
    height: Height,
    standing_up: Array | None = None,
    start: Array | None = None,
) -> Interpretation:
    """Read steady gait of K sensors, at most 7, that are said to be on K segments, of a body of a height as far as it is known.

    ``standing_up`` is (K, 3) mean specific force in quiet standing [m/s^2], ``start`` (K, 2) positions to start from [m].
    """
    model = harmonics.load()
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


def acceleration_factor(acc: Array) -> float:
    """Factor that turns (T, 3) specific force to m/s^2: 1, or for readings in g or mg."""
    size = np.linalg.norm(acc, axis=1)
    size = float(np.median(size[np.isfinite(size)])) if np.isfinite(size).any() else GRAVITY
    return GRAVITY if IN_G[0] < size < IN_G[1] else GRAVITY / 1000.0 if size > IN_MG else 1.0


def angles(steady: Steady) -> Array:
    """(K,) root mean square of the angle by which each sensor turns about its mean attitude [rad], if rates are in rad/s."""
    squares = []
    for gyro, stride in zip(steady.gyro, steady.stride, strict=True):
        multiples = np.arange(1, 8)
        turn = (
            np.einsum("ht,tki->hki", waves(multiples, len(gyro), stride), gyro)
            / (2.0 * np.pi * multiples * steady.rate_hz / stride)[:, None, None]
        )
        squares.append(0.5 * (np.abs(turn) ** 2).sum(axis=(0, 2)))
    return np.sqrt(np.median(squares, axis=0))


def plain_rate_factors(steady: Steady) -> Array:
    """(K,) factors that turn angular rates to rad/s where no segment can turn as far or as little as they say."""
    angle = angles(steady)
    return np.where(angle > LARGEST_ANGLE_RAD, DEGREE, np.where(angle < SMALLEST_ANGLE_RAD, 1.0 / DEGREE, 1.0))


def doubtful_rate_factors(steady: Steady, reading: Interpretation, judge: Judge) -> tuple[Array, Interpretation]:
    """Further factors, taken where the whole set fits better with them, and the reading with them."""
    angle = angles(steady)
    doubtful = ((angle > DOUBTFUL_ANGLE_RAD) | (angle < SMALL_ANGLE_RAD)) & (reading.assignment.misfit > FITS_NOTHING)
    units = np.where(angle > DOUBTFUL_ANGLE_RAD, DEGREE, 1.0 / DEGREE)
    return _better(steady, reading, judge, {int(k): float(units[k]) for k in np.flatnonzero(doubtful)}, CLEARER)


def signs(steady: Steady, reading: Interpretation, judge: Judge) -> tuple[Array, Interpretation]:
    """(K,) -1 for a sensor whose angular rate has the wrong sign or whose axes are left-handed, and the reading with them.

    In the sagittal plane both are put right by the rate's sign.
    """
    doubtful = np.flatnonzero(reading.assignment.mirror_gain > MIRROR_GAIN)
    worst_first = doubtful[np.argsort(-reading.assignment.mirror_gain[doubtful])]
    return _better(steady, reading, judge, {int(k): -1.0 for k in worst_first}, SIGN_CLEARER)


def _better(
    steady: Steady, reading: Interpretation, judge: Judge, trials: dict[int, float], clearer: float
) -> tuple[Array, Interpretation]:
    """(K,) those factors on rates, tried sensor by sensor, with which the whole set fits better; and the reading with them."""
    factors = np.ones(len(reading.force))
    for k, factor in trials.items():
        tried = factors.copy()
        tried[k] = factor
        other = judge(rescaled(steady, tried))
        if other.assignment.log_likelihood > reading.assignment.log_likelihood + clearer:
            factors, reading = tried, other
    return factors, reading


def late_acceleration_factors(steady: Steady) -> Array:
    """(K,) further factors on acceleration: of a runner's foot only gravity over whole strides shows the unit."""
    force = np.linalg.norm(mean_force(steady), axis=-1)
    size = np.median(np.linalg.norm(np.concatenate(steady.acc), axis=-1), axis=0)
    return np.where((force > ONE_G[0]) & (force < ONE_G[1]) & (size < MOST_IN_G), GRAVITY, 1.0)


def rescaled(steady: Steady, factors: Array) -> Steady:
    """The same with each sensor's angular rate multiplied."""
    if (factors == 1.0).all():
        return steady
    return replace(steady, gyro=tuple(gyro * factors[:, None] for gyro in steady.gyro))


def pace_factor(steady: Steady, reading: Interpretation, judge: Judge) -> tuple[float, Interpretation]:
    """True over stated sampling rate: 1, or the one of :data:`PACES` that makes legs as long as they are and gait as it is.

    The reading at that rate comes with it.
    """
    doubt = abs(_log_ratio(reading)) / reading.ratio_spread if np.isfinite(reading.height_ratio) else 0.0
    if doubt < SUSPECT_RATIO and float(np.median(reading.assignment.misfit)) < SUSPECT_MISFIT:
        return 1.0, reading
    tried = {pace: judge(replace(steady, rate_hz=steady.rate_hz * pace)) for pace in PACES}
    best = max(tried, key=lambda pace: _score(tried[pace]))
    better = _score(tried[best]) > _score(reading) + RATE_GAIN
    return (best, tried[best]) if better else (1.0, reading)


def signs_and_pace(steady: Steady, reading: Interpretation, judge: Judge) -> tuple[Array, float, Interpretation]:
    """:func:`signs` and :func:`pace_factor` in the order that explains more; and the reading with them."""
    sign, signed = signs(steady, reading, judge)
    pace, first = pace_factor(rescaled(steady, sign), signed, judge)
    if (sign > 0).all():
        return sign, pace, first
    # at a wrong rate, attitudes are so wrong that signs seem to be
    other_pace, paced = pace_factor(steady, reading, judge)
    if other_pace == 1.0:
        return sign, pace, first
    other_sign, second = signs(replace(steady, rate_hz=steady.rate_hz * other_pace), paced, judge)
    return (sign, pace, first) if _score(first) >= _score(second) else (other_sign, other_pace, second)


def _score(reading: Interpretation) -> float:
    ratio = _log_ratio(reading) if np.isfinite(reading.height_ratio) else 0.0
    return reading.assignment.log_likelihood - 0.5 * (ratio / reading.ratio_spread) ** 2


def _log_ratio(reading: Interpretation) -> float:
    return float(np.log(max(reading.height_ratio, 0.05)))
