"""``kinertia place`` on files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from shell import Shell

from kinertia.io import write_recording
from kinertia.io.read import read
from kinertia.recording.selection import crop, same_wearer


def test_table_and_json(kinertia: Shell, walk_csv: Path) -> None:
    shown = kinertia("place", walk_csv)
    assert shown.code == 0
    assert "tibia_r" in shown.out
    assert "left and right of the whole set cannot be told" in " ".join(shown.out.split())
    found = json.loads(kinertia("place", walk_csv, "--json").out)
    assert [sensor["inferred"] for sensor in found["sensors"]] == [sensor["stated"] for sensor in found["sensors"]]


def test_apply_keeps_the_original(kinertia: Shell, walk_csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = walk_csv.read_bytes()
    assert kinertia("place", walk_csv, "--apply", "--out", tmp_path / "corrected.csv").code == 0
    assert walk_csv.read_bytes() == before
    assert len(read(tmp_path / "corrected.csv").sensors) == 7
    assert kinertia("place", walk_csv, "--apply", "--out", walk_csv).code == 2
    monkeypatch.chdir(tmp_path)
    assert kinertia("place", walk_csv, "--apply").code == 0
    assert len(read("walk_kinertia/placed/walk.csv").sensors) == 7
    assert "--out is for corrected recordings" in kinertia("place", walk_csv, "--out", "else.csv").err


@pytest.fixture
def session(walk_csv: Path, tmp_path: Path) -> list[Path]:
    """Two pieces of one walk, of a person who is stated."""
    whole = read(walk_csv)
    folder = tmp_path / "session"
    folder.mkdir()
    pieces = (("first", 0, whole.samples * 3 // 4), ("second", whole.samples // 4, whole.samples))
    return [write_recording.write(folder / f"{name}.csv", crop(whole, start, stop)) for name, start, stop in pieces]


def test_several_recordings(kinertia: Shell, session: list[Path], tmp_path: Path) -> None:
    found = json.loads(kinertia("place", *session, "--json").out)
    assert [recording["name"] for recording in found["recordings"]] == ["first", "second"]
    assert found["session"] is None
    # a folder is searched
    result = kinertia("place", session[0].parent, "--apply", "--out", tmp_path / "apart")
    assert result.code == 0
    assert "--session gives all the same places" in " ".join(result.err.split())
    assert not same_wearer(*(read(tmp_path / "apart" / path.name) for path in session))


def test_a_session_gets_one_placement(kinertia: Shell, session: list[Path], tmp_path: Path) -> None:
    before = [path.read_bytes() for path in session]
    result = kinertia("place", *session, "--session", "--apply", "--out", tmp_path / "one", "--json")
    assert result.code == 0
    found = json.loads(result.out)
    stated = {sensor["name"]: sensor["position_m"] for sensor in found["session"]["sensors"]}
    right = [read(tmp_path / "one" / path.name) for path in session]
    assert same_wearer(*right)
    for sensor in right[0].sensors:
        assert sensor.position_m is not None
        assert list(sensor.position_m[:2]) == pytest.approx(stated[sensor.name], abs=1e-4)
    assert [path.read_bytes() for path in session] == before
    assert "2 recordings together" in kinertia("place", *session, "--session").out


def test_what_several_recordings_need(kinertia: Shell, session: list[Path], tmp_path: Path) -> None:
    assert "name all of the session" in kinertia("place", session[0], "--session").err
    for more, message in (
        ((*session, "--apply", "--out", tmp_path / "one.csv"), "is the name of one file, for 2 recordings"),
        ((*session, "--apply", "--out", session[0].parent), "is read by this command"),
        (
            (session[0], "--apply", "--out", session[0].with_suffix(".parquet")),
            "first.json: is read by this command, so it is not written over",
        ),
    ):
        result = kinertia("place", *more)
        assert result.code == 2
        assert message in " ".join(result.err.split())
    twin = tmp_path / "twin"
    twin.mkdir()
    for path in (session[0], session[0].with_suffix(".json")):
        (twin / path.name).write_bytes(path.read_bytes())
    result = kinertia("place", *session, twin, "--apply", "--out", tmp_path / "out")
    assert "two recordings are called first" in " ".join(result.err.split())
    assert not (tmp_path / "out").exists()


def test_a_contradiction_is_refused(kinertia: Shell, session: list[Path], tmp_path: Path) -> None:
    text = session[1].read_text()
    exchanged = text.replace("tibia_r", "other").replace("tibia_l", "tibia_r").replace("other", "tibia_l")
    session[1].write_text(exchanged)
    result = kinertia("place", *session, "--session", "--apply", "--out", tmp_path / "one")
    assert result.code == 2
    said = " ".join(result.err.split())
    assert "second.csv, sensor tibia_" in said
    assert "Fix: place them apart" in said
    assert not (tmp_path / "one").exists()


def test_side_is_open_until_it_is_said_and_the_placement_is_written(kinertia: Shell, walk_csv: Path, tmp_path: Path) -> None:
    shown = kinertia("place", walk_csv)
    assert "right?" in shown.out
    assert [shown.out.count(unit) for unit in ("[%]", "[deg]", "[cm]")] == [1, 1, 2]
    assert "nothing wrong found" in shown.out
    said = kinertia("place", walk_csv, "--right", "tibia_r", "--write", tmp_path / "placement.toml")
    assert "right?" not in said.out
    assert 'tibia_l = "tibia_l"' in (tmp_path / "placement.toml").read_text().replace('"tibia_l" =', "tibia_l =")
    other = json.loads(kinertia("place", walk_csv, "--right", "tibia_l", "--json").out)
    assert other["side_known"]
    assert {sensor["stated"]: sensor["inferred"] for sensor in other["sensors"]}["foot_r"] == "foot_l"
    assert "is found on no leg" in kinertia("place", walk_csv, "--right", "pelvis").err


def test_nothing_wrong_is_never_said_beside_an_error(kinertia: Shell, walk_csv: Path, tmp_path: Path) -> None:
    names = walk_csv.read_text().split("\n", 1)
    header = names[0].replace("tibia_r", "#").replace("tibia_l", "tibia_r").replace("#", "tibia_l")
    swapped = tmp_path / "swapped.csv"
    swapped.write_text(header + "\n" + names[1])
    if walk_csv.with_suffix(".json").is_file():
        swapped.with_suffix(".json").write_bytes(walk_csv.with_suffix(".json").read_bytes())
    for command in ("inspect", "place"):
        out = " ".join(kinertia(command, swapped).out.split())
        assert "are exchanged" in out
        assert "nothing wrong found" not in out
    refused = kinertia("estimate", swapped, "--out", tmp_path / "out")
    assert refused.code != 0
    assert "tibia_l: they are exchanged: each moves as one on the other's segment" in " ".join(refused.err.split())
