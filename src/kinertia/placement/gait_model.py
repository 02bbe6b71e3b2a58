"""How the sagittal motion of pelvis, thigh, shank and foot looks in walking and running: means and spreads, fitted once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from kinertia.placement.harmonics import CURVES, HARMONICS
from kinertia.recording import Array

PARTS = ("pelvis", "femur", "tibia", "foot")
GAITS = ("walking", "running")
_FILE = Path(__file__).with_name("gait_model.json")


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
