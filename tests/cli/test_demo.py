"""The demonstration, adapted for a few steps."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from shell import Shell

from kinertia.cli import demo
from kinertia.io.read import read


def test_demo(kinertia: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(demo.webbrowser, "open", opened.append)
    monkeypatch.setattr(demo, "SECONDS", 8.0)
    out = tmp_path / "kinertia-demo"
    result = kinertia("demo", "--out", out, "--steps", "3", "--open")
    assert result.code == 0, result.err
    # one table, what it means in a line, no warning
    assert result.out.count("How far from the truth") == 1
    rows = [line for line in result.out.splitlines() if "│" in line and any(name in line for name in demo.ROWS)]
    assert len(rows) == len(demo.ROWS)
    assert demo.MEANING in result.out
    assert "warning" not in result.out
    # before and after
    pages = [out / f"{name}_before_after.html" for name in demo.RECORDINGS]
    assert all(f"  {page}\n" in result.out for page in pages)
    assert opened == [pages[0].as_uri()]
    for name in demo.RECORDINGS:
        assert all((out / kind / f"{name}_report.html").stat().st_size > 50_000 for kind in demo.KINDS)
    # sensors sit as people strap them on
    recording = read(out / "recordings" / "person001" / "walk_2.parquet")
    assert recording.subject.assumed == ()
    assert recording.truth is not None
    assert 5.0 < max(abs(math.degrees(pose.angle_rad)) for pose in recording.truth.poses.values()) < 2.5 * demo.TURNED_DEG
    # the same by hand gives the same
    commands = [line.split()[1:] for line in result.out.splitlines() if line.strip().startswith("kinertia ")]
    assert [command for command, *_ in commands] == ["inspect", "estimate", "adapt", "estimate", "report"]
    for command, *rest in commands:
        short = ["--from", "default", "--config.adaptation.steps", "3"]
        again = kinertia(*(["train", *rest, *short] if command == "adapt" else [command, *rest]))
        assert again.code == 0, again.err
    for kind in demo.KINDS:
        moved = [folder / kind / "walk_2_coordinates.mot" for folder in (out, out / "by-hand")]
        assert moved[0].read_bytes() == moved[1].read_bytes()
