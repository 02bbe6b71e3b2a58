"""Where along their segments the sensors sit: two sensors on either side of a joint must agree on how the joint moves.

In the sagittal plane, with s the inclination of a sensor (its integrated rate), f its specific force and r the way from the
sensor to a joint, the joint's specific force is R(s) f + d^2/dt^2 (R(s) r). Two sensors whose segments meet there give the
same: linear equations in their r, the joint position estimation of Seel et al., Sensors 14:6891 (2014), here for the whole
body at once and in harmonics of the stride, where the second derivative is a factor and skin and impacts, which are fast, are
left out. Ways to either end of a segment give its direction in sensor axes as well, so position, inclination and the lengths
of thigh and shank are found together, by Gauss-Newton steps from what is usual. From the lengths
follows body height, where nobody gave it.

Sources: height of adults, Fryar et al., NCHS Vital and Health Statistics 3(46), 2021; lengths of thigh and shank as parts of
height, Winter 2009; their spread at one height, Drillis & Contini 1966 and ANSUR (Gordon et al. 1989).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from kinertia.placement.steady_gait import Steady, waves
from kinertia.recording import Array

HARMONICS = 6
JOINTS = tuple(
    joint
    for side in "rl"
    for joint in (("pelvis", f"femur_{side}"), (f"femur_{side}", f"tibia_{side}"), (f"tibia_{side}", f"foot_{side}"))
)
"""Segment above and below each joint; the joint is at the end of the former and the origin of the latter."""
LENGTH = {"femur": 0.245, "tibia": 0.246}  # of body height (Winter 2009, Biomechanics and Motor Control of Human Movement)
LENGTH_SPREAD = 0.04  # of the length itself
USUAL = {"pelvis": (-0.09, 0.06), "femur": (0.03, -0.5), "tibia": (0.02, -0.45), "foot": (0.09, -0.03)}
"""Forward [m] and up from the proximal joint, for thigh and shank in parts of their length, else [m]."""
SPREAD = {"pelvis": (0.03, 0.04), "femur": (0.04, 0.12), "tibia": (0.03, 0.12), "foot": (0.04, 0.02)}
"""Standard deviations of where people wear them [m]."""
FORCE_NOISE = 0.3
"""Standard deviation of what skin and out-of-plane motion add to the first harmonic of the force [m/s^2]; in proportion to
frequency more to those above, as a mass on a spring follows a slow motion better. A joint at which more is left over is
believed less."""
FIRM = 0.001
TURN_SPREAD = {"pelvis": FIRM, "femur": 0.1, "tibia": 0.03, "foot": FIRM}
"""By how much more or less than the bone a sensor turns, as part of it (standard deviation): muscles move under it. The ways to
both joints of a thigh then come out too short or too long alike."""
LEAST_NOISE = 0.3  # least noise of a joint for the lengths alone, as part of ``FORCE_NOISE``: they are worth what is left over
FOUND = (0.955, 1.02)  # thigh and shank over the true ones, as found with no prior on them: skin follows the bones late
_STEPS = 12  # of Gauss-Newton at the most
_SETTLED = 1e-6  # m and rad
_ANGLE_HARMONICS = 20  # of a stride; those above hold noise
POPULATION_M = {"female": (1.62, 0.07), "male": (1.755, 0.076)}  # mean and standard deviation of adults [m]
LEG_SPREAD = 0.025  # standard deviation of the leg's length at one height, as part of it
SHARE_SPREAD = 0.015  # the same of a thigh, or shank, in a leg of one length
LEG_ERROR = 0.02  # error of the leg's length from the joints' equations that these do not know of themselves, as part of it
KNEE_ERROR = 0.025  # the same of a thigh or shank where the knee is found too high or too low
TELLING = 0.9  # what is found says something if it leaves less than this part of the spread between people


@dataclass(frozen=True)
class Positions:
    """Where K sensors sit in the sagittal plane of their segments."""

    position: Array  # (K, 2) forward and up from the proximal joint [m]
    position_spread: Array  # (K, 2) standard deviations [m]
    inclination: Array  # (K,) of the upright segment against the mean attitude over a stride, about z [rad]
    inclination_spread: Array  # (K,) standard deviations [rad]
    length: tuple[float, float]  # thigh and shank [m]
    length_covariance: Array  # (2, 2) of their errors [m^2]


@dataclass(frozen=True)
class Prior(Positions):
    """What is thought before the joints are looked at."""

    segments: tuple[str, ...]  # the K segments
    turn_spread: Array  # (K,) by how much more or less than its bone each sensor may turn, as part of it


@dataclass(frozen=True)
class Lengths:
    """Thigh and shank as the joints ask for them, whatever was thought before."""

    value: Array  # (2,) thigh and shank [m]
    covariance: Array  # (2, 2) of their errors, as far as the joint equations know them [m^2]


def usual(
    segments: tuple[str, ...], height_m: float, inclination: Array, inclination_spread: Array, height_spread: float = 0.0
) -> Prior:
    """Prior of a person of that height, known to ``height_spread`` as part of it; inclinations as in :class:`Positions`."""
    length = {part: share * height_m for part, share in LENGTH.items()}
    parts = [name.split("_")[0] for name in segments]
    both = np.array(list(length.values()))
    return Prior(
        np.array([(USUAL[p][0], USUAL[p][1] * length.get(p, 1.0)) for p in parts]),
        np.array([SPREAD[p] for p in parts]),
        inclination,
        inclination_spread,
        (length["femur"], length["tibia"]),
        # of a tall person thigh and shank are longer together
        np.diag((LENGTH_SPREAD * both) ** 2) + height_spread**2 * np.outer(both, both),
        segments,
        np.array([TURN_SPREAD[p] for p in parts]),
    )


def locate(steady: Steady, frames: Array, prior: Prior, start: Array | None = None, least_noise: float = 1.0) -> Positions:
    """Fit positions, inclinations and lengths of K sensors to windows of steady gait.

    ``frames`` (K, 3, 3) have rows forward, up, right: mean attitudes over a stride, in sensor axes. ``start`` (K, 2) are
    positions to start from [m], default those of the prior: few steps lead to the same end from anywhere. ``least_noise`` is
    that of a joint, as part of :data:`FORCE_NOISE`.
    """
    windows = zip(steady.acc, steady.gyro, steady.stride, strict=True)
    seen = [_waves(acc, gyro, frames, stride, steady.rate_hz) for acc, gyro, stride in windows]
    # (K, windows 2 H) and (K, windows 2 H, 2)
    force, lever = (np.concatenate(part, axis=1) for part in zip(*seen, strict=True))
    segments, count = prior.segments, len(prior.segments)
    pairs = [(segments.index(a), segments.index(b)) for a, b in JOINTS if a in segments and b in segments]
    usually = np.concatenate([prior.position.ravel(), prior.inclination, np.ones(count), prior.length])
    spread = np.concatenate([prior.position_spread.ravel(), prior.inclination_spread, prior.turn_spread, np.ones(2)])
    precision = np.diag(1.0 / spread**2)
    precision[-2:, -2:] = np.linalg.inv(prior.length_covariance)
    x = usually.copy()
    if start is not None:
        x[: 2 * count] = start.ravel()
    hessian = precision
    usual_noise = FORCE_NOISE * np.tile(np.repeat(np.arange(1, HARMONICS + 1), 2), len(seen))
    noise = np.ones(len(pairs))
    for _ in range(_STEPS):
        hessian, gradient = precision.copy(), precision @ (usually - x)
        for joint, (upper, lower) in enumerate(pairs):
            way_up, slope_up = _way(x, upper, segments, count, end=True)
            way_low, slope_low = _way(x, lower, segments, count, end=False)
            left = (force[upper] + lever[upper] @ way_up) - (force[lower] + lever[lower] @ way_low)
            slope = lever[upper] @ slope_up - lever[lower] @ slope_low
            weighted = slope.conj().T / ((noise[joint] * usual_noise) ** 2 * len(seen))
            hessian += np.real(weighted @ slope)
            gradient -= np.real(weighted @ left)
            noise[joint] = max(least_noise, np.sqrt((np.abs(left / usual_noise) ** 2).mean()))
        step: Array = np.asarray(np.linalg.solve(hessian, gradient), dtype=np.float64)
        x = x + step
        if np.abs(step).max() < _SETTLED:
            break
    covariance: Array = np.asarray(np.linalg.inv(hessian), dtype=np.float64)
    deviation = np.sqrt(np.diag(covariance))
    place, turn = slice(0, 2 * count), slice(2 * count, 3 * count)
    return Positions(
        x[place].reshape(count, 2),
        deviation[place].reshape(count, 2),
        x[turn],
        deviation[turn],
        (float(x[-2]), float(x[-1])),
        covariance[-2:, -2:],
    )


def _waves(acc: Array, gyro: Array, frames: Array, stride: float, rate_hz: float) -> tuple[np.ndarray, np.ndarray]:
    """(K, 2 H) harmonics of the specific force in space, and (K, 2 H, 2) of what a way from the sensor adds to it."""
    rate = np.einsum("tki,ki->tk", gyro, frames[:, 2])
    # the integral of a periodic rate, harmonic by harmonic, has no drift
    multiples = np.arange(1, _ANGLE_HARMONICS + 1)
    fine = waves(multiples, len(rate), stride)
    rates = fine @ (rate - rate.mean(axis=0))
    angle = np.real(0.5 * len(rate) * fine.conj().T @ (rates / (2j * np.pi * multiples[:, None] * rate_hz / stride)))
    force = np.einsum("kij,tkj->tki", frames[:, :2], acc)
    c, s = np.cos(angle), np.sin(angle)
    space = np.stack([c * force[..., 0] - s * force[..., 1], s * force[..., 0] + c * force[..., 1]], axis=-1)
    turns, multiples = fine[:HARMONICS], multiples[:HARMONICS]
    factor = -((2.0 * np.pi * multiples[:, None] * rate_hz / stride) ** 2)
    cosine, sine = factor * (turns @ c), factor * (turns @ s)  # (H, K)
    lever = np.stack([np.stack([cosine, -sine], axis=-1), np.stack([sine, cosine], axis=-1)], axis=-2)  # (H, K, 2, 2)
    harmonics = np.einsum("ht,tki->hki", turns, space)
    return np.moveaxis(harmonics, 0, 1).reshape(len(frames), -1), np.moveaxis(lever, 0, 1).reshape(len(frames), -1, 2)


def _way(x: Array, k: int, segments: tuple[str, ...], count: int, *, end: bool) -> tuple[Array, Array]:
    """(2,) way from sensor k to a joint of its segment in its mean frame, as long as its turning makes it seem; derivative."""
    place, q, gain = x[2 * k : 2 * k + 2], x[2 * count + k], x[3 * count + k]
    part = segments[k].split("_")[0]
    which = 4 * count + ("femur", "tibia").index(part) if end and part in LENGTH else None
    joint = np.array([0.0, 0.0 if which is None else -x[which]])
    c, s = np.cos(q), np.sin(q)
    turn = np.array([[c, -s], [s, c]])
    turned = np.array([[-s, -c], [c, -s]])
    slope = np.zeros((2, len(x)))
    slope[:, 2 * k : 2 * k + 2] = -gain * turn
    slope[:, 2 * count + k] = gain * turned @ (joint - place)
    slope[:, 3 * count + k] = turn @ (joint - place)
    if which is not None:
        slope[:, which] = -gain * turn[:, 1]
    return gain * turn @ (joint - place), slope


def lengths(steady: Steady, frames: Array, prior: Prior) -> Lengths | None:
    """Lengths of thighs and shanks that the joints ask for; None where no knee has sensors on either side.

    Sensors are taken to turn as usual: lengths and turning cannot be told apart.
    """
    if not any(set(knee) <= set(prior.segments) for knee in (JOINTS[1], JOINTS[4])):
        return None
    free = replace(
        prior,
        position_spread=3.0 * prior.position_spread,
        turn_spread=np.full_like(prior.turn_spread, FIRM),
        length_covariance=np.diag((0.5 * np.array(prior.length)) ** 2),
    )
    positions = locate(steady, frames, free, least_noise=LEAST_NOISE)
    return Lengths(np.array(positions.length) / FOUND, positions.length_covariance / np.outer(FOUND, FOUND))


@dataclass(frozen=True)
class Height:
    """Body height and its standard deviation [m]; zero for one that was measured."""

    height_m: float
    spread_m: float = 0.0


def of_people(sex: str | None = None) -> Height:
    """What adults measure: of one sex, or of both where it is not ``female`` or ``male``."""
    if sex in POPULATION_M:
        return Height(*POPULATION_M[sex])
    means, spreads = np.array(list(POPULATION_M.values())).T
    return Height(float(means.mean()), float(np.sqrt((spreads**2).mean() + means.var())))


def from_lengths(lengths: Lengths, sex: str | None = None) -> Height | None:
    """Height given lengths of thigh and shank: the posterior mean and standard deviation of a Gaussian.

    None where the lengths say nothing, as without sensors on either side of hips and ankles.
    """
    people = of_people(sex)
    share = np.array([LENGTH["femur"], LENGTH["tibia"]])
    length = share * people.height_m
    knee = length * [1.0, -1.0]
    # lengths = share height (1 + leg) -+ knee + error
    apart = (LEG_SPREAD**2 + LEG_ERROR**2) * np.outer(length, length) + (SHARE_SPREAD**2 + KNEE_ERROR**2) * np.outer(knee, knee)
    information = np.linalg.solve(apart + lengths.covariance, np.stack([share, lengths.value - length], axis=-1))
    variance = 1.0 / (1.0 / people.spread_m**2 + float(share @ information[:, 0]))
    if np.sqrt(variance) > TELLING * people.spread_m:
        return None
    return Height(people.height_m + variance * float(share @ information[:, 1]), float(np.sqrt(variance)))
