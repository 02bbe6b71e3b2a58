"""What sensors show of a stride, free of how they are turned: their sagittal motion as harmonics of the stride."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from kinertia.placement.steady_gait import Steady, waves
from kinertia.recording import Array
from kinertia.sensing import sensor_axes
from kinertia.sensing.sensor_axes import attitudes

PARTS = ("pelvis", "femur", "tibia", "foot")
GAITS = ("walking", "running")
_FILE = Path(__file__).with_name("gait_model.json")
HARMONICS = 5  # multiples of the stride that describe a curve
CURVES = ("rate", "up", "forward")  # angular rate about the mediolateral axis, specific force along mean up and along forward
_SHIFTS = 60  # of the common instant, 1/60 of a stride each


@dataclass(frozen=True)
class GaitModel:
    """Right-hand sensors; those of the left are half a stride later. G gaits, P parts; regressions on 1 and pace."""

    note: str  # what it was fitted to
    pace: Array  # (G, 2) mean and spread of the logarithm of the strides per second
    curves: np.ndarray  # (G, P, 2, 3, HARMONICS) complex coefficients and their change with the logarithm of pace over its mean
    curve_spread: Array  # (G, P, 3, HARMONICS) standard deviations of real or imaginary part
    sizes: Array  # (G, P, 2, 4) logarithms of sizes, and their change with pace
    size_spread: Array  # (G, P, 4) standard deviations
    # (G, P, 2) mean inclination of the upright segment over a stride, about z, and its change with pace [rad]
    inclination: Array
    inclination_spread: Array  # (G, P) standard deviation between people [rad]

    def at(self, gait: int, log_pace: float) -> tuple[np.ndarray, Array]:
        """(P, 3, HARMONICS) curves and (P, 4) sizes of one gait at a pace; outside the range fitted, at its end."""
        step = self._step(gait, log_pace)
        return self.curves[gait, :, 0] + step * self.curves[gait, :, 1], self.sizes[gait, :, 0] + step * self.sizes[gait, :, 1]

    def mean_inclination(self, gait: int, log_pace: float) -> Array:
        """(P,) mean inclination of each part over a stride [rad]."""
        return self.inclination[gait, :, 0] + self._step(gait, log_pace) * self.inclination[gait, :, 1]

    def _step(self, gait: int, log_pace: float) -> float:
        mean, spread = self.pace[gait]
        return float(np.clip(log_pace - mean, -2.0 * spread, 2.0 * spread))


@cache
def load(path: Path = _FILE) -> GaitModel:
    """The model that comes with the package, or that of another file: complex numbers have a last axis of 2."""
    stored = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
    arrays: dict[str, Any] = {name: np.array(values) for name, values in stored.items() if name != "note"}
    shape = (len(GAITS), len(PARTS), 2, len(CURVES), HARMONICS, 2)
    if (curves := arrays["curves"]).shape != shape:
        raise ValueError(f"{path}: curves of shape {curves.shape}, expected {shape}; fit the model again")
    return GaitModel(stored["note"], **arrays | {"curves": curves[..., 0] + 1j * curves[..., 1]})


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
