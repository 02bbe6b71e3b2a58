"""The demonstration, trained for a few steps."""

from __future__ import annotations

from pathlib import Path

from shell import Shell

from kinertia.io.read import read
from kinertia.simulation import people


def test_demo(kinertia: Shell, tmp_path: Path) -> None:
    out = tmp_path / "kinertia-demo"
    result = kinertia("demo", "--out", out, "--steps", "3")
    assert result.code == 0, result.err
    assert result.out.count("Joint angles [deg]") == len(people.PEOPLE)
    for name, mass, height, _ in people.PEOPLE:
        assert (out / name / "report.html").stat().st_size > 50_000
        assert (out / name / f"{name}_coordinates.mot").is_file()
        recording = read(out / "recordings" / f"{name}.csv")
        assert recording.subject.mass_kg == mass
        assert recording.subject.height_m == height
        assert recording.truth is None
    first = people.PEOPLE[0][0]
    arguments = [line.split() for line in result.out.splitlines() if line.strip().startswith("kinertia ")]
    assert [words[1] for words in arguments] == ["inspect", "estimate"]
    assert kinertia(*arguments[0][1:]).code == 0
    again = kinertia(*arguments[1][1:])
    assert again.code == 0
    # the file on disk is what was learned from
    assert "not trained on this recording" not in again.out
    by_hand, by_demo = (out / folder / f"{first}_coordinates.mot" for folder in ("by-hand", first))
    assert by_hand.read_bytes() == by_demo.read_bytes()
