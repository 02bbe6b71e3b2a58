"""What a person does: gait is found whichever sensors are worn, and nothing else is taken for it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from experiments import exercises
from kinertia.estimation.estimate import Activity
from kinertia.recording import Frame, Recording, selection
from kinertia.sensing import activity
from kinertia.simulation import person
from kinertia.transport import walker as walkers
from kinertia.transport.walker import Stage

RATE_HZ = 100.0
SETS = ("all", "TSF", "PTS", "FS", "TrSr", "F", "P")


@pytest.fixture(scope="module")
def outing() -> Recording:
    """Six seconds of standing, twelve of walking, six of standing."""
    person = walkers.load()
    stages = (Stage(6.0, 0.0), Stage(12.0, 1.2), Stage(8.0, 0.0))
    blocks = walkers.walk(person, stages, (Stage(1.0, 0.0),), RATE_HZ)
    acc, gyro = (np.concatenate(part) for part in zip(*(next(blocks) for _ in range(26)), strict=True))
    noise = np.random.default_rng(3)
    return Recording(
        "outing",
        RATE_HZ,
        person.sensors,
        acc + 0.05 * noise.standard_normal(acc.shape),
        gyro + 0.01 * noise.standard_normal(gyro.shape),
        person.subject,
        Frame.SEGMENT,
    )


@pytest.mark.parametrize("worn", SETS)
def test_standing_and_walking_are_told_apart(outing: Recording, worn: str) -> None:
    found = activity.classify(selection.choose(outing, worn))
    assert not (found == Activity.OTHER).any()
    assert not (found == Activity.RUNNING).any()
    assert (found[50:550] == Activity.STANDING).all()
    assert (found[800:1800] == Activity.WALKING).all()
    assert (found[2150:] == Activity.STANDING).all()


def test_a_body_that_is_still_but_not_upright_does_not_stand(outing: Recording) -> None:
    standing = replace(outing, acc=outing.acc[:500, :, [1, 0, 2]], gyro=outing.gyro[:500])
    assert (activity.classify(standing) == Activity.OTHER).all()


def test_legs_that_move_together_do_not_walk(outing: Recording) -> None:
    walking = slice(800, 1800)
    acc, gyro = outing.acc[walking].copy(), outing.gyro[walking].copy()
    acc[:, 4:7], gyro[:, 4:7] = acc[:, 1:4], gyro[:, 1:4]
    assert (activity.classify(replace(outing, acc=acc, gyro=gyro)) == Activity.OTHER).all()


@pytest.mark.parametrize("name", exercises.EXERCISES)
def test_exercises_are_no_gait(name: str) -> None:
    found = activity.classify(exercises.record(person.draw(4, 1), name))
    gait = (found == Activity.WALKING) | (found == Activity.RUNNING)
    assert gait.mean() <= 0.05
    wanted = Activity.STANDING if name == "stand" else Activity.OTHER
    assert (found == wanted).mean() > 0.9


def test_shaken_sensors_are_no_gait(outing: Recording) -> None:
    time = np.arange(1500)[:, None] / RATE_HZ
    noise = np.random.default_rng(8)
    turn = 2.0 * np.pi * noise.uniform(2.0, 4.0, 7) * time
    acc, gyro = outing.acc[:1500].copy(), 6.0 * np.stack([np.sin(turn), np.cos(turn), np.cos(turn + 1.0)], axis=-1)
    acc += 12.0 * np.stack([np.sin(turn + 2.0), np.cos(turn), np.sin(turn)], axis=-1)
    assert (activity.classify(replace(outing, acc=acc, gyro=gyro)) == Activity.OTHER).mean() > 0.95
