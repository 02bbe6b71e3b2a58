"""The benchmark on simulated people: which recordings, who they are called, walking and running apart."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from kinertia.benchmark import methods, people, simulated
from kinertia.benchmark.table import render_means
from kinertia.cli.main import main
from kinertia.estimation.estimate import Estimate
from kinertia.io import write_recording
from kinertia.io.read import read
from kinertia.learning.config import AdaptationConfig, Config
from kinertia.recording import Recording, RecordingError, Truth

SECONDS = 8.0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two people; the second one has a second recording."""
    made = tmp_path_factory.mktemp("people")
    people.make(made, 2, seconds=SECONDS)
    second = made / "person002"
    recording = read(next(second.glob("*.parquet")))
    write_recording.write(second / "again.parquet", replace(recording, acc=recording.acc + 0.01))
    return made


def pretrained(recordings: list[Recording]) -> list[Estimate]:
    return methods.choose("pretrained", 0, Config())(recordings)


def test_every_recording_is_scored_beside_the_population_curve(folder: Path) -> None:
    found = simulated.run(folder, pretrained, "pretrained")
    assert set(found["trials"]) == {"person001_walk", "person002_walk", "person002_again"}
    assert {"method", "trials", "mean", "mean_synced", "seconds", "conditions"} <= set(found)
    assert found["conditions"]["people"] == 2
    assert found["conditions"]["trials"] == 3
    assert found["mean"]["angle_rmsd_deg"] < 20.0
    assert found["normative_mean"]["angle_rmsd_deg"] > 0.0
    shifts = [trial["sync_shift_s"] for trial in found["trials"].values()]
    assert max(abs(shift) for shift in shifts) <= 0.01
    Console(file=open("/dev/null", "w")).print(render_means(found))  # noqa: PTH123, SIM115


def test_methods_see_one_person_at_a_time_and_no_truth(folder: Path) -> None:
    seen: list[list[str]] = []

    def spy(recordings: list[Recording]) -> list[Estimate]:
        assert all(recording.truth is None for recording in recordings)
        seen.append([recording.name for recording in recordings])
        return pretrained(recordings)

    shown: list[str] = []
    simulated.run(folder, spy, "spy", people=1, show=shown.append)
    simulated.run(folder, spy, "spy")
    assert seen == [["person001_walk"], ["person001_walk"], ["person002_again", "person002_walk"]]
    assert shown == ["person001"]


def test_recordings_without_truth_are_refused(folder: Path, tmp_path: Path) -> None:
    recording = read(next((folder / "person001").glob("*.parquet")))
    write_recording.write(tmp_path / "person001" / "walk.parquet", recording.without_truth())
    with pytest.raises(RecordingError, match="has no truth"):
        simulated.run(tmp_path, pretrained, "pretrained")


def test_people_are_made_once_and_repeatable(folder: Path, tmp_path: Path) -> None:
    people.make(tmp_path, 1, seconds=SECONDS)
    path = next(tmp_path.rglob("*.parquet"))
    assert path.read_bytes() == (folder / path.relative_to(tmp_path)).read_bytes()
    before = path.stat().st_mtime_ns
    people.make(tmp_path, 1, seconds=SECONDS)
    assert path.stat().st_mtime_ns == before


def gait(right: list[float], left: list[float], speed: list[float] | None = None) -> str:
    """Of a recording at 10 Hz whose feet bear these loads, each value for one second."""
    forces = {f"grf_y_{side}": np.repeat(load, 10).astype(float) for side, load in (("r", right), ("l", left))}
    curve = None if speed is None else np.repeat(speed, 10).astype(float)
    samples = len(forces["grf_y_r"])
    empty = np.zeros((samples, 0, 3))
    return simulated.gait(Recording("x", 10.0, (), empty, empty, truth=Truth(grf=forces, speed_curve=curve)))


def test_walking_and_running_are_told_apart_by_flight() -> None:
    walk, run = ([1, 1, 0] * 4, [0, 1, 1] * 4), ([1, 0, 0, 0] * 3, [0, 0, 1, 0] * 3)
    assert gait(*walk) == "walking"
    assert gait(*run) == "running"
    assert gait([*walk[0], *run[0]], [*walk[1], *run[1]]) == "mixed"
    # nobody runs while standing still
    assert gait([*walk[0], *run[0]], [*walk[1], *run[1]], [1.3] * 12 + [0.0] * 12) == "walking"
    samples = np.zeros((20, 0, 3))
    assert simulated.gait(Recording("x", 10.0, (), samples, samples, truth=Truth())) == ""


def test_command(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "found.json"
    main(["benchmark", "simulated", "--data", str(folder), "--people", "1", "--json", str(out)])
    assert set(json.loads(out.read_text())["trials"]) == {"person001_walk"}
    printed = capsys.readouterr().out
    assert "1 person, 1 trials of simulated recordings" in " ".join(printed.split())
    assert "all, normative, as it is" in printed


def test_command_makes_its_own_people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    out = tmp_path / "found.json"
    main(["benchmark", "simulated", "--people", "1", "--method", "strapdown", "--json", str(out)])
    assert json.loads(out.read_text())["method"] == "strapdown"
    assert len(list(people.cache().glob("person*"))) == 1
    assert people.cache().is_relative_to(tmp_path)


def test_adapted(folder: Path) -> None:
    method = methods.choose("adapted", 0, Config(adaptation=AdaptationConfig(steps=3)))
    found = simulated.run(folder, method, "adapted", people=1)
    assert "not trained" not in " ".join(found["conditions"]["warnings"])
