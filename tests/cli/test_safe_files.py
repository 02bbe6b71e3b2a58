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
