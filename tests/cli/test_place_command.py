"""``kinertia place`` on files."""

from __future__ import annotations

import json
from pathlib import Path

from shell import Shell

from kinertia.io.read import read


def test_table_and_json(kinertia: Shell, walk_csv: Path) -> None:
    shown = kinertia("place", walk_csv)
    assert shown.code == 0
    assert "tibia_r" in shown.out
    assert "left and right of the whole set cannot be told" in " ".join(shown.out.split())
    found = json.loads(kinertia("place", walk_csv, "--json").out)
    assert [sensor["inferred"] for sensor in found["sensors"]] == [sensor["stated"] for sensor in found["sensors"]]


def test_apply_keeps_the_original(kinertia: Shell, walk_csv: Path, tmp_path: Path) -> None:
    before = walk_csv.read_bytes()
    assert kinertia("place", walk_csv, "--apply", "--out", tmp_path / "corrected.csv").code == 0
    assert walk_csv.read_bytes() == before
    assert len(read(tmp_path / "corrected.csv").sensors) == 7
    assert kinertia("place", walk_csv, "--apply", "--out", walk_csv).code == 2
    assert kinertia("place", walk_csv, "--apply").code == 2
