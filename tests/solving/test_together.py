"""Cycles of one wearer solved at once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kinertia.recording import Recording
from kinertia.recording.resampling import resample
from kinertia.solving import together
from kinertia.solving.settings import Settings

SETTINGS = Settings(rate_hz=50.0)


@pytest.fixture(scope="module")
def pair(stride: Recording) -> list[Recording]:
    coarse = resample(stride, 50.0)
    # the thigh sensor reads as if it were turned; the second recording is the same stride, begun elsewhere
    shifted = replace(coarse, name="later", acc=np.roll(coarse.acc, 12, axis=0), gyro=np.roll(coarse.gyro, 12, axis=0))
    return [coarse, shifted]


def test_one_mounting_explains_all_cycles(pair: list[Recording]) -> None:
    first, second = together.solve(pair, SETTINGS)
    assert first.convergence.converged
    np.testing.assert_allclose(first.units, second.units, atol=1e-7)
    assert first.convergence.figures()["root_force_bw"] < 5e-3
    assert second.convergence.figures()["slip_m_s"] < 0.1
    knee = first.person.body.skeleton.coordinate_index("knee_angle_r")
    a, b = (s.at(s.step_s * np.arange(len(s.force_bw))).q[:, knee].numpy() for s in (first, second))
    np.testing.assert_allclose(np.roll(a, 12), b, atol=np.radians(1.0))


def test_a_session_states_one_person_and_one_set_of_places(stride: Recording) -> None:
    assert together.same_wearer(stride, stride)
    heavier = replace(stride, subject=replace(stride.subject, mass_kg=stride.subject.mass_kg + 1.0))
    assert not together.same_wearer(stride, heavier)
    moved = replace(stride.sensors[1], position_m=(0.0, -0.1, 0.0))
    assert not together.same_wearer(stride, replace(stride, sensors=(stride.sensors[0], moved, *stride.sensors[2:])))
    guessed = replace(stride, subject=replace(stride.subject, assumed=("height_m",)))
    assert not together.same_wearer(guessed, guessed)
