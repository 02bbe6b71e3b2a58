"""A person who stands and walks, with seven sensors whose places are known."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import numpy as np
import pytest

from kinertia.recording import Frame, Recording, SensorPose, Truth
from kinertia.transport import walker

RATE_HZ = 100.0


@pytest.fixture(scope="session")
def walk() -> Recording:
    """Four seconds of standing and sixteen of walking in segment axes, with a sensor's noise."""
    person = walker.load()
    stages = (walker.Stage(4.0, 0.0), walker.Stage(20.0, person.speed))
    blocks = list(islice(walker.walk(person, stages, stages[1:], RATE_HZ), 20))
    generator = np.random.default_rng(5)
    acc, gyro = (np.concatenate([block[i] for block in blocks]) for i in range(2))
    acc = acc + 0.02 * generator.standard_normal(acc.shape)
    gyro = gyro + 0.002 * generator.standard_normal(gyro.shape)
    poses = {sensor.segment: SensorPose(sensor.position_m) for sensor in person.sensors if sensor.position_m is not None}
    return Recording("walk", RATE_HZ, person.sensors, acc, gyro, person.subject, truth=Truth(poses=poses))


@pytest.fixture(scope="session")
def unaligned(walk: Recording) -> Recording:
    """The same in unknown axes."""
    return replace(walk, frame=Frame.SENSOR)
