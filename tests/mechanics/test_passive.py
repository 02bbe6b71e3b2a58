"""Passive joint moments: values of the formula and limits."""

from __future__ import annotations

import math

import pytest
import torch

from kinertia.bodies import Body
from kinertia.mechanics import passive

SMOOTHING = math.radians(2.0)


def _pose(body: Body, name: str, degrees: float) -> torch.Tensor:
    q = torch.deg2rad(torch.tensor([0.0, 0.0, 0.0, 20.0, -60.0, 0.0, 20.0, -60.0, 0.0], dtype=torch.float64))
    q[body.skeleton.coordinate_index(name)] = math.radians(degrees)
    return q


@pytest.mark.parametrize(
    ("name", "low", "high"), [("hip_flexion_r", -90, 160), ("knee_angle_l", -160, 0), ("ankle_angle_r", -60, 60)]
)
def test_moment_is_the_formula_and_pushes_back_into_the_range(
    people: dict[str, Body], name: str, low: float, high: float
) -> None:
    body = people["adult"]
    j = body.skeleton.coordinate_index(name)
    for degrees in (low - 10.0, low, 0.5 * (low + high), high, high + 10.0):
        q = _pose(body, name, degrees)
        rate = torch.full((9,), 2.0, dtype=torch.float64)
        above, below = math.radians(degrees - high), math.radians(low - degrees)
        expected = -5000.0 * 0.5 * (math.hypot(above, SMOOTHING) + above - math.hypot(below, SMOOTHING) - below) - 0.01 * 2.0
        assert passive.moment(body, q, rate)[j].item() == pytest.approx(expected, rel=1e-12)
    still = torch.zeros(9, dtype=torch.float64)
    # ten degrees outside: a spring of 5000 N m/rad; far inside: next to nothing
    assert passive.moment(body, _pose(body, name, high + 10.0), still)[j].item() == pytest.approx(
        -5000 * math.radians(10), rel=0.05
    )
    assert passive.moment(body, _pose(body, name, low - 10.0), still)[j].item() == pytest.approx(
        5000 * math.radians(10), rel=0.05
    )
    assert abs(passive.moment(body, _pose(body, name, 0.5 * (low + high)), still)[j].item()) < 1e-9


def test_pelvis_has_no_passive_moment(body: Body) -> None:
    q = torch.full((len(body.skeleton.coordinates),), 7.0, dtype=torch.float64)
    assert passive.moment(body, q, q)[:3].tolist() == [0.0, 0.0, 0.0]
    assert passive.limit_violation(body, q)[:3].tolist() == [0.0, 0.0, 0.0]


def test_limit_violation_measures_the_distance_outside(people: dict[str, Body]) -> None:
    body = people["adult"]
    j = body.skeleton.coordinate_index("knee_angle_r")
    found = [
        passive.limit_violation(body, _pose(body, "knee_angle_r", d))[j].item() for d in (15.0, 0.0, -80.0, -160.0, -165.0)
    ]
    assert found == pytest.approx([math.radians(15), 0.0, 0.0, 0.0, math.radians(5)], abs=1e-12)
