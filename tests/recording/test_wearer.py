"""Recordings of one session state one person and one set of sensor places."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kinertia.recording import Recording, Sensor, Subject
from kinertia.recording.selection import same_wearer, wearer_of

SENSORS = (Sensor("a", "tibia_r", (0.0, -0.2, 0.0)), Sensor("b", "foot_r"))


@pytest.fixture
def recording() -> Recording:
    signals = np.zeros((4, 2, 3))
    return Recording("walk", 100.0, SENSORS, signals, signals, Subject(70.0, 1.75))


def test_a_session_states_one_person_and_one_set_of_places(recording: Recording) -> None:
    assert same_wearer(recording, replace(recording, name="run", sensors=SENSORS[::-1]))
    assert not same_wearer(recording, replace(recording, subject=Subject(71.0, 1.75)))
    assert not same_wearer(recording, replace(recording, subject=Subject(70.0, 1.75, "female")))
    moved = replace(SENSORS[0], position_m=(0.0, -0.1, 0.0))
    assert not same_wearer(recording, replace(recording, sensors=(moved, SENSORS[1])))
    assert not same_wearer(
        recording, replace(recording, sensors=SENSORS[:1], acc=recording.acc[:, :1], gyro=recording.gyro[:, :1])
    )


def test_a_person_of_assumed_size_is_nobody(recording: Recording) -> None:
    guessed = replace(recording, subject=Subject(70.0, 1.8, assumed=("height_m",)))
    assert wearer_of(guessed) == ""
    assert not same_wearer(guessed, guessed)
