"""Where trajectory optimisation of gait starts: feet that bear load stand still, ends fit."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from kinertia.mechanics import kinematics as kin
from kinertia.mechanics import sole
from kinertia.simulation import conditions, first_guess, person, reference
from kinertia.simulation.gait_problem import RATE_HZ

PERSON = person.draw(1, 1)
WALK = conditions.draw(PERSON)["walk_2"]
WAY = reference.Curves(PERSON.body, WALK.style, WALK.speed, running=False)
STAND = reference.Curves(PERSON.body, WALK.style, 0.0, None)


def test_hips_travel_as_the_steps_are_long() -> None:
    wanted = reference.steady(WAY, 1)
    q = first_guess.standing_hips(PERSON.body, np.tile(wanted.q, (3, 1)), np.tile(wanted.force, (3, 1)), periodic=False)
    assert RATE_HZ * q[-1, 0] / len(q) == pytest.approx(WALK.speed, rel=0.25)
    still = torch.zeros(q.shape, dtype=torch.float64)
    heights = sole.touch(PERSON.body, kin.forward(PERSON.body, torch.from_numpy(q), still, still)).position[..., 1]
    assert float(heights.min(dim=1).values.abs().max()) < 0.015


def test_a_repeating_movement_keeps_only_what_is_left_of_travel() -> None:
    wanted = reference.steady(WAY, 1)
    q = first_guess.standing_hips(PERSON.body, wanted.q, wanted.force, periodic=True)
    assert abs(q[-1, 0] - q[0, 0]) < 0.02
    assert np.abs(q[:, 0]).max() < 0.1


def test_ends_are_taken_over_without_a_jump() -> None:
    wanted = reference.passage(STAND, WAY, 2)
    q = first_guess.standing_hips(PERSON.body, wanted.q, wanted.force, periodic=False)
    first, last = q[:3] + 0.01, q[-3:] - 0.02
    last[:, 0] += 5.0
    found = first_guess.between(q, first, last)
    assert len(found) == len(q) + 2
    np.testing.assert_allclose(found[:3, 1:], first[:, 1:])
    np.testing.assert_allclose(found[-3:, 1:], last[:, 1:])
    np.testing.assert_allclose(np.diff(found[:3, 0]), np.diff(first[:, 0]))
    bend = np.abs(np.diff(found, 2, axis=0)) * RATE_HZ**2
    before = np.abs(np.diff(q, 2, axis=0)) * RATE_HZ**2
    assert bend[:, 2:].max() < before[:, 2:].max() + 40.0


def test_who_starts_bears_on_one_foot_with_the_first_step() -> None:
    wanted = reference.passage(STAND, WAY, 2)
    vertical = wanted.force[:, [1, 3]]
    np.testing.assert_allclose(vertical[0], 0.5, atol=1e-9)
    late = vertical[len(vertical) // 2 :]
    assert late.min() < 0.02
    assert late.max() > 0.9
