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


class Stored(msgspec.Struct, forbid_unknown_fields=True):
    """What the file holds; complex coefficients as real and imaginary parts in a last axis of 2."""

    note: str
    pace: list[Any]
    curves: list[Any]
    curve_spread: list[Any]
    sizes: list[Any]
    size_spread: list[Any]
    inclination: list[Any]
    inclination_spread: list[Any]


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
    """The model that comes with the package, or that of another file."""
    stored = msgspec.json.decode(path.read_bytes(), type=Stored)
    curves = np.array(stored.curves)
    shape = (len(GAITS), len(PARTS), 2, len(CURVES), HARMONICS, 2)
    if curves.shape != shape:
        raise ValueError(f"{path}: curves of shape {curves.shape}, expected {shape}; fit the model again")
    return GaitModel(
        stored.note,
        np.array(stored.pace),
        curves[..., 0] + 1j * curves[..., 1],
        np.array(stored.curve_spread),
        np.array(stored.sizes),
        np.array(stored.size_spread),
        np.array(stored.inclination),
        np.array(stored.inclination_spread),
    )


def encode(model: GaitModel) -> bytes:
    """The model as the file's bytes; four digits are far below any spread."""

    def rounded(values: np.ndarray) -> list[Any]:
        return np.round(values, 4).tolist()

    curves = np.stack([np.real(model.curves), np.imag(model.curves)], axis=-1)
    return msgspec.json.encode(
        Stored(
            model.note,
            rounded(model.pace),
            rounded(curves),
            rounded(model.curve_spread),
            rounded(model.sizes),
            rounded(model.size_spread),
            rounded(model.inclination),
            rounded(model.inclination_spread),
        )
    )
