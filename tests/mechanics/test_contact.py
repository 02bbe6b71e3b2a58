"""Contact: complementarity vanishes for consistent contact."""

from __future__ import annotations

import pytest
import torch

from kinertia.mechanics import contact
from kinertia.mechanics.sole import Touch


def _points(height: list[float], speed: list[float]) -> Touch:
    y = torch.tensor(height, dtype=torch.float64)
    position = torch.stack([torch.zeros_like(y), y], -1)
    velocity = torch.stack([torch.tensor(speed, dtype=torch.float64), torch.zeros_like(y)], -1)
    return Touch(position, velocity)


def test_complementarity_is_zero_for_a_foot_that_stands_or_swings() -> None:
    # standing still on the ground under load; swinging above it without load
    found = contact.complementarity(_points([0.0, 0.1], [0.0, 4.0]), torch.tensor([0.9, 0.0], dtype=torch.float64))
    for value in (found.penetration, found.lifted, found.slip):
        assert value.tolist() == [0.0, 0.0]


def test_complementarity_measures_each_violation() -> None:
    found = contact.complementarity(
        _points([-0.02, 0.05, 0.0], [0.0, 0.0, 2.0]), torch.tensor([0.0, 0.4, 0.5], dtype=torch.float64)
    )
    assert found.penetration.tolist() == pytest.approx([0.02, 0.0, 0.0])
    assert found.lifted.tolist() == pytest.approx([0.0, 0.02, 0.0])
    assert found.slip.tolist() == pytest.approx([0.0, 0.0, 2.0])
