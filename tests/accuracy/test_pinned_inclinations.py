"""Inclinations of sensors found from the movement of the joints: as they are, and without a look at the truth."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from pins import with_wrong_labels

from kinertia.learning.inclination import from_gait
from kinertia.recording import LOWER_BODY, Recording

FOUND_DEG = {"femur_r": 0.844, "tibia_r": -0.415, "femur_l": -3.842, "tibia_l": 4.436}
ROUNDING_DEG = 0.01
"""A fit to a tolerance: the last digits differ between processors."""
ERROR_DEG = 1.6
"""The largest error against the true mounting; its stated spread is 1.3 to 1.5 degrees."""


def test_inclinations_are_found_without_labels(walk: Recording) -> None:
    found = from_gait(walk)
    assert torch.equal(found, from_gait(with_wrong_labels(walk)))
    assert walk.truth is not None
    for k, segment in enumerate(LOWER_BODY.segments):
        if segment not in FOUND_DEG:
            assert math.isinf(found[k, 1])
            continue
        angle = math.degrees(float(found[k, 0]))
        assert angle == pytest.approx(FOUND_DEG[segment], abs=ROUNDING_DEG)
        assert abs(angle - np.degrees(walk.truth.poses[segment].angle_rad)) < ERROR_DEG + ROUNDING_DEG
