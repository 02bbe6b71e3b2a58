"""Readiness for a load to come: the moment stays, muscles pull against each other, and nothing later is used."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kinertia.muscles import ComingLoad, coming, leg, solve_muscles
from kinertia.muscles.readiness import FADE_S, REFLEX_S, ways


def test_muscles_pull_against_each_other_and_give_the_same_moment() -> None:
    muscles = leg()
    angles, moments = np.zeros((2, 3)), np.array([[-10.0, 10.0, -20.0], [5.0, 0.0, 0.0]])
    relaxed = solve_muscles(muscles, angles, angles, moments)
    ready = solve_muscles(muscles, angles, angles, moments, load=np.array([600.0, 0.0]))
    for found in (relaxed, ready):
        np.testing.assert_allclose((found.force[:, None, :] @ found.arms)[:, 0] + found.reserve, moments, atol=1e-5)
    antagonists = [muscles.names.index(name) for name in ("tibialis_anterior", "rectus_femoris", "hamstrings")]
    assert (ready.activation[0, antagonists] > relaxed.activation[0, antagonists] + 0.02).all()
    np.testing.assert_allclose(ready.activation[1], relaxed.activation[1], atol=1e-9)


def test_a_load_that_is_too_much_for_muscles_takes_nothing_from_the_moment() -> None:
    muscles = replace(leg(), max_force=0.3 * leg().max_force)
    angles, moments = np.zeros(3), np.array([-10.0, 8.0, -30.0])
    relaxed, ready = (solve_muscles(muscles, angles, angles, moments, load=np.array(load)) for load in (0.0, 1e5))
    assert np.abs(ready.reserve).max() < 0.05
    assert ready.activation.mean() > 1.5 * relaxed.activation.mean()
    np.testing.assert_allclose(ready.force @ ready.arms + ready.reserve, moments, atol=1e-5)


def test_ways_cancel_and_leave_other_coordinates_alone() -> None:
    each = ways(("hip_flexion", "hip_adduction", "knee_angle", "ankle_angle"), 2.0)
    np.testing.assert_allclose(each.sum(0), 0.0, atol=1e-15)
    assert each[:, 1].tolist() == [0.0] * 4
    # before and leaning: half a foot, and 17 % of the height of the hip
    assert each[0, 0] == pytest.approx(0.152 + 0.17 * 1.06)


def test_the_coming_load_follows_growth_and_is_the_same_sample_by_sample() -> None:
    load = np.concatenate([np.zeros(20), np.linspace(0.0, 700.0, 100), np.linspace(700.0, 0.0, 100)])
    whole = coming(np.stack([load, 2.0 * load], -1), 100.0)
    assert whole[119, 0] == pytest.approx(REFLEX_S * 700.0 / 0.99, rel=1e-3)
    assert whole[-1].max() < 1e-3
    assert FADE_S < 0.1
    each = ComingLoad(100.0)
    assert [float(each(np.array(now))) for now in load] == pytest.approx(whole[:, 0].tolist())
    np.testing.assert_array_equal(coming(load[:70], 100.0), whole[:70, 0])
