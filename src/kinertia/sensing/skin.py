"""Soft tissue: a sensor rides on the skin as a damped mass on springs, and a muscle under it turns it slowly.

In the plane of the segment, u (x and y) is the sensor's displacement and phi its turn about z against the bone:

    u'' + 2 d w u' + w^2 u = -s          s specific force of the bone under the sensor
    phi'' + 2 d w phi' + w^2 phi = -omega' - w^2 lean s_x

The accelerometer reads R(phi)^T (s + u''), the gyroscope omega + phi'. At rest that is gravity, turned by the static lean.
A muscle that thickens with the angle of a joint turns the base of these springs by ``bulge`` times that angle.
Terms in which omega meets u are left out: u is a few millimetres, and they change the stiffness by 2 % at most.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import signal

from kinertia.recording import Array
from kinertia.sensing.errors import Range, drawn


@dataclass(frozen=True)
class Tissue:
    """Ranges of the tissue under sensors of one kind of segment; a sensor's own values are drawn evenly between the ends."""

    frequency_hz: Range  # natural frequency along x and y [Hz]
    damping: Range  # ratio to critical damping, along x and y
    # turn_frequency_hz, turn_damping: the same of the turn about z
    turn_frequency_hz: Range
    turn_damping: Range
    lean: Range = (0.0, 0.0)  # static turn per forward specific force [rad per m/s^2]
    bulge: Range = (0.0, 0.0)  # turn per angle of the joint whose muscles lie under the sensor [rad/rad]

    def __post_init__(self) -> None:
        for name in ("frequency_hz", "turn_frequency_hz"):
            if not 0.0 < getattr(self, name)[0] <= getattr(self, name)[1]:
                raise ValueError(f"{name} must be a rising range above zero, got {getattr(self, name)}")
        for name in ("damping", "turn_damping"):
            if not 0.0 < getattr(self, name)[0] <= getattr(self, name)[1] < 1.0:
                raise ValueError(f"{name} must be a rising range within 0..1, got {getattr(self, name)}")


def _typical() -> dict[str, Tissue]:
    return {
        "pelvis": Tissue((9.0, 18.0), (0.25, 0.45), (12.0, 24.0), (0.25, 0.45), lean=(0.0, 0.002)),
        "femur": Tissue((9.0, 16.0), (0.2, 0.4), (12.0, 22.0), (0.2, 0.4), lean=(0.0, 0.002), bulge=(-0.02, 0.05)),
        "tibia": Tissue((14.0, 26.0), (0.2, 0.4), (20.0, 36.0), (0.2, 0.4), lean=(0.0, 0.0015), bulge=(-0.01, 0.02)),
        "foot": Tissue((28.0, 45.0), (0.3, 0.5), (40.0, 60.0), (0.3, 0.5), lean=(0.0, 0.0003)),
    }


@dataclass(frozen=True)
class SkinRanges:
    """Tissue of each kind of segment.

    The tangential stiffness of the skin at places on the leg was measured as 330 (proximal thigh, fore-aft) to 1900 N/m (knee,
    along the leg; Karlsson and Tranberg 1999, Hum Mov Sci 18, 627-635). With 50 g of sensor, strap and tissue,
    f = sqrt(k / m) / 2 pi is 13 to 31 Hz; loosely strapped sensors on fat lie below. Sag under gravity, g / w^2, is 1 to 3 mm
    at the thigh. The thigh's muscles turn a cluster of markers about the mediolateral axis with knee flexion, by up to about
    10 degrees in three dimensions (fluoroscopy against markers; high-density marker sets); a part of this is taken for one
    sensor.
    """

    kinds: Mapping[str, Tissue] = field(default_factory=_typical)


@dataclass(frozen=True)
class Skin:
    """Tissue under K sensors."""

    # frequency_hz, damping: (K, 2) along x and y [Hz, ratio]
    frequency_hz: Array
    damping: Array
    # turn_frequency_hz, turn_damping: (K,) [Hz, ratio]
    turn_frequency_hz: Array
    turn_damping: Array
    lean: Array  # (K,) [rad per m/s^2]
    bulge: Array  # (K,) [rad/rad]


@dataclass(frozen=True)
class Ride:
    """What sensors on the skin read, and how they moved."""

    acc: Array  # (..., T, K, 3) specific force in the axes of the riding sensor [m/s^2]
    gyro: Array  # (..., T, K, 3) angular rate [rad/s]
    turn: Array  # (..., T, K) against the bone, about z [rad]


def draw(segments: Sequence[str], ranges: SkinRanges, generator: np.random.Generator) -> Skin:
    """Tissue under the sensors on ``segments``; a ValueError for a segment without ranges."""
    names = ("frequency_hz", "frequency_hz", "damping", "damping", "turn_frequency_hz", "turn_damping", "lean", "bulge")
    value = drawn(segments, ranges.kinds, names, "tissue", generator)
    return Skin(value[:, :2], value[:, 2:4], *value[:, 4:].T)


