"""Whether one axis of a gyroscope has the wrong sign: a leg is pushed to and fro across the axis that it turns about.

The mediolateral axis comes from angular rates, forward from the acceleration that goes with them. A rate of the wrong sign
mirrors the first and leaves the second, so that they are no longer at right angles, unless the axis of that rate points up, or
is the mediolateral one: then the whole seems turned round, which :mod:`kinertia.placement.interpretation` tells. Of a pelvis
both signals show the mediolateral axis by the symmetry of gait; a wrong sign turns it in one.

How sure axes are depends on how nearly everything turns about one. People's legs do not, so that only what turns the axis far
shows.
"""

from __future__ import annotations

import numpy as np

from kinertia.placement.steady_gait import Steady, waves
from kinertia.recording import Array
from kinertia.sensing.sensor_axes import parity, plane

MOST_OFF_RAD = {part: np.deg2rad(most) for part, most in {"femur": 25.0, "tibia": 18.0, "foot": 30.0, "pelvis": 20.0}.items()}
"""From right angles in sound recordings: up to 23, 14, 26 and 8 deg in 72 stretches of all walks of HuGaDB and gait toolbox,
P01 and virtual sensors on motion capture."""
LEAST_OFF_RAD = np.deg2rad(4.5)
"""Where everything turns about one axis: sound sensors of simulated people, whose bodies are flat, come to 2 deg."""
PLANAR = 4.0
"""Times the rate about the second axis over that about the first, the angle by which an axis may be off at most: real legs have
0.15 to 0.9, so that :data:`MOST_OFF_RAD` holds for them; simulated people below 0.02."""
CLEARER_RAD = np.deg2rad(15.0)
"""By which another sign has to be better, or three quarters of the limit. Of wrong signs that turn the mediolateral axis by 7.5
to 90 deg, 489 of 784 in real movement are told so, and 502 of 507 in simulated people; :mod:`scale` tells some others."""
LEAST_EXPLAINED = 0.15
"""Part of the acceleration across "up" that has to go with the rates; below, its direction is chance (thighs in slow walks)."""
LEAST_CONTRAST = 0.2
"""Difference between the two axes of a pelvis in what repeats every step less what changes sign, 0 to 2; less is chance."""
HARMONICS = {"femur": np.arange(1, 4), "tibia": np.arange(1, 6), "foot": np.arange(1, 2)}
"""Multiples of the stride at which force goes with the swing: sound sensors are nearest to right angles with these."""
LEAST_STRIDES = 3.5  # in two strides that a dead sensor had left of a walk, a sound thigh was more than 25 deg off
_SIGNS = np.array([[1.0, 1.0, 1.0], [-1.0, 1.0, 1.0], [1.0, -1.0, 1.0], [1.0, 1.0, -1.0]])


def axes(steady: Steady, stated: tuple[str, ...]) -> list[int | None]:
    """Of each sensor, in its own axes, that whose angular rate has the wrong sign; None where none has, or it does not show.

    Of two axes that explain it alike, either is given: with the other, what is left is a rate of the wrong sign as a whole.
    """
    if sum(len(acc) / stride for acc, stride in zip(steady.acc, steady.stride, strict=True)) < LEAST_STRIDES:
        return [None] * len(stated)
    return [_axis(steady, k, name.split("_")[0]) for k, name in enumerate(stated)]


def _axis(steady: Steady, k: int, part: str) -> int | None:
    if part not in MOST_OFF_RAD:
        return None
    up = np.mean([acc[:, k].mean(axis=0) for acc in steady.acc], axis=0)
    across = plane(up)
    pelvis = part == "pelvis"
    tried = [
        _pelvis_off(steady, k, across, signs) if pelvis else _off_right_angles(steady, k, across, signs, HARMONICS[part])
        for signs in _SIGNS
    ]
    off, shown = np.array(tried).T
    best = int(np.argmin(off))
    power = np.linalg.eigvalsh(sum(gyro[:, k].T @ gyro[:, k] for gyro in steady.gyro))
    second = np.sqrt(max(power[1], 0.0) / max(power[2], 1e-12))  # rate about the second axis; signs of axes do not change it
    limit = float(np.clip(PLANAR * second, LEAST_OFF_RAD, MOST_OFF_RAD[part]))
    if off[0] < limit or min(shown[0], shown[best]) < (LEAST_CONTRAST if pelvis else LEAST_EXPLAINED):
        return None
    return best - 1 if off[best] < min(limit, off[0] - min(CLEARER_RAD, 0.75 * limit)) else None


def _pelvis_off(steady: Steady, k: int, across: Array, signs: Array) -> tuple[float, float]:
    """Angle between the mediolateral axes that forces and rates show by what repeats every step, and how clearly they do."""
    half = max(1, round(0.5 * float(np.median(steady.stride))))
    result = []
    for windows, factor in ((steady.acc, np.ones(3)), (steady.gyro, signs)):
        pairs = [parity(((x[:, k] - x[:, k].mean(axis=0)) * factor) @ across.T, half) for x in windows]
        repeats, turns = (np.sum(part, axis=0) for part in zip(*pairs, strict=True))
        # sideways force changes sign from step to step, tilt repeats
        contrast = (turns - repeats) if windows is steady.acc else (repeats - turns)
        values, vectors = np.linalg.eigh(contrast / max(float(np.trace(repeats + turns)), 1e-12))
        result.append((vectors[:, -1], float(values[1] - values[0])))
    (force, clear), (rate, also) = result
    return float(np.arccos(min(1.0, abs(force @ rate)))), min(clear, also)


def _off_right_angles(steady: Steady, k: int, across: Array, signs: Array, harmonics: np.ndarray) -> tuple[float, float]:
    """Angle by which forward and mediolateral axis miss right angles [rad], and the part of the acceleration that showed it."""
    power = sum((gyro[:, k] * signs).T @ (gyro[:, k] * signs) for gyro in steady.gyro)
    right = np.linalg.eigh(across @ power @ across.T)[1][:, -1]
    forces, turns = [], []
    for acc, gyro, stride in zip(steady.acc, steady.gyro, steady.stride, strict=True):
        weights = waves(harmonics, len(acc), stride)
        rate = weights @ ((gyro[:, k] * signs) @ across.T @ right)
        forces.append(weights @ (acc[:, k] - acc[:, k].mean(axis=0)) @ across.T)
        # gravity goes with the inclination, the rest with rate and angular acceleration
        turns.append(np.stack([rate / harmonics / 1j, rate, rate * harmonics * 1j], axis=1))
    force, turn = (np.concatenate([np.real(x), np.imag(x)]) for x in (np.concatenate(forces), np.concatenate(turns)))
    fitted = turn @ np.linalg.lstsq(turn, force, rcond=None)[0]
    forward = np.linalg.eigh(fitted.T @ fitted)[1][:, -1]
    share = (fitted**2).sum() / max((force**2).sum(), 1e-12)
    return float(np.arcsin(min(1.0, abs(right @ forward)))), float(share)
