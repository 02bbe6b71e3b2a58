"""``import kinertia as ki``: what it offers, what it costs, and what it says."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

import kinertia as ki
from kinertia.checks import chain
from kinertia.estimation.estimate import Estimate
from kinertia.io import extra, write_columns, write_recording

HEAVY = ("numpy", "torch", "scipy", "polars", "pandas", "matplotlib")


@pytest.fixture(scope="module")
def walked() -> ki.Estimated:
    return ki.estimate(ki.example(20.0))


def test_importing_takes_no_time() -> None:
    code = f"import kinertia, sys; print([name for name in {HEAVY} if name in sys.modules], 'estimate' in dir(kinertia))"
    done = subprocess.run([sys.executable, "-X", "importtime", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] True"
    microseconds = int(done.stderr.strip().splitlines()[-1].split("|")[1])
    assert microseconds < 300_000


def test_every_name_is_there() -> None:
    for name in ki.__all__:
        assert getattr(ki, name) is getattr(ki, name)
    with pytest.raises(AttributeError, match="no attribute 'estimates'"):
        _ = ki.estimates  # pyright: ignore[reportAttributeAccessIssue]


def test_shows_itself(walked: ki.Estimated) -> None:
    said = repr(walked).splitlines()
    assert 2 <= len(said) <= 5
    assert said[0] == "Estimate of 'walk': 20 s at 100 Hz, sspinnpose"
    assert "speed 1.2" in said[1]
    assert walked.verdict.headline in said[2]
    assert walked.verdict.headline in walked._repr_html_()
    assert 2 <= len(repr(walked.recording).splitlines()) <= 5


def test_types_are_seen() -> None:
    """What type checkers are told is what is there."""
    stated = {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(ast.parse(Path(str(ki.__file__)).read_text()))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("kinertia.")
        for alias in node.names
    }
    assert sorted(stated) == sorted(ki.__all__)
    for name, place in stated.items():
        module, _, inside = place.rpartition(".")
        assert getattr(import_module(module), inside) is getattr(ki, name)
    assert Path(str(ki.__file__)).with_name("py.typed").is_file()


def test_frames(walked: ki.Estimated) -> None:
    pandas, polars = walked.frame(), walked.frame(backend="polars")
    assert (type(pandas).__module__.split(".")[0], type(polars).__module__.split(".")[0]) == ("pandas", "polars")
    assert list(pandas.columns) == list(polars.columns)
    assert np.max(pandas["knee_flexion_r [deg]"]) > 40.0
    assert np.min(walked.frame(knee="opensim")["knee_angle_r [deg]"]) < -40.0
    assert {type(value) for value in walked.summary().values()} == {str, float, int}
    strides = walked.strides()
    assert len(strides) == walked.summary()["strides"]
    assert np.mean(strides["stride_time_s"]) == pytest.approx(1.12, abs=0.03)


def test_what_knows_little_shows_little(walked: ki.Estimated) -> None:
    hips = {name: values for name, values in walked.coordinates.items() if name.startswith("hip")}
    little = Estimate("walk", "fitted", walked.rate_hz, walked.subject, hips)
    shown = ki.Estimated.of(ki.Estimated.of(little, walked.recording), walked.recording)
    assert repr(shown).splitlines()[1] == "  not judged: this method gives no forces: its motion cannot be checked"
    assert "Hip angle" in shown._repr_html_()
    assert len(shown.plot().axes) == 3
    assert "knee range [deg]" not in shown.summary()
    assert not len(shown.strides())


def test_what_is_not_installed_is_said(walked: ki.Estimated, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extra, "available", lambda name: False)
    for call in (walked.frame, walked.strides, walked.plot):
        with pytest.raises(ModuleNotFoundError, match=r"pip install 'kinertia\[notebook\]'"):
            call()


def test_a_recording_is_checked_once(walked: ki.Estimated, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain, "examine", lambda recording: pytest.fail("looked at again"))
    heavier = ki.estimate(walked.recording, mass=90.0)
    assert heavier.subject.mass_kg == 90.0
    np.testing.assert_array_equal(heavier.coordinates["knee_angle_r"], walked.coordinates["knee_angle_r"])
    monkeypatch.undo()
    in_g = ki.estimate(replace(walked.recording, acc=walked.recording.acc / 9.81))
    assert "acceleration is in g" in in_g.verdict.warnings[0]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: ki.read("walk.csv", mass=cast("Any", "72 kg")), "mass '72 kg' is no number; give kilograms, such as mass=72"),
        (lambda: ki.estimate(ki.example(5.0), height=5.9), r"5\.9 looks like feet, 1\.80 m"),
        (lambda: ki.read("walk.csv"), r"walk\.csv: cannot be read .* Fix: check the path"),
        (lambda: ki.estimate([]), "no recording given"),
        (lambda: ki.estimate(cast("Any", None)), "a recording is needed, None was given"),
        (lambda: ki.estimate(ki.example(5.0), cast("Any", 72.0)), "float is no model"),
        (lambda: ki.estimate(ki.example(5.0), "mine"), "mine: no model; give default, sparse, or the folder"),
        (lambda: ki.report([], "walk.html"), "one estimate or two, not 0"),
        (
            lambda: ki.report(cast("Any", ki.example(5.0)), "walk.html"),
            "Recording is no estimate; give what kinertia.estimate returned",
        ),
        (
            lambda: ki.solve(ki.example(5.0), begin=9.0),
            "9 s to the end is outside the recording. Fix: choose a part of 0",
        ),
        (lambda: ki.example(0.0), "give more than 4 s"),
    ],
)
def test_wrong_arguments(call: Callable[[], object], said: str) -> None:
    with pytest.raises((ValueError, TypeError), match=said):
        call()


@pytest.mark.parametrize("call", [ki.adapt, ki.solve])
def test_what_trains_says_what_it_needs(call: Callable[..., object], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extra, "available", lambda name: name != "torch")
    with pytest.raises(ModuleNotFoundError, match=rf"{call.__name__} needs torch, .* pip install 'kinertia\[train\]'"):
        call("walk.csv")


def test_adapting_names_what_is_wrong(tmp_path: Path, walked: ki.Estimated) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ki.RecordingError, match=r"holds something\. Fix: give another folder, or overwrite=True"):
        ki.adapt(walked.recording, out=tmp_path)
    with pytest.raises(TypeError, match="int is no model that can be adapted"):
        ki.adapt(walked.recording, 5)  # pyright: ignore[reportArgumentType]
    with pytest.raises(ki.RecordingError, match="no recording given"):
        ki.adapt([])


def test_a_height_in_centimetres_is_understood(walked: ki.Estimated) -> None:
    assert ki.estimate(walked.recording, height=178).verdict.warnings == ("height 178 m is impossible; read as cm: 1.78 m",)


def test_a_folder_is_a_list(tmp_path: Path, walked: ki.Estimated) -> None:
    for name in ("a", "b"):
        write_recording.write(tmp_path / f"{name}.csv", replace(walked.recording, name=name))
    with pytest.raises(ki.RecordingError, match=rf"holds 2 recordings. Fix: read_all\('{tmp_path}'\)"):
        ki.read(tmp_path)
    assert [recording.name for recording in ki.read_all(tmp_path)] == ["a", "b"]
    assert [estimated.name for estimated in ki.estimate([tmp_path])] == ["a", "b"]


def test_one_mass_is_not_for_many_people(walked: ki.Estimated) -> None:
    people = [replace(walked.recording, subject=ki.Subject(mass, 1.76)) for mass in (60.0, 90.0)]
    with pytest.raises(ki.RecordingError, match=r"mass 80 was given for all, but the files state 60, 90\. Fix: leave"):
        ki.estimate(people, mass=80)
    assert [one.subject.mass_kg for one in ki.estimate(people, height=1.7)] == [60.0, 90.0]


def test_nothing_of_others_is_written_over(tmp_path: Path, walked: ki.Estimated) -> None:
    page = tmp_path / "walk.html"
    page.write_text("mine")
    with pytest.raises(ki.RecordingError, match=r"did not write it\. Fix: give another place, or overwrite=True"):
        ki.report(walked, page)
    assert ki.report(walked, page, overwrite=True) == page
    assert ki.report(walked, page) == page
    assert ki.report([walked, walked], tmp_path / "change.html", labels=("May", "June")) == tmp_path / "change.html"
    assert "June" in (tmp_path / "change.html").read_text()
    names = {path.name for path in walked.save(tmp_path / "results", heading="Second visit")}
    assert {"walk_coordinates.mot", "walk_estimate.parquet", "walk_report.html"} <= names
    assert "Second visit" in (tmp_path / "results" / "walk_report.html").read_text()
    assert repr(ki.load(tmp_path / "results")) == repr(walked)
    assert walked.to_opensim(tmp_path / "results")[0].name == "walk_coordinates.mot"


def test_columns_and_placement_without_files(tmp_path: Path, walked: ki.Estimated) -> None:
    recording = walked.recording
    table = {"t_ms": 1000.0 * recording.time_s}
    for k in range(len(recording.sensors)):
        for axis in range(3):
            table |= {f"A{k}_Acc_{'XYZ'[axis]}": recording.acc[:, k, axis] / 9.81}
            table |= {f"A{k}_Gyr_{'XYZ'[axis]}": np.degrees(recording.gyro[:, k, axis])}
    write_columns.write(tmp_path / "walk.csv", table)
    placement = {f"A{k}": sensor.segment for k, sensor in enumerate(recording.sensors)}
    units = {"acc_unit": "g", "gyro_unit": "deg/s", "time": "t_ms", "time_unit": "ms"}
    found = ki.read(tmp_path / "walk.csv", mass=72, height=1.76, columns=units, placement=placement)
    assert {sensor.name: sensor.segment for sensor in found.sensors} == placement
    np.testing.assert_allclose(found.acc, recording.acc, rtol=1e-3, atol=1e-9)  # a g of 9.80665 m/s^2
    assert not found.remarks
    path = write_recording.write(tmp_path / "named.csv", recording)
    right = {"femur_r": "femur_l", "femur_l": "femur_r", "tibia_r": "tibia_r"}
    assert {sensor.name: sensor.segment for sensor in ki.read(path, placement=right, anyway=True).sensors} == right
    with pytest.raises(ki.RecordingError, match="placement: lists none of the sensors of the table"):
        ki.read(path, placement={"A1": "pelvis"})


def test_placing(walked: ki.Estimated) -> None:
    placed = ki.place(walked.recording, right="femur_r")
    assert [one.segment for one in placed.sensors] == [sensor.segment for sensor in walked.recording.sensors]
    assert "femur_r: femur_r, 100 % sure; 5 cm in front of and" in repr(placed)
    assert len(ki.correct(walked.recording, placed).sensors) == 7
