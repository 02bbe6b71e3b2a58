"""Sensor sets: order and names of signals, by initials, and recordings reduced to one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinertia.recording import LOWER_BODY, Frame, Recording, Sensor, SensorSet, channels
from kinertia.recording.errors import RecordingError
from kinertia.recording.selection import choose
from kinertia.recording.sensor_set import AXES, by_initials


def recording(on: tuple[str, ...] = LOWER_BODY.segments) -> Recording:
    """Sensor k reads 10 k + axis as force and 10 k + 3 + axis as rate."""
    values = 10.0 * np.arange(len(on))[None, :, None] + np.arange(3) * np.ones((5, 1, 1))
    return Recording("walk", 100.0, tuple(Sensor(s, s) for s in on), values, values + 3.0, acc_var=values)


def test_names_positions_and_sizes() -> None:
    assert LOWER_BODY.shape == (len(LOWER_BODY), 3)
    assert LOWER_BODY.size == 21
    assert LOWER_BODY.names[:4] == ("pelvis_acc_x", "pelvis_acc_y", "pelvis_gyro_z", "femur_r_acc_x")
    assert LOWER_BODY.names[LOWER_BODY.columns("foot_l")] == ("foot_l_acc_x", "foot_l_acc_y", "foot_l_gyro_z")
    full = SensorSet(("tibia_r", "pelvis"), AXES)
    assert (full.size, full.index("pelvis"), full.columns("pelvis")) == (12, 1, slice(6, 12))
    assert AXES[:3] == full.channels[full.acc]
    assert AXES[3:] == full.channels[full.gyro]
    assert LOWER_BODY.channels[LOWER_BODY.gyro] == ("gyro_z",)
    assert LOWER_BODY.subset({"foot_l", "pelvis"}) == SensorSet(("pelvis", "foot_l"))
    assert full.positions(recording(("pelvis", "tibia_l", "pelvis")).sensors) == (None, 0)
    assert not full.covered_by(recording(("pelvis",)).sensors)
    assert full.covered_by(recording().sensors)


def test_sets_that_cannot_be() -> None:
    with pytest.raises(ValueError, match="sensor set of foot_r, foot_r: name each segment once"):
        SensorSet(("foot_r", "foot_r"))
    with pytest.raises(ValueError, match="sensor set with channels gyro_z, acc_x: give some of acc_x, acc_y"):
        SensorSet(("foot_r",), ("gyro_z", "acc_x"))
    with pytest.raises(ValueError, match="no sensor on torso in the set pelvis, foot_l"):
        LOWER_BODY.subset(["foot_l", "pelvis"]).index("torso")


@given(st.permutations(LOWER_BODY.segments), st.sets(st.sampled_from(AXES), min_size=1))
def test_channels_of_a_recording_come_in_the_order_of_the_set(order: list[str], axes: set[str]) -> None:
    wanted = SensorSet(tuple(order[:4]), tuple(axis for axis in AXES if axis in axes))
    signals, present = channels.read(recording(), wanted)
    assert signals.shape == present.shape == (5, *wanted.shape)
    expected = [[10.0 * LOWER_BODY.index(s) + AXES.index(c) for c in wanted.channels] for s in wanted.segments]
    np.testing.assert_array_equal(signals[0], expected)
    assert present.all()


def test_what_is_not_measured_counts_as_missing() -> None:
    signals, present = channels.read(recording(("pelvis", "torso")))
    assert present[:, 0].all()
    assert not present[:, 1:].any()
    assert not signals[:, 1:].any()
    with pytest.raises(RecordingError, match="none of the segments tibia_l carries a sensor"):
        channels.read(recording(("pelvis",)), SensorSet(("tibia_l",)))
    with pytest.raises(RecordingError, match="signals are in sensor axes"):
        channels.read(Recording("walk", 100.0, (), np.zeros((5, 0, 3)), np.zeros((5, 0, 3)), frame=Frame.SENSOR))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("all", LOWER_BODY.segments),
        ("FST", ("femur_r", "tibia_r", "foot_r", "femur_l", "tibia_l", "foot_l")),
        ("P", ("pelvis",)),
        ("FrTr", ("femur_r", "foot_r")),
        ("FlP", ("pelvis", "foot_l")),
        ("FrF", ("foot_r", "foot_l")),
    ],
)
def test_initials(name: str, expected: tuple[str, ...]) -> None:
    assert by_initials(name).segments == expected
    kept = choose(recording(), name)
    assert tuple(s.segment for s in kept.sensors) == expected
    for k, segment in enumerate(expected):
        assert (kept.acc[:, k, 0] == 10 * LOWER_BODY.index(segment)).all()
        assert (kept.gyro[:, k, 0] == 10 * LOWER_BODY.index(segment) + 3).all()
    assert kept.acc_var is not None
    assert kept.acc_var.shape == kept.acc.shape
    assert kept.orientation is None


@pytest.mark.parametrize("name", ["", "X", "ALL", "Ft", "F T", "Pr", "Fx", "r"])
def test_initials_that_are_not_understood(name: str) -> None:
    with pytest.raises(ValueError, match="sensor set"):
        by_initials(name)


def test_a_set_needs_its_sensors() -> None:
    with pytest.raises(RecordingError, match="no sensor on foot_r, foot_l, which the set FT asks for"):
        choose(recording(("pelvis", "femur_r", "femur_l")), "FT")


@given(st.text(alphabet="PTSFrlx", max_size=8))
def test_whatever_is_asked_for(name: str) -> None:
    try:
        found = by_initials(name).segments
    except ValueError:
        return
    assert found
    assert list(found) == [s for s in LOWER_BODY.segments if s in found]
