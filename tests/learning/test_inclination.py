"""Inclinations of sensors from the movement of the joints, and how they join what was stated."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from kinertia.learning import adaptation
from kinertia.learning.config import AdaptationConfig, Config
from kinertia.learning.inclination import USED, from_gait, fuse, unknown
from kinertia.learning.prepare import to_sequence
from kinertia.recording import LOWER_BODY, Recording
from kinertia.transport import walker

TURN_DEG = {"tibia_r": 8.0, "femur_l": -6.0}


@pytest.fixture(scope="module")
def walk() -> Recording:
    """Sixteen seconds of walking in segment axes, every sensor as stated."""
    person = walker.load()
    stage = walker.Stage(20.0, person.speed)
    blocks = list(islice(walker.walk(person, (stage,), (stage,), 100.0), 16))
    acc, gyro = (np.concatenate([block[i] for block in blocks]) for i in range(2))
    return Recording("walk", 100.0, person.sensors, acc, gyro, person.subject)


@pytest.fixture(scope="module")
def turned(walk: Recording) -> Recording:
    """The same with a shank's and a thigh's sensor turned about the mediolateral axis."""
    acc, gyro = walk.acc.copy(), walk.gyro.copy()
    for segment, degrees in TURN_DEG.items():
        k = LOWER_BODY.index(segment)
        c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        # v_segment = R v_signal
        matrix = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
        acc[:, k], gyro[:, k] = acc[:, k] @ matrix, gyro[:, k] @ matrix
    return replace(walk, acc=acc, gyro=gyro)


def test_turned_sensors_are_seen_from_the_joints(walk: Recording, turned: Recording) -> None:
    before, after = from_gait(walk), from_gait(turned)
    for k, segment in enumerate(LOWER_BODY.segments):
        if segment not in USED:
            assert torch.equal(after[k], unknown()[k])
            continue
        moved = math.degrees(float(after[k, 0] - before[k, 0]))
        assert moved == pytest.approx(TURN_DEG.get(segment, 0.0), abs=1.0)
        assert math.degrees(float(before[k, 0])) == pytest.approx(0.0, abs=4.0)
        assert 0.0 < math.degrees(float(after[k, 1])) < 3.0


def test_only_adapting_that_is_asked_to_looks_at_the_joints(turned: Recording) -> None:
    assert torch.equal(to_sequence(turned, Config()).placed, unknown())
    looking = Config(adaptation=AdaptationConfig(placed=True))
    assert torch.equal(to_sequence(turned, adaptation.settings(Config())).placed, unknown())
    found = to_sequence(turned, adaptation.settings(looking)).placed
    torch.testing.assert_close(found, from_gait(turned))


def test_without_gait_nothing_is_known(walk: Recording) -> None:
    noise = 0.05 * np.random.default_rng(1).standard_normal((2, *walk.acc.shape))
    standing = replace(walk, acc=np.array([0.0, 9.81, 0.0]) + noise[0], gyro=0.1 * noise[1])
    assert torch.equal(from_gait(standing), unknown())


def test_nothing_known_leaves_what_was_stated() -> None:
    stated = torch.full((2, 7), 0.1)
    inclination, spread = fuse(unknown().expand(2, -1, -1), stated, [0, 1])
    assert torch.equal(inclination, torch.zeros(2, 7))
    torch.testing.assert_close(spread, stated)


def test_recordings_of_one_wearer_agree_and_of_another_do_not() -> None:
    placed = unknown().repeat(3, 1, 1)
    placed[0, 1] = torch.tensor([0.2, 0.05])
    placed[1, 1] = torch.tensor([0.1, 0.1])
    inclination, spread = fuse(placed, torch.full((3, 7), 0.1), [0, 0, 1])
    assert torch.equal(inclination[0], inclination[1])
    assert torch.equal(spread[0], spread[1])
    # weights 400 and 100 make 0.18 with the surest spread of 0.05; stated 0 with 0.1
    assert float(inclination[0, 1]) == pytest.approx(0.18 * 400.0 / 500.0)
    assert float(spread[0, 1]) == pytest.approx(1.0 / math.sqrt(500.0))
    assert float(inclination[2].abs().max()) == 0.0


@given(st.floats(-0.5, 0.5), st.floats(0.01, 1.0), st.floats(0.01, 1.0))
def test_the_expected_inclination_lies_between_both(angle: float, spread: float, stated: float) -> None:
    placed = unknown().unsqueeze(0)
    placed[0, 2] = torch.tensor([angle, spread])
    inclination, found = fuse(placed, torch.full((1, 7), stated), [0])
    assert min(angle, 0.0) - 1e-6 <= float(inclination[0, 2]) <= max(angle, 0.0) + 1e-6
    assert float(found[0, 2]) <= min(spread, stated) * (1.0 + 1e-5)
