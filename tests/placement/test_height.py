"""Body height from the motion: near the truth, honest about its error, and only where nobody gave it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinertia.io.read import with_subject
from kinertia.placement import joint_positions
from kinertia.placement.correction import BMI, with_estimated_size
from kinertia.placement.inference import place
from kinertia.placement.joint_positions import LENGTH, Lengths
from kinertia.recording import DEFAULT_HEIGHT_M, DEFAULT_MASS_KG, Recording, Subject


@pytest.fixture(scope="module")
def nobody(walk: Recording) -> Recording:
    """The walker, of whom nothing is known."""
    warnings = ("body mass not given, 75 kg assumed: x", "body height not given, 1.80 m assumed: y", "another")
    return replace(walk, subject=Subject(assumed=("mass_kg", "height_m")), warnings=warnings)


def test_height_from_the_motion(walk: Recording, nobody: Recording) -> None:
    sized = with_estimated_size(nobody)
    error = sized.subject.height_error_m
    assert error is not None
    assert 0.02 < error < 0.08
    assert abs(sized.subject.height_m - walk.subject.height_m) < 2.5 * error
    assert sized.subject.mass_kg == pytest.approx(BMI * sized.subject.height_m**2, abs=0.1)
    assert sized.subject.assumed == nobody.subject.assumed
    assert sized.warnings[0] == "another"
    assert [warning[:21] for warning in sized.warnings[1:]] == ["body height not given", "body mass not given: "]
    assert "±" in sized.warnings[1]


def test_what_is_given_holds(walk: Recording, nobody: Recording) -> None:
    assert with_estimated_size(walk) is walk
    given_height = with_estimated_size(with_subject(nobody, height_m=1.55))
    assert given_height.subject.height_m == 1.55
    assert given_height.subject.height_error_m is None
    assert given_height.subject.mass_kg == pytest.approx(BMI * 1.55**2, abs=0.1)
    given_mass = with_estimated_size(with_subject(nobody, mass_kg=50.0))
    assert given_mass.subject.mass_kg == 50.0
    assert given_mass.subject.height_error_m is not None
    # what is given later replaces what was estimated
    assert with_subject(given_mass, height_m=1.9).subject.height_error_m is None


def test_without_gait_defaults_stay(nobody: Recording) -> None:
    still = replace(nobody, acc=nobody.acc[:300], gyro=nobody.gyro[:300], truth=None)
    assert with_estimated_size(still) is still
    assert (still.subject.height_m, still.subject.mass_kg) == (DEFAULT_HEIGHT_M, DEFAULT_MASS_KG)


def test_an_assumed_height_is_not_used(nobody: Recording) -> None:
    other = replace(nobody, subject=replace(nobody.subject, height_m=1.4))
    assert place(other).height == place(nobody).height


def test_sensors_that_do_not_show_lengths(nobody: Recording) -> None:
    feet = [k for k, sensor in enumerate(nobody.sensors) if sensor.segment.startswith("foot")]
    few = replace(
        nobody, sensors=tuple(nobody.sensors[k] for k in feet), acc=nobody.acc[:, feet], gyro=nobody.gyro[:, feet], truth=None
    )
    assert place(few).height is None


@given(true=st.floats(1.5, 2.0), certain=st.floats(0.0005, 0.02))
def test_posterior(true: float, certain: float) -> None:
    value = true * np.array([LENGTH["femur"], LENGTH["tibia"]])
    people = joint_positions.of_people()
    found = joint_positions.from_lengths(Lengths(value, certain**2 * np.eye(2)))
    assert found is not None
    low, high = sorted((true, people.height_m))
    # between what is measured and what is usual, and surer than either
    assert low - 1e-9 <= found.height_m <= high + 1e-9
    assert found.spread_m < people.spread_m
    assert joint_positions.from_lengths(Lengths(value, np.eye(2))) is None


def test_people() -> None:
    both = joint_positions.of_people()
    assert both.height_m == pytest.approx(1.6875)
    assert 0.09 < both.spread_m < 0.11
    assert joint_positions.of_people("female").spread_m < both.spread_m
