"""Sets of sensors by initials."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinertia.recording import SEGMENTS, Recording, Sensor
from kinertia.recording.errors import RecordingError
from kinertia.recording.sensor_sets import choose, segments


def recording(on: tuple[str, ...] = SEGMENTS) -> Recording:
    values = np.arange(len(on), dtype=np.float64)[None, :, None] * np.ones((5, 1, 3))
    return Recording("walk", 100.0, tuple(Sensor(s, s) for s in on), values, values + 0.5, acc_var=values)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("all", SEGMENTS),
        ("FST", ("femur_r", "tibia_r", "foot_r", "femur_l", "tibia_l", "foot_l")),
        ("P", ("pelvis",)),
        ("FrTr", ("femur_r", "foot_r")),
        ("FlP", ("pelvis", "foot_l")),
        ("FrF", ("foot_r", "foot_l")),
    ],
)
def test_names(name: str, expected: tuple[str, ...]) -> None:
    assert segments(name) == expected
    kept = choose(recording(), name)
    assert tuple(s.segment for s in kept.sensors) == expected
    for k, segment in enumerate(expected):
        assert (kept.acc[:, k] == SEGMENTS.index(segment)).all()
        assert (kept.gyro[:, k] == SEGMENTS.index(segment) + 0.5).all()
    assert kept.acc_var is not None
    assert kept.acc_var.shape == kept.acc.shape
    assert kept.orientation is None


@pytest.mark.parametrize("name", ["", "X", "ALL", "Ft", "F T", "Pr", "Fx", "r"])
def test_names_that_are_not_understood(name: str) -> None:
    with pytest.raises(ValueError, match="sensor set"):
        segments(name)


def test_a_set_needs_its_sensors() -> None:
    with pytest.raises(RecordingError, match="no sensor on foot_r, foot_l, which the set FT asks for"):
        choose(recording(("pelvis", "femur_r", "femur_l")), "FT")


@given(st.text(alphabet="PTSFrlx", max_size=8))
def test_whatever_is_asked_for(name: str) -> None:
    try:
        found = segments(name)
    except ValueError:
        return
    assert found
    assert list(found) == [s for s in SEGMENTS if s in found]
