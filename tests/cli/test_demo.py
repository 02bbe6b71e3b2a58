"""The demonstration, adapted for a few steps."""

from __future__ import annotations

from pathlib import Path

from shell import Shell

from kinertia.io.read import read


def test_demo(kinertia: Shell, tmp_path: Path) -> None:
    out = tmp_path / "kinertia-demo"
    result = kinertia("demo", "--out", out, "--steps", "3")
    assert result.code == 0, result.err
    recordings = sorted((out / "recordings").glob("*/*.parquet"))
    assert [path.stem for path in recordings] == ["run_2", "walk_2"]
    assert result.out.count("errors against the exact truth") == len(recordings)
    for row in ("shipped", "adapted", "population curve"):
        assert result.out.count(f"│ {row} ") == len(recordings)
    for path in recordings:
        for kind in ("shipped", "adapted"):
            assert (out / path.stem / kind / f"{path.stem}_report.html").stat().st_size > 50_000
            assert (out / path.stem / kind / f"{path.stem}_coordinates.mot").is_file()
        recording = read(path)
        assert recording.subject.assumed == ()
        assert recording.truth is not None
    first = recordings[0].stem
    arguments = [line.split() for line in result.out.splitlines() if line.strip().startswith("kinertia ")]
    assert [words[1] for words in arguments] == ["inspect", "estimate", "train", "estimate"]
    for words in arguments:
        short = ["--config.adaptation.steps", "3"] if words[1] == "train" else []
        again = kinertia(*words[1:], *short)
        assert again.code == 0, again.err
    # the same by hand gives the same
    for kind in ("shipped", "adapted"):
        by_hand, by_demo = (out / folder / kind / f"{first}_coordinates.mot" for folder in ("by-hand", first))
        assert by_hand.read_bytes() == by_demo.read_bytes()
