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
    a, b = (s.at(s.step_s * np.arange(len(s.force_bw), dtype=np.float64)).q[:, knee].numpy() for s in (first, second))
    np.testing.assert_allclose(np.roll(a, 12), b, atol=np.radians(1.0))
