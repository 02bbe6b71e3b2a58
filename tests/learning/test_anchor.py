from __future__ import annotations

import math

import pytest
import torch

from kinertia.learning import losses
from kinertia.learning.decode import ANGLE_SCALE


def test_five_degrees_count_one() -> None:
    held = torch.zeros(2, 40, 12)
    raw = held.clone()
    assert losses.anchor(raw, held, 8, 7) == 0.0
    raw[1, :, :7] = math.radians(5.0) / ANGLE_SCALE
    assert losses.anchor(raw, held, 8, 7).item() == pytest.approx(0.5, rel=1e-6)


def test_warm_up_and_what_is_no_angle_do_not_count() -> None:
    held = torch.zeros(1, 40, 12)
    raw = held.clone()
    raw[:, :8, :7] = 1.0
    raw[..., 7:] = 1.0
    assert losses.anchor(raw, held, 8, 7) == 0.0
