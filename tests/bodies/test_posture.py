"""The prior on knees: what it holds against, and for whom."""

from __future__ import annotations

import math

import pytest

from kinertia.bodies import posture
from kinertia.simulation.norms import RUNNING, WALKING


@pytest.mark.parametrize(("running", "norm"), [(False, WALKING), (True, RUNNING)])
def test_usual_mean_is_that_of_the_published_curve(running: bool, norm: object) -> None:
    mean = norm.angles["knee_angle"][0]  # type: ignore[attr-defined]
    assert (posture.RUNNING_KNEE_DEG if running else posture.WALKING_KNEE_DEG) == pytest.approx(math.degrees(mean), abs=0.06)
