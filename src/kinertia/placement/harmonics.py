"""What sensors show of a stride, free of how they are turned: their sagittal motion as harmonics of the stride."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinertia.placement.steady_gait import Steady, waves
from kinertia.recording import Array
from kinertia.sensing import sensor_axes
from kinertia.sensing.sensor_axes import attitudes

HARMONICS = 5  # multiples of the stride that describe a curve
CURVES = ("rate", "up", "forward")  # angular rate about the mediolateral axis, specific force along mean up and along forward
_SHIFTS = 60  # of the common instant, 1/60 of a stride each


@dataclass(frozen=True)
class Shapes:
    """K sensors under one guess of their mediolateral axes, of unknown sign: turned round, "rate" and "forward" change sign."""

    up: Array  # (K, 3) mean up over strides, unit vectors in sensor axes
    right: Array  # (K, 3) mediolateral axes, unit vectors across ``up``
    force: Array  # (K,) size of the mean specific force in space [m/s^2]; 9.81 for a sound sensor
    curves: np.ndarray  # (K, 3, HARMONICS) complex coefficients of :data:`CURVES`, each curve by its root mean square
    sizes: Array  # (K, 4) logarithms of the root mean squares of the three curves, and of the rate at which the force changes


def of_sensors(steady: Steady) -> tuple[Shapes, Shapes]:
    """Shapes of all sensors as if each sat on a leg (principal axis), and as if on a pelvis (symmetry of steps)."""
    mean = mean_force(steady)
    return _shapes(steady, mean, pelvis=False), _shapes(steady, mean, pelvis=True)


def _shapes(steady: Steady, mean: Array, *, pelvis: bool) -> Shapes:
    force = np.linalg.norm(mean, axis=-1)
    up = mean / np.maximum(force, 1e-9)[:, None]
    acc, gyro = np.concatenate(steady.acc), np.concatenate(steady.gyro)
    half = max(1, round(0.5 * float(np.median(steady.stride))))
    axes = [
        sensor_axes.by_symmetry(acc[:, k], gyro[:, k], up[k], half) if pelvis else sensor_axes.principal(gyro[:, k], up[k])
        for k in range(len(up))
    ]
    right = np.array([axis.direction for axis in axes])
    forward = np.cross(up, right)
    coefficients, sizes = [], []
    for a, w, stride in zip(steady.acc, steady.gyro, steady.stride, strict=True):
        pairs = ((w, right), (a, up), (a, forward))
        curves = np.stack([np.einsum("tki,ki->kt", signal, direction) for signal, direction in pairs], axis=1)
        curves = curves - curves.mean(axis=-1, keepdims=True)
        power = np.sqrt((curves**2).mean(axis=-1))
        amplitudes = curves @ waves(np.arange(1, HARMONICS + 1), len(a), stride).T
        coefficients.append(amplitudes / np.maximum(power, 1e-9)[..., None])
        jerk = np.sqrt((np.diff(a, axis=0) ** 2).sum(-1).mean(axis=0)) * steady.rate_hz
        sizes.append(np.log(np.maximum(np.concatenate([power, jerk[:, None]], axis=1), 1e-9)))
    return Shapes(up, right, force, _average(coefficients), np.median(np.array(sizes), axis=0))


def later(curves: np.ndarray, strides: Array | float) -> np.ndarray:
    """(..., HARMONICS) coefficients of curves that begin ``strides`` later; (...) strides."""
    return curves * np.exp(2j * np.pi * np.asarray(strides)[..., None] * np.arange(1, HARMONICS + 1))


def mean_force(steady: Steady) -> Array:
    """(K, 3) mean over whole strides of the specific force in space, in the axes that the sensor has on average [m/s^2].

    Over whole strides of steady gait accelerations average out, so this is gravity, upward.
    """
    stride = int(np.median(steady.stride))
    pieces = [
        np.stack([acc[i : i + stride], gyro[i : i + stride]])
        for acc, gyro in zip(steady.acc, steady.gyro, strict=True)
        for i in range(0, len(acc) - stride + 1, stride)
    ]
    signals = np.stack(pieces)  # (S, 2, n, K, 3)
    acc, gyro = signals[:, 0], signals[:, 1] - signals[:, 1].mean(axis=1, keepdims=True)
    attitude = attitudes(gyro, steady.rate_hz)
    space = np.einsum("stkij,stkj->ski", attitude, acc) / stride
    seen = np.einsum("stkij,ski->skj", attitude, space)  # R^T g, summed over the stride
    size = np.linalg.norm(space, axis=-1, keepdims=True)
    mean = seen / np.maximum(np.linalg.norm(seen, axis=-1, keepdims=True), 1e-9) * size
    return np.median(mean, axis=0)


def _average(windows: list[np.ndarray]) -> np.ndarray:
    """Mean over windows, each shifted in time to agree best with those before it."""
    total = windows[0]
    shifts = np.arange(_SHIFTS) / _SHIFTS
    for coefficients in windows[1:]:
        shifted = later(coefficients[None], shifts[:, None, None])
        agreement = np.real(np.conj(total) * shifted).sum(axis=(1, 2, 3))
        total = total + shifted[int(np.argmax(agreement))]
    return total / len(windows)
