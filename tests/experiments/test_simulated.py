"""The benchmark on simulated people: which recordings, who they are called, walking and running apart."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

import kinertia as ki
from experiments import methods, muscles_simulated, people, simulated
from experiments.scores import render_means
from kinertia.cli.main import main
from kinertia.estimation.estimate import Estimate
from kinertia.estimation.muscular import with_muscles
from kinertia.io import write_recording
from kinertia.io.read import read
from kinertia.learning.config import AdaptationConfig, Config
from kinertia.recording import Recording, RecordingError, Truth
from kinertia.recording.selection import crop
from listening import Listening

ONE = ("run_2",)
"""The quickest to simulate."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The benchmark's first person; and another one with two recordings, made from the first one's."""
    made = tmp_path_factory.mktemp("people")
    people.make(made, 1, ONE)
    recording = crop(read(made / "person001" / "run_2.parquet"), 0, 1500)
    for name, change in (("run_2", 0.0), ("again", 0.01)):
        write_recording.write(made / "person002" / f"{name}.parquet", replace(recording, acc=recording.acc + change))
    return made


def pretrained(recordings: list[Recording]) -> list[Estimate]:
    return methods.choose("pretrained", 0, Config())(recordings)


def test_every_recording_is_scored_beside_the_population_curve(folder: Path) -> None:
    found = simulated.score(folder, pretrained, "pretrained")
    assert set(found["trials"]) == {"person001_run_2", "person002_run_2", "person002_again"}
    assert {"method", "trials", "mean", "mean_synced", "seconds", "conditions"} <= set(found)
    assert found["conditions"]["people"] == 2
    assert found["conditions"]["trials"] == 3
    assert 0.0 < found["mean"]["angle_rmsd_deg"] < 40.0
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

    context = Listening()
    simulated.score(folder, spy, "spy", people=1, context=context)
    simulated.score(folder, spy, "spy")
    assert seen == [["person001_run_2"], ["person001_run_2"], ["person002_again", "person002_run_2"]]
    assert context.said == ["person001"]


def test_recordings_without_truth_are_refused(folder: Path, tmp_path: Path) -> None:
    recording = read(next((folder / "person001").glob("*.parquet")))
    write_recording.write(tmp_path / "person001" / "run_2.parquet", recording.without_truth())
    with pytest.raises(RecordingError, match="has no truth"):
        simulated.score(tmp_path, pretrained, "pretrained")


def test_people_are_made_once(folder: Path) -> None:
    path = folder / "person001" / "run_2.parquet"
    before = path.stat().st_mtime_ns
    context = Listening()
    assert people.make(folder, 1, ONE, context=context) == folder
    assert path.stat().st_mtime_ns == before
    assert context.said == [f"simulated people: {folder}"]


def gait(right: Sequence[float], left: Sequence[float], speed: list[float] | None = None) -> str:
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
    assert set(json.loads(out.read_text())["trials"]) == {"person001_run_2"}
    printed = capsys.readouterr().out
    assert "1 person, 1 trials of simulated recordings" in " ".join(printed.split())
    assert "all, normative, as it is" in printed


def test_command_keeps_its_own_people(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert people.cache().is_relative_to(tmp_path)
    shutil.copytree(folder, people.cache(), ignore=shutil.ignore_patterns("person002"))
    out = tmp_path / "found.json"
    main(["benchmark", "simulated", "--people", "1", "--only", *ONE, "--method", "strapdown", "--json", str(out)])
    found = json.loads(out.read_text())
    assert found["method"] == "strapdown"
    assert set(found["trials"]) == {"person001_run_2"}
    with pytest.raises(SystemExit):
        main(["benchmark", "simulated", "--data", str(people.cache()), "--only", "walk_9", "--method", "strapdown"])


def test_adapted(folder: Path) -> None:
    method = methods.choose("adapted", 0, Config(adaptation=AdaptationConfig(steps=3)))
    found = simulated.score(folder, method, "adapted", people=1)
    assert "not trained" not in " ".join(found["conditions"]["warnings"])


def test_muscles_are_compared_with_those_of_the_person(walk: Recording) -> None:
    estimate = with_muscles(ki.estimate(walk))
    truth = Truth(
        estimate.coordinates,
        estimate.moments,
        estimate.grf,
        muscle_forces=estimate.muscle_forces,
        muscle_activations=estimate.muscle_activations,
    )
    found = muscles_simulated.score(replace(estimate, muscle_forces={}), replace(walk, truth=truth))
    assert muscles_simulated.score(estimate, walk.without_truth()) == {}
    rows = muscles_simulated.means([found])
    assert rows.keys() == {"estimate", "truth"}
    for row in rows.values():
        assert len(row) == 8 + 1
        assert row["mean"]["muscle_rmsd_bw"] == pytest.approx(0.0, abs=1e-6)
        assert row["soleus"]["activation_r"] == pytest.approx(1.0)
    assert len(muscles_simulated.render(rows)) == 2