def muscle_angles(segments: Sequence[str], angles: Mapping[str, Array]) -> Array:
    """(..., T, K) angle of the joint that works the muscles under each sensor [rad].

    It is knee flexion for the thigh, plantarflexion for the shank, else zero; ``angles`` holds (..., T) of each coordinate
    [rad], knee extension and ankle dorsiflexion positive.
    """
    zero = np.zeros_like(next(iter(angles.values())))
    joints = {"femur": "knee_angle", "tibia": "ankle_angle"}
    columns = []
    for segment in segments:
        kind, _, side = segment.partition("_")
        columns.append(-angles[f"{joints[kind]}_{side}"] if kind in joints else zero)
    return np.stack(columns, axis=-1)


def ride(acc: Array, gyro: Array, rate_hz: float, skin: Skin, muscle: Array | None = None) -> Ride:
    """Signals of sensors that ride on the skin, from those (..., T, K, 3) of the bone there, in segment axes [m/s^2, rad/s].

    The rate is ten times the natural frequencies or more; ``muscle`` (..., T, K) are joint angles that turn the sensors
    (:func:`muscle_angles`) [rad]. Causal; the response is exact for signals that run straight from sample to sample. Before the
    first sample everything is at rest in what that sample shows. ValueError: shapes that do not belong together, missing
    samples.
    """
    _check(acc, gyro, skin, muscle)
    base_turn = np.zeros(acc.shape[:-1])
    if muscle is not None and skin.bulge.any():
        # signals on the muscle under the skin, and its turn against the bone
        base_turn = skin.bulge * muscle
        acc, gyro = _rotate_back(acc, base_turn), _rotate_back(gyro, base_turn)
        gyro[..., 2] += np.gradient(base_turn, 1.0 / rate_hz, axis=-2)
    moved_acc, moved_gyro, turn = acc.copy(), gyro.copy(), np.zeros(acc.shape[:-1])
    for k in range(acc.shape[-2]):
        for axis in range(2):
            w, d = 2 * math.pi * skin.frequency_hz[k, axis], skin.damping[k, axis]
            # U = -S / (p^2 + 2 d w p + w^2),   S + p^2 U = S (2 d w p + w^2) / (p^2 + 2 d w p + w^2)
            moved_acc[..., k, axis] = _respond([2 * d * w, w * w], [1.0, 2 * d * w, w * w], acc[..., k, axis], rate_hz)
        w, d = 2 * math.pi * skin.turn_frequency_hz[k], skin.turn_damping[k]
        poles, push = [1.0, 2 * d * w, w * w], w * w * skin.lean[k]
        rate, force = gyro[..., k, 2], acc[..., k, 0]
        # Phi = -(p Omega + w^2 lean S_x) / (p^2 + 2 d w p + w^2)
        turn[..., k] = _respond([-1.0, 0.0], poles, rate, rate_hz) + push * _respond([-1.0], poles, force, rate_hz)
        moved_gyro[..., k, 2] = _respond([2 * d * w, w * w], poles, rate, rate_hz)
        moved_gyro[..., k, 2] += push * _respond([-1.0, 0.0], poles, force, rate_hz)
    return Ride(_rotate_back(moved_acc, turn), _rotate_back(moved_gyro, turn), turn + base_turn)


def _rotate_back(vectors: Array, angle: Array) -> Array:
    """R(angle)^T v, about z."""
    cos, sin = np.cos(angle), np.sin(angle)
    x, y, z = np.moveaxis(vectors, -1, 0)
    return np.stack([cos * x + sin * y, cos * y - sin * x, z], axis=-1)


def _respond(zeros: list[float], poles: list[float], values: Array, rate_hz: float) -> Array:
    """Response of zeros(p) / poles(p) to (..., T) values that run straight between samples, from rest."""
    discrete: Any = signal.cont2discrete((zeros, poles), 1.0 / rate_hz, method="foh")
    numerator, denominator = np.ravel(discrete[0]), np.ravel(discrete[1])
    rest = signal.lfilter_zi(numerator, denominator) * values[..., :1]
    return signal.lfilter(numerator, denominator, values, axis=-1, zi=rest)[0]


def _check(acc: Array, gyro: Array, skin: Skin, muscle: Array | None) -> None:
    if acc.ndim < 3 or acc.shape[-1] != 3 or gyro.shape != acc.shape or skin.lean.shape != acc.shape[-2:-1]:
        raise ValueError(f"acc {acc.shape}, gyro {gyro.shape} and {skin.lean.shape[0]} sensors do not belong together")
    if muscle is not None and muscle.shape != acc.shape[:-1]:
        raise ValueError(f"muscle has shape {muscle.shape}, expected {acc.shape[:-1]}")
    if not (np.isfinite(acc).all() and np.isfinite(gyro).all()):
        raise ValueError("the true signals have missing samples; only what a sensor reads may have gaps")
