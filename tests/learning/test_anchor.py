from __future__ import annotations

import math

import pytest
import torch

from kinertia.learning import anchor
from kinertia.learning.decode import ANGLE_SCALE


def test_five_degrees_count_one_by_the_share_of_missing_sensors() -> None:
    held = torch.zeros(2, 40, 12)
    raw = held.clone()
    raw[..., :7] = math.radians(5.0) / ANGLE_SCALE
    present = torch.ones(2, 40, 7, 3)
    assert anchor.distance(raw, held, present, 8, 7) == 0.0
    present[1, :, :3] = 0.0
    assert anchor.distance(raw, held, present, 8, 7).item() == pytest.approx(0.5 * 3 / 7, rel=1e-6)


def test_warm_up_and_what_is_no_angle_do_not_count() -> None:
    held = torch.zeros(1, 40, 12)
    raw = held.clone()
    raw[:, :8, :7] = 1.0
    raw[..., 7:] = 1.0
    assert anchor.distance(raw, held, torch.zeros(1, 40, 7, 3), 8, 7) == 0.0
