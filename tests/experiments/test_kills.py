"""The judge of killed commands: what is written whole passes, what is written in place is found."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from random import Random

import pytest

from experiments import kills
from experiments.kills import Job
from kinertia.io.files import write_text

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are forked")
PAIR = ("weights.json", "card.json")


def _problems(out: Path) -> list[str]:
    found = []
    for name in PAIR:
        if (out / name).is_file():
            try:
                json.loads((out / name).read_text())
            except ValueError:
                found.append(f"{name}: half")
    return found


def _in_place(out: Path, numbers: Random) -> None:
    out.mkdir(parents=True, exist_ok=True)
    (out / "card.json").unlink(missing_ok=True)
    for name in PAIR:
        with (out / name).open("w") as file:
            file.write("[1, ")
            file.flush()
            (out / "log").write_text("x")
            file.write(f"{numbers.random()}]")


def _whole(out: Path, numbers: Random) -> None:
    for name in PAIR:
        write_text(out / name, json.dumps([numbers.random()]))


def _kept(out: Path) -> bool:
    return (out / "card.json").is_file()


def test_the_judge_finds_what_is_written_in_place(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "walk.csv").write_text("signals")
    jobs = [Job("in place", _in_place, _problems, _kept), Job("whole", _whole, _problems, _kept)]
    for at, job in enumerate(jobs):
        found = kills.measure([job], tmp_path / "data", tmp_path / f"out{at}", 40)
        problems = set(found[job.name]["problems"])
        expected = (
            {"card.json: half", "what was there is gone, and nothing whole took its place"} if job.name == "in place" else set()
        )
        assert problems >= expected if expected else not problems
        assert found[job.name]["kills"] > 10


def test_the_judge_finds_a_changed_recording(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "walk.csv").write_text("signals")

    def replace(out: Path, numbers: Random) -> None:
        out.mkdir(parents=True, exist_ok=True)
        write_text(data / "walk.csv", str(numbers.random()))
        write_text(out / "walk_estimate.csv", "1")

    found = kills.measure([Job("replace", replace, lambda out: [], _kept)], data, tmp_path / "out", 4)
    assert "something that is read was changed" in found["replace"]["problems"]
