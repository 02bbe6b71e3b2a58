"""Whether one axis of a gyroscope has the wrong sign: a leg is pushed to and fro across the axis that it turns about.

The mediolateral axis comes from angular rates, forward from the acceleration that goes with them. A rate of the wrong sign
mirrors the first and leaves the second, so that they are no longer at right angles, unless the axis of that rate points up, or
is the mediolateral one: then the whole seems turned round, which :mod:`kinertia.placing.scale` tells.
"""

from __future__ import annotations

import numpy as np

from kinertia.placing.steady import Steady
from kinertia.recording import Array

MOST_OFF_RAD = {"femur": np.deg2rad(25.0), "tibia": np.deg2rad(20.0), "foot": np.deg2rad(40.0)}
"""From right angles in sound recordings: up to 20, 18 and 33 deg in 76 stretches of all walks of HuGaDB and the gait toolbox;
below 2 deg in simulated ones."""
CLEARER_RAD = np.deg2rad(15.0)
"""By which another sign has to be better: up to 11 deg for the same thighs and shanks. Of wrong signs that turn the
mediolateral axis by 7.5 to 89 deg, 145 of 251 in real walks are told so, 124 of 229 in simulated ones;
:mod:`scale` tells some of the others."""
LEAST_EXPLAINED = 0.15
"""Part of the acceleration across "up" that has to go with the rates; below, its direction is chance (thighs in slow walks)."""
_HARMONICS = np.arange(1, 6)
_SIGNS = np.array([[1.0, 1.0, 1.0], [-1.0, 1.0, 1.0], [1.0, -1.0, 1.0], [1.0, 1.0, -1.0]])


def axes(steady: Steady, stated: tuple[str, ...]) -> list[int | None]:
    """Of each sensor the axis whose angular rate has the wrong sign; None where none has, or it does not show.

    Of two axes that explain it alike, either is given: with the other, what is left is a rate of the wrong sign as a whole.

    Parameters
    ----------
    steady : windows of steady gait of K sensors, each in its own axes.
    stated : their segments; a pelvis does not swing about one axis, nothing is said of it.
    """
    return [_axis(steady, k, name.split("_")[0]) for k, name in enumerate(stated)]


def _axis(steady: Steady, k: int, part: str) -> int | None:
    if part not in MOST_OFF_RAD:
        return None
    up = np.mean([acc[:, k].mean(axis=0) for acc in steady.acc], axis=0)
    across = np.linalg.svd(up[None, :])[2][1:]
    off, explained = np.array([_off_right_angles(steady, k, across, signs) for signs in _SIGNS]).T
    best = int(np.argmin(off))
    if explained[0] < LEAST_EXPLAINED or off[0] < MOST_OFF_RAD[part]:
        return None
    return best - 1 if off[best] < min(MOST_OFF_RAD[part], off[0] - CLEARER_RAD) else None


def _off_right_angles(steady: Steady, k: int, across: Array, signs: Array) -> tuple[float, float]:
    """Angle by which forward and mediolateral axis miss right angles [rad], and the part of the acceleration that showed it."""
    power = sum((gyro[:, k] * signs).T @ (gyro[:, k] * signs) for gyro in steady.gyro)
    right = np.linalg.eigh(across @ power @ across.T)[1][:, -1]
    forces, turns = [], []
    for acc, gyro, stride in zip(steady.acc, steady.gyro, steady.stride, strict=True):
        waves = np.exp(-2j * np.pi * np.outer(_HARMONICS, np.arange(len(acc)) / stride)) / len(acc)
        rate = waves @ ((gyro[:, k] * signs) @ across.T @ right)
        forces.append(waves @ (acc[:, k] - acc[:, k].mean(axis=0)) @ across.T)
        # gravity goes with the inclination, the rest with rate and angular acceleration
        turns.append(np.stack([rate / _HARMONICS / 1j, rate, rate * _HARMONICS * 1j], axis=1))
    force, turn = (np.concatenate([np.real(x), np.imag(x)]) for x in (np.concatenate(forces), np.concatenate(turns)))
    fitted = turn @ np.linalg.lstsq(turn, force, rcond=None)[0]
    forward = np.linalg.eigh(fitted.T @ fitted)[1][:, -1]
    share = (fitted**2).sum() / max((force**2).sum(), 1e-12)
    return float(np.arcsin(min(1.0, abs(right @ forward)))), float(share)
