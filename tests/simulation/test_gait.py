"""Simulated gait against the balance of momentum, which needs none of its equations."""

from __future__ import annotations

import math

import numpy as np
import pytest

from kinertia.bodies import GAIT2D_TRUNK, build
from kinertia.muscles import leg
from kinertia.simulation import reference
from kinertia.simulation.gait import join
from kinertia.simulation.gait_problem import GaitProblem, solve_periodic


@pytest.mark.parametrize(("slope_rad", "muscles"), [(0.0, False), (0.06, True)])
def test_forces_over_a_stride_carry_the_weight(slope_rad: float, muscles: bool) -> None:
    body = build(70.0, 1.75, skeleton=GAIT2D_TRUNK)
    way = reference.Curves(body, reference.Style(), 3.0, True)
    gait = solve_periodic(GaitProblem(body, slope_rad, muscles=muscles), reference.steady(way, 1), 3.0)
    # momentum is the same after a stride: the mean force is the weight, along the normal and the ground
    mean = gait.force.sum(axis=1).mean(axis=0)
    np.testing.assert_allclose(mean, [math.sin(slope_rad), math.cos(slope_rad)], atol=2e-3)
    assert gait.speed == pytest.approx(3.0)
    assert gait.force[..., 1].min() > -1e-6
    line = join([(gait, 2)])
    time = np.arange(line.nodes, dtype=np.float64) * line.step_s
    found = line.muscles(time)
    assert (found is not None) == muscles
    if found is not None:
        activation, force = found
        assert 0.02 - 1e-6 < activation.min() < activation.max() < 1.0 + 1e-6
        legs, names = leg().scaled(70.0, 1.75), body.skeleton.coordinate_names
        at = [[names.index(f"{name}_{side}") for name in legs.coordinates] for side in "rl"]
        arms = legs.paths(line.motion(time)[0].numpy()[:, at])[1]
        given = (70.0 * 9.81 * force[..., None, :] @ arms)[..., 0, :]
        moments = line.moment[:, np.array(at) - 3] * float(body.moment_scale)
        # reserves are small, beside moments of more than 100 N m
        np.testing.assert_allclose(given, moments, atol=4.0)
        assert np.abs(moments).max() > 100.0
