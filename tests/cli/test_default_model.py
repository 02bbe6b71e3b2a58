"""The model that comes with the package, from the command line: estimate, adapt, ship; folders of recordings."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from shell import Shell

from kinertia.learning import checkpoint, shipped
from kinertia.learning.config import Config
from kinertia.train import configuration

GRAPHS = {"export.json", "step.onnx", "person.onnx"}
FEW = ("--config.adaptation.steps", "4")
TINY = ("--config.training.steps", "4", "--config.training.batch", "2", "--config.network.hidden", "16")


@pytest.fixture
def people(walk_csv: Path, tmp_path: Path) -> Path:
    """Two people, two recordings each, in folders."""
    folder = tmp_path / "people"
    about = json.loads(walk_csv.with_suffix(".json").read_text())
    for person, mass in (("person001", 60.0), ("person002", 90.0)):
        for name in ("slow", "fast"):
            home = folder / person
            home.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(walk_csv, home / f"{name}.csv")
            (home / f"{name}.json").write_text(json.dumps(about | {"mass_kg": mass}))
    return folder


def test_estimate_needs_no_model(kinertia: Shell, walk_csv: Path, tmp_path: Path) -> None:
    result = kinertia("estimate", walk_csv, "--out", tmp_path / "a")
    assert result.code == 0, result.err
    assert "kinertia adapt" in " ".join(result.out.split())
    named = kinertia("estimate", walk_csv, "--out", tmp_path / "b", "--model", "default")
    assert named.code == 0, named.err
    one, two = ((tmp_path / run / "walk_coordinates.mot").read_bytes() for run in "ab")
    assert one == two


def test_missing_mass_and_height_are_estimated_with_a_warning(kinertia: Shell, walk_csv: Path, tmp_path: Path) -> None:
    shutil.copyfile(walk_csv, tmp_path / "walk.csv")
    result = kinertia("estimate", tmp_path / "walk.csv", "--out", tmp_path / "out")
    assert result.code == 0, result.err
    said = " ".join(result.out.split())
    assert "body height not given: estimated 1." in said
    assert "is usual at that height" in said
    assert "assumed" not in said


def test_adapting_the_default_model(kinertia: Shell, walk_csv: Path, tmp_path: Path) -> None:
    result = kinertia("train", walk_csv, "--from", "default", "--out", tmp_path / "mine", *FEW)
    assert result.code == 0, result.err
    card = checkpoint.read(tmp_path / "mine", checkpoint.MODEL)[1]
    assert card.step == 4
    assert card.start == shipped.load().fingerprint
    assert configuration.load(tmp_path / "mine" / "config.json", Config).network == shipped.load().config.network
    again = kinertia("train", walk_csv, "--from", tmp_path / "mine", "--out", tmp_path / "further", *FEW)
    assert again.code == 0, again.err
    result = kinertia("estimate", walk_csv, "--model", tmp_path / "mine", "--out", tmp_path / "out")
    assert "not trained on this recording" not in result.out


def test_adaptation_is_resumed_with_or_without_naming_the_start(kinertia: Shell, walk_csv: Path, tmp_path: Path) -> None:
    command = ("train", walk_csv, "--from", "default", "--out", tmp_path)
    assert kinertia(*command, *FEW).code == 0
    before = (tmp_path / "model.json").read_bytes()
    for again in ((*command, *FEW, "--resume"), (*command, "--resume"), ("train", walk_csv, "--out", tmp_path, "--resume")):
        result = kinertia(*again)
        assert result.code == 0, result.err
        assert (tmp_path / "model.json").read_bytes() == before
    refused = kinertia(*command, "--config.adaptation.steps", "5", "--resume")
    assert refused.code == 2
    assert "another configuration" in refused.err


def test_another_network_than_the_models_is_refused(kinertia: Shell, walk_csv: Path, tmp_path: Path) -> None:
    result = kinertia("train", walk_csv, "--from", "default", "--out", tmp_path / "no", "--config.network.cell", "gru")
    assert result.code == 2
    assert "network.cell is 'gru', the model's is 'lstm'" in result.err
    assert not (tmp_path / "no").exists()
    absent = kinertia("train", walk_csv, "--from", "absent", "--out", tmp_path / "no")
    assert absent.code == 2
    assert "absent" in absent.err


def test_a_folder_of_people_is_searched(kinertia: Shell, people: Path, tmp_path: Path) -> None:
    result = kinertia("train", people, "--out", tmp_path / "model", *TINY)
    assert result.code == 0, result.err
    card = checkpoint.read(tmp_path / "model", checkpoint.MODEL)[1]
    assert [(p.name, round(p.mass_kg)) for p in card.people] == [("fast", 60), ("slow", 60), ("fast", 90), ("slow", 90)]
    refused = kinertia("train", people, "--mass", "70", "--out", tmp_path / "no", *TINY)
    assert refused.code == 2
    assert "the files state 60, 90" in refused.err
    (tmp_path / "empty").mkdir()
    assert "empty folder" in kinertia("train", tmp_path / "empty", "--out", tmp_path / "no").err


def test_warnings_of_many_recordings_are_said_once(kinertia: Shell, people: Path, tmp_path: Path) -> None:
    for path in people.rglob("*.json"):
        path.unlink()
    result = kinertia("train", people, "--out", tmp_path / "model", *TINY)
    assert result.code == 0, result.err
    said = " ".join(result.err.split())
    assert said.count("body mass not given") == 1
    assert "warning: all 4 recordings: body mass not given" in said


def test_ship(kinertia: Shell, people: Path, tmp_path: Path) -> None:
    assert kinertia("train", people, "--out", tmp_path / "model", *TINY).code == 0
    result = kinertia("ship", tmp_path / "model", "--out", tmp_path / "package", "--note", "four walks", "--recipe", "by hand")
    assert result.code == 0, result.err
    written = {p.name for p in (tmp_path / "package").iterdir()}
    assert written == {"model.json", "model-4.safetensors", "config.json", "history.csv", *GRAPHS}
    card = checkpoint.read(tmp_path / "package", checkpoint.MODEL)[1]
    assert card.trained_on.startswith("four walks; 4 recordings of people of 60 to 90 kg")
    assert card.recipe == "by hand"
