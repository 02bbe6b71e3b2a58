"""The rough speed that training starts from."""

from __future__ import annotations

import numpy as np
import pytest

from kinertia.bodies import GAIT2D_TRUNK, build
from kinertia.learning.sequence import speed_hint
from kinertia.recording import LOWER_BODY
from kinertia.train.schedule import fade

BODY = build(70.0, 1.8, skeleton=GAIT2D_TRUNK)
LEG_M = (0.245 + 0.246) * 1.8


def swinging(rate_rad_s: float, segments: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Both segments of a leg sweep back for half of the time, then forward twice as fast."""
    signals, present = np.zeros((400, 7, 3)), np.zeros((400, 7, 3))
    for segment in segments:
        k = LOWER_BODY.index(segment)
        present[:, k] = 1.0
        signals[:200, k, 2], signals[200:, k, 2] = -rate_rad_s, 2 * rate_rad_s
    return signals, present


def test_legs_that_sweep_back_give_the_speed() -> None:
    hint = speed_hint(*swinging(1.5, ("femur_r", "tibia_r", "femur_l", "tibia_l")), BODY)
    assert hint == pytest.approx(1.5 * LEG_M)


def test_one_segment_stands_for_the_leg() -> None:
    assert speed_hint(*swinging(1.5, ("femur_l",)), BODY) == pytest.approx(1.5 * LEG_M)


def test_without_legs_or_movement_there_is_no_hint() -> None:
    assert np.isnan(speed_hint(*swinging(1.5, ("pelvis", "foot_r")), BODY))
    assert np.isnan(speed_hint(*swinging(0.01, ("femur_r", "tibia_r")), BODY))


def test_fading_ends_at_zero() -> None:
    assert [fade(step, 100, 0.5) for step in (0, 25, 50, 90)] == [1.0, 0.5, 0.0, 0.0]
    assert fade(0, 100, 0.0) == 0.0
