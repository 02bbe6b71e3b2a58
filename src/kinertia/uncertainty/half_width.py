"""How large the errors of one output are, from its features: a small log-linear model, and factors by number of sensors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kinertia.recording import LOWER_BODY, Array
from kinertia.uncertainty.features import LEG, NAMES, PATTERNS, Features
from kinertia.uncertainty.outputs import SPEED

GROUPS = ("all sensors", "4 to 6 sensors", "2 or 3 sensors", "pelvis only", "legs unlike")
"""Sensor sets that have their own factor; the first ones have the same sensors on both legs."""
Shares = tuple[float | None, ...]  # one per group; None where there was nobody
PELVIS_ONLY = 3
FEWEST = (len(LOWER_BODY), 4, 2)
"""Sensors in the first groups."""
COLUMNS = 1 + 2 * PATTERNS + 2 + len(LEG) + 2 * len(NAMES)
ROWS = 65_536  # samples at once: bounds memory, does not change the result
LOOKS = tuple(NAMES.index(name) for name in ("speed", "residual", "gyro", "acc"))
"""What tells measured motion from simulated motion: how far the estimate is from the sensors at this speed."""
LOOKS_COLUMNS = 2 * (1 + len(LOOKS))


@dataclass(frozen=True)
class Scale:
    """Of one output, in one gait."""

    # low, high: one per feature: the range that it was fitted over. Values beyond it count as its end
    low: tuple[float, ...]
    high: tuple[float, ...]
    # of the columns of :func:`design`; their sum is the logarithm of the half-width, but for the factor
    weights: tuple[float, ...]
    # one per group of :data:`GROUPS`; what makes the band hold on simulated people that the weights were not fitted to
    factors: tuple[float, ...]
    measured: tuple[float, ...]  # the same for people whose motion was measured
    looks: tuple[float, ...]  # weights of :func:`appearance` that tell how much a sample looks like measured motion

    def half_width(self, features: Features) -> Array:
        """(T,) in the unit of :class:`kinertia.uncertainty.outputs.Output`; NaN where there is no sensor."""
        parts = [self._part(features.at(slice(k, k + ROWS))) for k in range(0, len(features.count), ROWS)]
        return np.concatenate(parts) if parts else np.empty(0)

    def sizes(self, features: Features) -> Array:
        """(T, 2) logarithm of the half-width if the motion is simulated, and if it is measured."""
        columns, at = design(features, np.array(self.low), np.array(self.high)), group(features)
        factors = np.log(np.column_stack([self.factors, self.measured]))
        return (columns @ np.array(self.weights))[:, None] + factors[at]

    def _part(self, features: Features) -> Array:
        half_width = np.exp(blend(self.sizes(features), likeness(features, np.array(self.looks))))
        return np.where(features.count > 0, half_width, np.nan)


def appearance(features: Features) -> Array:
    """(T, P) columns: one, :data:`LOOKS`, and both times the share of sensors that are missing."""
    shown = np.column_stack([np.ones(len(features.count)), features.values[:, list(LOOKS)]])
    return np.column_stack([shown, (1.0 - features.count / len(LOWER_BODY))[:, None] * shown])


def likeness(features: Features, looks: Array) -> Array:
    """(T,) from 0, looks simulated, to 1, looks measured."""
    return 0.5 * (1.0 + np.tanh(0.5 * appearance(features) @ looks))


def blend(sizes: Array, measured: Array) -> Array:
    """(T,) between what holds for simulated and what holds for measured motion; ``sizes`` (T, 2)."""
    return (1.0 - measured) * sizes[:, 0] + measured * sizes[:, 1]


def group(features: Features) -> NDArray[np.int_]:
    """(T,) index into :data:`GROUPS`; no sensor counts as one on the pelvis."""
    by_number = np.sum([features.count < fewest for fewest in FEWEST], axis=0)
    return np.where(features.own == features.other, by_number, len(GROUPS) - 1)


def shown(kind: str, features: Features) -> NDArray[np.bool_]:
    """(T,) where the sensors show anything of an output: not the speed with a sensor on the pelvis alone.

    Models say 0.9 to 1.4 m/s there whoever runs at 2 to 4.5 m/s, and 0.2 to 0.9 m/s whoever walks: the error is the speed
    itself, and no feature tells it.
    """
    return (group(features) != PELVIS_ONLY) | (kind != SPEED)


def design(features: Features, low: Array, high: Array) -> Array:
    """(T, P) columns: one; sensors on the own and on the other leg; none on the pelvis, none on the legs; thighs, shanks, feet
    both with a sensor; features; features times the share of sensors that are missing.

    ``low`` and ``high`` (F,) bring the features to -1 to 1.
    """
    rows, span = np.arange(len(features.count)), high - low
    scaled = np.divide(
        2.0 * (np.clip(features.values, low, high) - low), span, where=span > 0, out=np.ones_like(features.values)
    )
    columns = np.zeros((len(rows), COLUMNS))
    columns[:, 0] = 1.0
    columns[rows, 1 + features.own] = 1.0
    columns[rows, 1 + PATTERNS + features.other] = 1.0
    at = 1 + 2 * PATTERNS
    columns[:, at] = features.pelvis == 0
    columns[:, at + 1] = (features.own == 0) & (features.other == 0)
    at += 2
    for bit in range(len(LEG)):
        columns[:, at + bit] = (features.own & features.other) >> bit & 1
    at += len(LEG)
    columns[:, at : at + len(NAMES)] = scaled
    missing = 1.0 - features.count / len(LOWER_BODY)
    columns[:, at + len(NAMES) :] = missing[:, None] * scaled
    return columns
