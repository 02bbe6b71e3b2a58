"""The mean stride of a recording."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kinertia.recording import Recording, Truth
from kinertia.solving.mean_cycle import mean_cycle


def test_truth_is_averaged_over_the_same_strides(walk: Recording, stride: Recording) -> None:
    shank = [sensor.segment for sensor in walk.sensors].index("tibia_r")
    known = replace(walk, truth=Truth(angles={"knee_angle_r": walk.gyro[:, shank, 2]}, speed_curve=np.full(walk.samples, 1.2)))
    found = mean_cycle(known)
    assert stride.truth is None
    assert found.truth is not None
    np.testing.assert_allclose(found.truth.angles["knee_angle_r"], stride.gyro[:, shank, 2])
    assert found.truth.speed_curve is not None
    np.testing.assert_allclose(found.truth.speed_curve, 1.2)
    np.testing.assert_array_equal(found.acc, stride.acc)
