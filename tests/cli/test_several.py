"""Several recordings at once: a line each, one table, past what fails; the folder that is taken without --out."""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path

import pytest
from rich.console import Console
from shell import Shell

from kinertia.cli import output


@pytest.fixture
def day(walk_csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two walks of one name, another one without person and one that is damaged."""
    folder = tmp_path / "day"
    for name in ("anna/walk", "ben/walk", "slow"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(walk_csv, folder / f"{name}.csv")
        if name != "slow":
            shutil.copy(walk_csv.with_suffix(".json"), folder / f"{name}.json")
    (folder / "torn.csv").write_text(walk_csv.read_text()[:1000])
    monkeypatch.chdir(tmp_path)
    return folder


def test_a_folder_gets_one_table_and_goes_on_past_a_damaged_file(kinertia: Shell, day: Path) -> None:
    done = kinertia("estimate", "day", "--csv")
    assert done.code == 2
    assert done.err.splitlines()[-1] == "kinertia: 1 of 4 recordings could not be estimated: torn"
    lines = done.out.splitlines()
    assert [line.split()[0] for line in lines[:4]] == ["anna/walk", "ben/walk", "slow", "torn"]
    assert "; speed 1." in lines[0]
    assert lines[0].endswith(" deg")
    assert lines[3].startswith("torn       failed: ")
    assert done.out.count("body mass not given") == 1
    assert "  warning: slow: body mass not given" in done.out
    with Path("day_kinertia/summary.csv").open(newline="") as file:
        rows = {row["file"]: row for row in csv.DictReader(file)}
    assert list(rows) == [str(Path("day") / name) for name in ("anna/walk.csv", "ben/walk.csv", "slow.csv", "torn.csv")]
    walk, torn = rows["day/anna/walk.csv"], rows["day/torn.csv"]
    assert 1.0 < float(walk["speed [m/s]"]) < 1.6
    assert 90.0 < float(walk["cadence [steps/min]"]) < 140.0
    assert 45.0 < float(walk["knee range [deg]"]) < 80.0
    assert float(walk["walking [s]"]) > 4.0
    assert 0.0 < float(walk["residual force [BW]"]) < 0.3
    assert torn["verdict"] == "failed"
    assert torn["speed [m/s]"] == ""
    assert Path("day_kinertia/ben/walk_report.html").is_file()
    assert Path("day_kinertia/slow_estimate.csv").is_file()
    assert kinertia("estimate", "day", "--csv").out == done.out  # results are not taken for recordings


def test_what_is_done_is_left_and_processes_change_nothing(kinertia: Shell, day: Path) -> None:
    shutil.rmtree(day / "ben")
    first = kinertia("estimate", "day", "--csv", "--out", "one")
    assert kinertia("estimate", "day", "--csv", "--out", "two", "--jobs", "2").out == first.out.replace("one/", "two/")
    for path in Path("one").glob("*_*"):
        if path.suffix not in (".html", ".json"):  # which say how long it took
            assert path.read_bytes() == (Path("two") / path.name).read_bytes()
    stated = Path("one/slow_estimate.json").stat().st_mtime_ns
    shutil.copy(day / "slow.csv", day / "torn.csv")
    again = kinertia("estimate", "day", "--csv", "--out", "one", "--resume")
    assert again.code == 0, again.err
    assert Path("one/slow_estimate.json").stat().st_mtime_ns == stated
    assert again.out.splitlines()[:2] == first.out.splitlines()[:2]
    assert kinertia("estimate", "day", "--csv", "--out", "one", "--resume", "--height", "1.7").code == 0
    assert Path("one/slow_estimate.json").stat().st_mtime_ns != stated


def test_one_recording_goes_to_a_folder_of_its_name(kinertia: Shell, day: Path) -> None:
    done = kinertia("estimate", day / "anna" / "walk.csv", "--csv")
    assert done.code == 0, done.err
    assert Path("walk_kinertia/walk_report.html").is_file()
    assert not Path("walk_kinertia/summary.csv").exists()


def test_warnings_that_differ_in_figures_alone_are_said_once() -> None:
    said = Console(file=io.StringIO(), width=200)
    heights = [("a", ("height 1.57 m", "sensor IMU1: dead")), ("b", ("height 1.50 m", "sensor IMU2: dead")), ("c", ())]
    output.show_shared(said, heights)
    assert isinstance(said.file, io.StringIO)
    assert [line.strip() for line in said.file.getvalue().splitlines()] == [
        "warning: a, b: height 1.57 m (a; other figures for the others)",
        "warning: a: sensor IMU1: dead",
        "warning: b: sensor IMU2: dead",
    ]
