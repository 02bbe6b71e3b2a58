"""How large the errors of one output are, from its features: a small log-linear model, and factors by number of sensors."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kinertia.recording import SEGMENTS, Array
from kinertia.uncertainty.features import LEG, NAMES, PATTERNS, Features

GROUPS = ("all sensors", "4 to 6 sensors", "2 or 3 sensors", "pelvis only", "legs unlike")
"""Sensor sets that have a factor of their own; the first ones have the same sensors on both legs."""
FEWEST = (len(SEGMENTS), 4, 2)
"""Sensors in the first groups."""
COLUMNS = 1 + 2 * PATTERNS + 2 + len(LEG) + 2 * len(NAMES)
ROWS = 65_536
"""Samples at once: bounds memory, does not change the result."""


@dataclass(frozen=True)
class Scale:
    """Of one output, in one gait.

    Attributes
    ----------
    low, high : one per feature: the range that it was fitted over. Values beyond it count as its end.
    weights : of the columns of :func:`design`; their sum is the logarithm of the half-width, but for the factor.
    factors : one per group of :data:`GROUPS`; what makes the band hold on people that the weights were not fitted to.
    """

    low: tuple[float, ...]
    high: tuple[float, ...]
    weights: tuple[float, ...]
    factors: tuple[float, ...]

    def half_width(self, features: Features) -> Array:
        """(T,) in the unit of :class:`kinertia.uncertainty.outputs.Output`; NaN where there is no sensor."""
        parts = [self._part(features.at(slice(k, k + ROWS))) for k in range(0, len(features.count), ROWS)]
        return np.concatenate(parts) if parts else np.empty(0)

    def times(self, factor: float) -> Scale:
        """As many times as wide with every set of sensors."""
        return replace(self, factors=tuple(float(f"{factor * one:.5g}") for one in self.factors))

    def _part(self, features: Features) -> Array:
        columns = design(features, np.array(self.low), np.array(self.high))
        found = np.exp(columns @ np.array(self.weights)) * np.array(self.factors)[group(features)]
        return np.where(features.count > 0, found, np.nan)


def group(features: Features) -> NDArray[np.int_]:
    """(T,) index into :data:`GROUPS`; no sensor counts as one on the pelvis."""
    by_number = np.sum([features.count < fewest for fewest in FEWEST], axis=0)
    return np.where(features.own == features.other, by_number, len(GROUPS) - 1)


def design(features: Features, low: Array, high: Array) -> Array:
    """(T, P) columns: one; sensors on the own and on the other leg; none on the pelvis, none on the legs; thighs, shanks, feet
    both with a sensor; features; features times the share of sensors that are missing.

    Parameters
    ----------
    low, high : (F,) bring the features to -1 to 1.
    """
    rows, span = np.arange(len(features.count)), high - low
    scaled = np.divide(
        2.0 * (np.clip(features.values, low, high) - low), span, where=span > 0, out=np.ones_like(features.values)
    )
    found = np.zeros((len(rows), COLUMNS))
    found[:, 0] = 1.0
    found[rows, 1 + features.own] = 1.0
    found[rows, 1 + PATTERNS + features.other] = 1.0
    at = 1 + 2 * PATTERNS
    found[:, at] = features.pelvis == 0
    found[:, at + 1] = (features.own == 0) & (features.other == 0)
    at += 2
    for bit in range(len(LEG)):
        found[:, at + bit] = (features.own & features.other) >> bit & 1
    at += len(LEG)
    found[:, at : at + len(NAMES)] = scaled
    missing = 1.0 - features.count / len(SEGMENTS)
    found[:, at + len(NAMES) :] = missing[:, None] * scaled
    return found
