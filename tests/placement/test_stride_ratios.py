"""A sensor's own stride against the common one."""

from __future__ import annotations

import numpy as np

from kinertia.placement import clocks
from kinertia.placement.steady_gait import Steady

RATE_HZ = 60.0
STRIDE = 48
SEGMENTS = ("femur_r", "tibia_r", "foot_r", "femur_l", "tibia_l")


def _rates(stride: float, seed: int, every: float = 0.0) -> np.ndarray:
    """(300, 3) rates of a leg's segment; ``every`` adds a movement that repeats after three strides."""
    generator = np.random.default_rng(seed)
    turn = 2 * np.pi * np.arange(300)[:, None] / stride
    phase = generator.uniform(0, 0.3, 3)
    return np.cos(turn + phase) + 0.2 * np.cos(2 * turn + phase) + every * np.cos(turn / 3 + phase)


def _ratios(first: np.ndarray) -> np.ndarray:
    gyro = np.stack([first, *(_rates(STRIDE, seed) for seed in range(1, 5))], axis=1)
    return clocks.stride_ratios(Steady((gyro,), (gyro,), (float(STRIDE),), RATE_HZ), SEGMENTS)


def test_irregular_strides_are_not_another_rate() -> None:
    np.testing.assert_allclose(_ratios(_rates(STRIDE, 0, every=0.6)), 1.0, atol=0.05)


def test_twice_the_rate_is() -> None:
    np.testing.assert_allclose(_ratios(_rates(2 * STRIDE, 0)), [2.0, 1, 1, 1, 1], atol=0.05)
