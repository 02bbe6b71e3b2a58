"""The simulated walk: exact derivatives, feet on the ground, forces that a person can produce."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from experiments import walks
from experiments.planar import periodic
from experiments.walks import Style
from kinertia.mechanics import dynamics, sole
from kinertia.mechanics import kinematics as kin


@pytest.fixture(scope="module", params=[(72.0, 1.78, Style()), (58.0, 1.62, Style(1.0, 1.1, (0.05, -0.03, 0.03)))])
def person(request: pytest.FixtureRequest) -> walks.Walk:
    mass, height, style = request.param
    return walks.fit(mass, height, style)


def _stride(person: walks.Walk) -> tuple[walks.Motion, kin.Kinematics, sole.Touch]:
    step = walks.motion(person, torch.arange(200, dtype=torch.float64) / 200)
    body = person.body.with_time_axis()
    kinematics = kin.forward(body, step.q, step.qd, step.qdd)
    return step, kinematics, sole.touch(body, kinematics)


def test_derivatives_of_the_series_are_exact() -> None:
    phase = torch.linspace(0.1, 0.9, 5, dtype=torch.float64)
    step = 1e-5
    for order in (0, 1):
        difference = (periodic.basis(phase + step, 4, order) - periodic.basis(phase - step, 4, order)) / (2 * step)
        torch.testing.assert_close(periodic.basis(phase, 4, order + 1), difference, rtol=1e-6, atol=1e-4)


def test_speeds_and_accelerations_follow_a_wandering_pace(person: walks.Walk) -> None:
    step = 1e-4
    time = 0.5 + torch.arange(-1, 2, dtype=torch.float64) * step

    def at(t: torch.Tensor) -> walks.Motion:
        return walks.motion(person, t + 0.1 * torch.sin(2 * t), 1 + 0.2 * torch.cos(2 * t), -0.4 * torch.sin(2 * t))

    moved = at(time)
    first = (moved.q[2] - moved.q[0]) / (2 * step)
    torch.testing.assert_close(moved.qd[1, 1:], first[1:], rtol=1e-5, atol=1e-5)
    second = (moved.qd[2] - moved.qd[0]) / (2 * step)
    torch.testing.assert_close(moved.qdd[1], second, rtol=1e-4, atol=1e-4)


def test_legs_are_half_a_stride_apart(person: walks.Walk) -> None:
    names = person.body.skeleton.coordinate_names
    q = walks.motion(person, torch.arange(200, dtype=torch.float64) / 200).q
    for joint in walks.JOINTS:
        right, left = (q[:, names.index(f"{joint}_{side}")] for side in "rl")
        torch.testing.assert_close(left, right.roll(-100))


def test_lowest_point_of_the_soles_stays_on_the_ground(person: walks.Walk) -> None:
    lowest = _stride(person)[2].position[..., 1].amin(dim=1)
    assert lowest.abs().max() < 0.004
    assert lowest.abs().mean() < 0.001


def test_standing_foot_does_not_slide(person: walks.Walk) -> None:
    sole = _stride(person)[2]
    lowest = sole.position[..., 1].argmin(dim=1)
    speed = sole.velocity[torch.arange(200), lowest, 0].abs()
    assert speed.mean() < 0.04
    assert 1.0 < person.speed < 1.5


def test_total_ground_reaction_is_that_of_walking(person: walks.Walk) -> None:
    step, kinematics, _ = _stride(person)
    asked = dynamics.inverse(person.body.with_time_axis(), kinematics, step.force)[:, :2] / person.body.weight
    # m a + m g: averages one body weight, never pulls on the ground, stays inside a friction cone
    assert float(asked[:, 1].mean()) == pytest.approx(1.0, abs=1e-6)
    assert 0.6 < float(asked[:, 1].min()) < float(asked[:, 1].max()) < 1.5
    assert float((asked[:, 0] / asked[:, 1]).abs().max()) < 0.4


def test_angles_stay_near_the_published_mean_curves() -> None:
    person = walks.fit(75.0, 1.75)
    phase = np.arange(200) / 200
    q = walks.motion(person, torch.as_tensor(phase)).q.numpy()
    for joint in walks.JOINTS:
        found = q[:, person.body.skeleton.coordinate_names.index(f"{joint}_r")]
        published = walks.WALKING.angle(joint, phase)
        assert np.degrees(np.sqrt(np.mean((found - published) ** 2))) < 6.0
        assert np.corrcoef(found, published)[0, 1] > 0.85
