"""Commands leave recordings and other results as they are."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from shell import Shell


@pytest.fixture
def recordings(walk_csv: Path, tmp_path: Path) -> Path:
    """Two recordings of one name, in folders of their own; the second one is shorter."""
    for name, lines in (("a", 400), ("b", 300)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "walk.csv").write_text("".join(walk_csv.read_text().splitlines(keepends=True)[:lines]))
        shutil.copyfile(walk_csv.with_suffix(".json"), tmp_path / name / "walk.json")
    return tmp_path


def _files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_two_recordings_of_one_name(kinertia: Shell, recordings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(recordings / "a")
    before = _files(recordings)
    beside = kinertia("estimate", "walk.csv", "--out", ".", "--csv")
    assert beside.code == 0, beside.err
    after = _files(recordings)
    assert {path: after[path] for path in before} == before
    assert Path("walk_estimate.csv").is_file()
    refused = kinertia("estimate", "../b/walk.csv", "--out", ".", "--csv")
    assert refused.code == 2
    said = " ".join(refused.err.split())
    assert "walk_coordinates.mot: holds what `kinertia estimate` made of" in said
    assert "Fix: give another --out, or --overwrite to replace it" in said
    assert _files(recordings) == after
    insisted = kinertia("estimate", "../b/walk.csv", "--out", ".", "--csv", "--overwrite")
    assert insisted.code == 0, insisted.err
    assert len(Path("walk_estimate.csv").read_text().splitlines()) == 300
    now = _files(recordings)
    assert {path: now[path] for path in before} == before


def test_what_was_written_by_hand_stays(kinertia: Shell, recordings: Path) -> None:
    table = recordings / "out" / "Walk_Report.html"
    table.parent.mkdir()
    table.write_text("by hand")
    refused = kinertia("estimate", recordings / "a" / "walk.csv", "--out", table.parent, "--csv")
    assert refused.code == 2
    assert "Walk_Report.html: exists, and `kinertia estimate` did not write it" in " ".join(refused.err.split())
    assert [path.name for path in table.parent.iterdir()] == ["Walk_Report.html"]


def test_a_model_is_not_trained_over(kinertia: Shell, recordings: Path) -> None:
    tiny = ("--config.training.steps", "2", "--config.training.batch", "2", "--config.network.hidden", "16")
    walk, out = recordings / "a" / "walk.csv", recordings / "a" / "model"
    assert kinertia("train", walk, "--out", out, *tiny).code == 0
    before = _files(out)
    refused = kinertia("train", walk, "--out", out, *tiny)
    assert refused.code == 2
    said = " ".join(refused.err.split())
    assert "model.json: this folder holds a training already, which stays as it is" in said
    assert "--resume to go on with it, or --overwrite to replace it" in said
    itself = kinertia("train", walk, "--from", out, "--out", out, "--overwrite", *tiny)
    assert "is read by this command, so it is not written over" in " ".join(itself.err.split())
    assert _files(out) == before
    (out / "export.json").write_text("of the model before")
    other = kinertia("train", recordings / "a", "--out", out, "--overwrite", *tiny, "--config.training.seed", "5")
    assert other.code == 0, other.err
    assert not (out / "export.json").exists()  # graphs of the model before would be taken for those of this one
    assert kinertia("estimate", walk, "--model", out, "--out", recordings / "out", "--csv").code == 0


def test_simulating_leaves_a_readme_alone(kinertia: Shell, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine")
    refused = kinertia("simulate", "--subjects", "1", "--seed", "1", "--out", tmp_path)
    assert "README.md: exists, and `kinertia simulate` did not write it" in " ".join(refused.err.split())
    assert _files(tmp_path) == {tmp_path / "README.md": b"mine"}


def test_a_stream_is_recorded_beside_what_is_replayed(kinertia: Shell, recordings: Path) -> None:
    walk = recordings / "a" / "walk.csv"
    before = _files(recordings)
    for table in (walk, walk.with_name("WALK.csv")):
        refused = kinertia("stream", "--source", "replay", "--replay.file", walk, "--csv", table)
        assert "so it is not written over. Fix: choose another name" in " ".join(refused.err.split())
    assert _files(recordings) == before
