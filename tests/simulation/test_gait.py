"""Simulated gait against the balance of momentum, which needs none of its equations."""

from __future__ import annotations

import math

import numpy as np
import pytest

from kinertia.bodies import GAIT2D_TRUNK, build
from kinertia.simulation import reference
from kinertia.simulation.gait_problem import GaitProblem, solve_periodic


@pytest.mark.parametrize("slope_rad", [0.0, 0.06])
def test_forces_over_a_stride_carry_the_weight(slope_rad: float) -> None:
    body = build(70.0, 1.75, skeleton=GAIT2D_TRUNK)
    way = reference.Curves(body, reference.Style(), 3.0, True)
    gait = solve_periodic(GaitProblem(body, slope_rad), reference.steady(way, 1), 3.0)
    # momentum is the same after a stride: the mean force is the weight, along the normal and the ground
    mean = gait.force.sum(axis=1).mean(axis=0)
    np.testing.assert_allclose(mean, [math.sin(slope_rad), math.cos(slope_rad)], atol=2e-3)
    assert gait.speed == pytest.approx(3.0)
    assert gait.force[..., 1].min() > -1e-6
