"""Sizes, places and rates in other units than they are said to be in: undone and said, or refused with the right fix."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinertia.io import facts, stated
from kinertia.io.read import with_subject
from kinertia.recording import Cause, Recording, RecordingError, Sensor, Severity, Subject

PLACES = {"pelvis": (0.0, 0.1, 0.0), "femur_r": (0.07, -0.2, 0.02), "tibia_r": (0.05, -0.18, 0.0), "foot_r": (0.06, -0.03, 0.0)}


def walk(scale: dict[str, float] | None = None, misalignment: float | None = None) -> Recording:
    scale = scale or {}
    sensors = tuple(
        Sensor(name, name, (x * (k := scale.get(name, 1.0)), y * k, z * k), misalignment) for name, (x, y, z) in PLACES.items()
    )
    return Recording("walk", 100.0, sensors, np.zeros((9, 4, 3)), np.zeros((9, 4, 3)), Subject(assumed=("mass_kg", "height_m")))


@given(kg=st.floats(45, 100), metres=st.floats(1.5, 2.0))
@settings(max_examples=50, deadline=None)
def test_sizes_of_people_pass_and_other_units_are_told(kg: float, metres: float) -> None:
    assert stated.height(metres, file="") == (metres, [])
    index = kg / metres**2
    if index < 40:
        assert stated.mass(kg, metres, file="") == (kg, [])
    for unit, factor in (("cm", 100.0), ("mm", 1000.0)):
        found, (finding,) = stated.height(metres * factor, file="")
        assert found == pytest.approx(metres)
        assert finding.cause is Cause.HEIGHT
        assert finding.mended
        assert f"read as {unit}" in finding.message
    grams, (finding,) = stated.mass(kg * 1000.0, metres, file="")
    assert grams == pytest.approx(kg)
    assert finding.mended
    if 18.5 < index < 40:
        pounds = kg * 2.20462
        found, (finding,) = stated.mass(pounds, metres, file="")
        assert finding.cause is Cause.MASS
        assert found == pytest.approx(kg if pounds > 300 else pounds, rel=1e-4)
        assert finding.mended == (pounds > 300)


@pytest.mark.parametrize(
    ("value", "said", "fix"),
    [
        (5.8, "5.8 looks like feet, 1.77 m", "give body height in metres, 1.77 m"),
        (69.0, "69 looks like inches, 1.75 m", "give body height in metres, 1.75 m"),
        (2.7, "outside 0.5..2.6 m", "give body height in metres"),
        (0.02, "outside 0.5..2.6 m", "give body height in metres"),
    ],
)
def test_feet_and_inches_are_refused_with_the_height_in_metres(value: float, said: str, fix: str) -> None:
    with pytest.raises(RecordingError, match=said) as error:
        stated.height(value, file="walk.csv")
    assert error.value.fix == fix
    assert error.value.cause is Cause.HEIGHT


def test_a_mass_in_pounds_is_asked_about_wherever_it_is_stated() -> None:
    sentence = "body mass index 50: is the mass of 154 in kilograms?; if it is in pounds, give 69.9 kg"
    _, _, (finding,) = facts.subject({"mass_kg": 154, "height_m": 1.75}, file="")
    assert (finding.severity, finding.sentence) == (Severity.WARNING, sentence)
    (finding,) = with_subject(walk(), mass_kg=154, height_m=1.75).findings
    assert finding.sentence == sentence
    stored = with_subject(walk(), mass_kg=154)
    assert stored.findings == ()  # the height is not known
    assert with_subject(stored, height_m=1.75).findings == (finding,)
    assert with_subject(with_subject(stored, height_m=1.75), mass_kg=70).findings == ()
    (finding,) = stated.doubts(11.0, 1.75)
    assert (finding.severity, finding.fix) == (Severity.ERROR, "give body mass in kilograms; if it is in stone, 69.9 kg")


@pytest.mark.parametrize(("unit", "factor"), [("cm", 100.0), ("mm", 1000.0)])
def test_places_are_undone_where_all_agree_and_refused_where_one_is_off(unit: str, factor: float) -> None:
    recording = stated.placed(walk(dict.fromkeys(PLACES, factor)))
    assert f"read as {unit}" in recording.findings[0].message
    for sensor in recording.sensors:
        np.testing.assert_allclose(sensor.position_m or (), PLACES[sensor.segment])
    with pytest.raises(RecordingError, match="no place on a shank") as error:
        stated.placed(walk({"tibia_r": factor}))
    assert error.value.sensor == "tibia_r"
    assert "0.19 m" in error.value.fix
    sound = walk()
    assert stated.placed(sound) is sound


def test_misalignments_in_degrees() -> None:
    recording = stated.placed(walk(misalignment=5.0))
    assert recording.sensors[0].misalignment_rad == pytest.approx(np.deg2rad(5))
    assert "read as degrees" in recording.findings[0].message
    with pytest.raises(RecordingError, match="300 rad"):
        stated.placed(walk(misalignment=300.0))


@pytest.mark.parametrize(("value", "fix"), [(0.1, "100 Hz if it is in kHz"), (6000.0, "100 Hz if it is in samples per minute")])
def test_rates_that_no_sensor_has(value: float, fix: str) -> None:
    assert stated.rate(100.0, file="") == 100.0
    with pytest.raises(RecordingError, match="no sensor for movement has") as error:
        stated.rate(value, file="")
    assert fix in error.value.fix
