"""``kinertia adapt``: one wearer, a folder by itself, what was learned, and what to type next."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from shell import Shell


def test_adapting_says_what_was_learned_and_what_is_next(
    kinertia: Shell, walk_csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = kinertia("adapt", walk_csv, "--mass", "72", "--height", "1.78", "--steps", "2")
    assert done.code == 0, done.err
    assert "of body weight at the pelvis stay unexplained" in done.err
    model = Path("walk_kinertia/model")
    words = f"{walk_csv} --mass 72 --height 1.78 --model"
    following, compared = done.out.splitlines()
    assert following == f"next: kinertia estimate {words} {model}"
    assert compared == f"before and after: kinertia report {words} default {model}"
    assert (model / "model.json").is_file()
    again = kinertia("adapt", walk_csv)
    assert again.code == 2
    assert "this folder holds a training already" in again.err
    used = kinertia(*following.removeprefix("next: kinertia ").split(), "--csv")
    assert used.code == 0, used.err
    assert "not trained on this recording" not in used.out


def test_recordings_of_one_person_only(kinertia: Shell, walk_csv: Path, tmp_path: Path) -> None:
    about = json.loads(walk_csv.with_suffix(".json").read_text())
    for name, mass in (("anna", 60.0), ("ben", 90.0)):
        shutil.copy(walk_csv, tmp_path / f"{name}.csv")
        (tmp_path / f"{name}.json").write_text(json.dumps(about | {"mass_kg": mass}))
    two = kinertia("adapt", tmp_path / "anna.csv", tmp_path / "ben.csv")
    assert two.code == 2
    assert f"{tmp_path / 'ben.csv'}: is of another person than {tmp_path / 'anna.csv'} (60 kg, 1.78 m and 90 kg" in two.err
    assert "Fix: adapt to each person apart" in two.err
    (tmp_path / "ben.json").unlink()
    unknown = kinertia("adapt", tmp_path / "anna.csv", tmp_path / "ben.csv")
    assert "mass or height is not known" in unknown.err
    assert "Fix: give --mass and --height" in unknown.err
    assert not list(tmp_path.glob("*_kinertia"))
