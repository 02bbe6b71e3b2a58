"""``kinertia inspect`` on shared recordings."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import tyro

from experiments import exercises
from kinertia.checks.chain import examine
from kinertia.cli.inspect import inspect, summarise
from kinertia.io import write_recording
from kinertia.recording import Frame, Recording, RecordingError, Subject
from kinertia.simulation import person
from kinertia.transport import walker


@pytest.mark.data
def test_table(shared_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tyro.cli(
        inspect,
        args=[str(shared_data / "imu_mocap_gaittoolbox"), str(shared_data / "imu_cycles_biomac" / "P01_normrunning.csv")],
    )
    text = " ".join(capsys.readouterr().out.split())
    for said in (
        "2503 samples, 100 Hz, 25.03 s",
        "walking 10.5 s, standing 14.5 s; still at 0\u201310.92 s",
        "sensor axes",
        "9.90 standing ok",
        "73 kg, 1.73 m",
    ):
        assert said in text


@pytest.mark.data
def test_json(shared_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = sorted(str(p) for p in (shared_data / "imu_opensense").glob("MT_*.txt"))
    tyro.cli(inspect, args=[*files, "--json"])
    (summary,) = json.loads(capsys.readouterr().out)  # eight files, one recording
    assert len(summary["sensors"]) == 8
    assert summary["rate_hz"] == 100
    assert summary["frame"] == "sensor"
    assert summary["units"] == {"acc": "m/s^2", "gyro": "rad/s"}
    assert all(sensor["gravity_ok"] for sensor in summary["sensors"])
    assert {f["severity"] for f in summary["findings"]} == {"error"}  # no segment is known


def test_squats_are_no_gait(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    squats = exercises.record(person.draw(4, 1), "squats")
    inspect((write_recording.write(tmp_path / "squats.csv", squats),))
    said = capsys.readouterr().out
    assert "no strides found; standing 0.8 s, something else 20.3 s" in said
    assert "warning: no gait: 20.3 of 21.2 s are neither walking, running nor standing; record walking or running" in said


def test_an_unknown_person_is_said_once(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    squats = exercises.record(person.draw(4, 1), "squats")
    path = write_recording.write(tmp_path / "squats.csv", squats)
    path.with_suffix(".json").unlink()
    inspect((path,))
    said = capsys.readouterr().out
    assert "person mass not given, height not given" in said
    assert said.count("warning: body mass not given, 75 kg assumed") == 1
    assert said.count("75 kg") == 1


def test_past_what_cannot_be_read(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = write_recording.write(tmp_path / "stand.csv", exercises.record(person.draw(4, 1), "stand"))
    (tmp_path / "bad.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ValueError, match=r"1 of 2 recordings could not be read: bad\.csv"):
        inspect((tmp_path,))
    said = capsys.readouterr().out
    assert "bad\n  error: " in said
    assert f"stand  {path}" in said.replace("\n", "")


def test_nothing_to_inspect(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="no recording given"):
        inspect(())
    with pytest.raises(RecordingError, match="does not exist"):
        inspect((tmp_path / "absent.txt",))


def test_what_gait_shows_of_sensors_in_their_own_axes(capsys: pytest.CaptureFixture[str]) -> None:
    person = walker.load()
    stages = (walker.Stage(12.0, person.speed),)
    blocks = list(islice(walker.walk(person, stages, stages, 100.0), 12))
    acc, gyro = (np.concatenate([block[i] for block in blocks]) for i in range(2))
    names = [sensor.segment for sensor in person.sensors]
    a, b = names.index("tibia_r"), names.index("foot_r")
    sensors = list(person.sensors)
    sensors[a], sensors[b] = (replace(sensors[i], segment=names[j]) for i, j in ((a, b), (b, a)))
    unaligned = Recording("walk", 100.0, tuple(sensors), acc, gyro, Subject(assumed=("height_m",)), Frame.SENSOR)
    found = summarise(unaligned, examine(unaligned))
    assert [fault["cause"] for fault in found["findings"]] == ["sensors exchanged"]
    assert abs(found["subject"]["estimated_height_m"] - person.height_m) < 0.15
    assert any("body height not given: estimated" in warning for warning in found["warnings"])
    stated = replace(unaligned, frame=Frame.SEGMENT, subject=person.subject)
    aligned = summarise(stated, examine(stated))
    assert aligned["subject"]["estimated_height_m"] is None
    assert not capsys.readouterr().out
