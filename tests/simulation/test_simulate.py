"""Folders of simulated people: one short run on the ground, in another process, resumed, refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from kinertia.cluster.workers import Workers
from kinertia.io.read import read
from kinertia.mechanics import dynamics
from kinertia.mechanics import kinematics as kin
from kinertia.recording import RecordingError
from kinertia.simulation import person, plan, simulate
from kinertia.simulation.gait import Gait, join
from kinertia.simulation.simulate import Request

REQUEST = Request(3, 6.0, recordings=("run_3",))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("simulated")
    assert simulate.run(made, 1, REQUEST, workers=Workers(2)) == []
    return made


@pytest.fixture(scope="module")
def running() -> Gait:
    return plan.Moves(person.draw(3, 1)).steady("run_3")[1]


def test_recordings_are_read_back_with_truth(folder: Path, running: Gait) -> None:
    recording = read(folder / "person001" / "run_3.parquet")
    assert recording.duration_s == 6.0
    assert len(recording.sensors) == 7
    assert recording.subject == person.draw(3, 1).subject
    truth = recording.truth
    assert truth is not None
    assert truth.speed == pytest.approx(running.speed, abs=0.1)
    assert len(truth.angles) == 8
    assert len(truth.moments) == 7
    assert {"r", "l"} == set(truth.contact)
    assert 1.8 < truth.grf["grf_y_r"].max() < 4.0
    # both feet off the ground at some time
    assert ((truth.contact["r"] == 0) & (truth.contact["l"] == 0)).any()


def test_movement_obeys_the_equations_of_motion(running: Gait) -> None:
    line = join([(running, 2)])
    body = running.body.with_time_axis()
    motion = kin.forward(body, *line.motion(np.arange(line.nodes, dtype=float) * line.step_s))
    needed = dynamics.inverse(body, motion, torch.from_numpy(line.force) * running.body.weight)
    scale = float(running.body.moment_scale)
    assert float(needed[:, :2].abs().max() / running.body.weight) < 1e-4
    assert float(needed[:, 2].abs().max()) / scale < 1e-4
    np.testing.assert_allclose(needed[:, 3:] / scale, line.moment, atol=1e-4)


def test_folder_says_what_is_in_it(folder: Path) -> None:
    known = json.loads((folder / "people.json").read_text())
    assert (known["seed"], known["seconds"]) == (3, 6.0)
    first = known["people"]["person001"]
    assert first["stated"]["mass_kg"] == person.draw(3, 1).subject.mass_kg
    assert set(first["asked"]) == set(plan.RECORDINGS) - {"mixed"}
    assert "| `mixed` |" in (folder / "README.md").read_text()


def test_goes_on_where_it_stopped(folder: Path) -> None:
    path = folder / "person001" / "run_3.parquet"
    before = path.stat().st_mtime_ns
    shown: list[tuple[str, str]] = []
    simulate.run(folder, 1, REQUEST, show=lambda *what: shown.append(what))
    assert shown == [("person001", "run_3")]
    assert path.stat().st_mtime_ns == before


def test_another_seed_or_nobody_is_refused(folder: Path) -> None:
    with pytest.raises(RecordingError, match="holds people with seed 3"):
        simulate.run(folder, 1, Request(4, 6.0, recordings=("run_3",)))
    with pytest.raises(ValueError, match="at least one person"):
        simulate.run(folder, 0, REQUEST)
    with pytest.raises(ValueError, match="unknown recordings"):
        Request(1, recordings=("skip",))
    with pytest.raises(ValueError, match="at least 1 s"):
        Request(1, seconds=0.0)
