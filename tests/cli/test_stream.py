from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from shell import Shell

from kinertia.io import stream_log

FAST = ("--source", "replay", "--replay.speed", "inf")


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


def test_replay_to_a_table_and_a_live_recording(kinertia: Shell, walk_csv: Path, tmp_path: Path) -> None:
    table, recorded = tmp_path / "out.csv", tmp_path / "walk.kinlog"
    result = kinertia("stream", *FAST, "--replay.file", walk_csv, "--record", recorded, "--csv", table, "--mass", "80")
    assert result.code == 0
    assert "600 samples came in. There are 6.0 s of estimates, " in result.err
    assert " % of them trusted. Not trusted: " in result.err
    assert "speed" in result.err
    lines = table.read_text().splitlines()
    assert len(lines) == 601
    assert "knee_angle_r [deg]" in lines[0]
    log = stream_log.read(recorded)
    assert log.ended
    assert log.samples == 600
    assert log.header.subject.mass_kg == 80.0
    shown = kinertia("inspect", recorded, "--json")
    (summary,) = json.loads(shown.out)
    assert summary["samples"] == 600
    assert summary["frame"] == "segment"
    assert summary["subject"]["mass_kg"] == 80.0
    with_muscles = tmp_path / "muscles.csv"
    again = kinertia("stream", *FAST, "--replay.file", recorded, "--muscles", "--csv", with_muscles)
    assert again.code == 0
    assert "600 samples came in. " in again.err
    titles, *rows = (line.split(",") for line in with_muscles.read_text().splitlines())
    lacks = [row[titles.index("muscles_lack_r [0/1]")] for row in rows]
    assert set(lacks[:-1]) <= {"0", "1"}
    assert ("Muscles cannot give the moments at " in again.err) >= ("1" in lacks)
    assert 0.0 < float(rows[300][titles.index("soleus_r_force [N]")]) < 10_000.0


def test_estimates_of_a_live_recording(kinertia: Shell, walk_csv: Path, tmp_path: Path) -> None:
    recorded = tmp_path / "walk.kinlog"
    assert kinertia("stream", *FAST, "--replay.file", walk_csv, "--record", recorded).code == 0
    result = kinertia("estimate", recorded, "--out", tmp_path / "out")
    assert result.code == 0
    assert (tmp_path / "out" / "walk_coordinates.mot").is_file()


def test_faults_are_shown(kinertia: Shell, walk_csv: Path) -> None:
    result = kinertia("stream", *FAST, "--replay.file", walk_csv, "--disturb.loss", "0.2", "--replay.separate")
    assert result.code == 0
    assert "lost at random: " in result.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--source", "replay"), "no recording to replay"),
        ((*FAST, "--replay.file", "absent.csv"), "absent.csv: cannot be read"),
        (("--source", "udp", "--udp.timeout", "0.1", "--udp.listen", "47991"), "nothing came at all"),
        (("--source", "udp", "--udp.listen", "nowhere"), "is not HOST:PORT"),
        (("--source", "synthetic", "--synthetic.speed", "0"), "speed"),
        (("--source", "synthetic", "--seconds", "1", "--record", "x.csv"), "written as .kinlog"),
        (("--source", "synthetic", "--seconds", "1", "--udp-out", "x"), "is not HOST:PORT"),
    ],
)
def test_mistakes_are_said(kinertia: Shell, arguments: tuple[str, ...], message: str) -> None:
    result = kinertia("stream", *arguments)
    assert result.code == 2
    assert message in result.err
    assert len(result.err.strip().splitlines()) == 1


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
def test_interrupting_ends_cleanly(tmp_path: Path, kind: signal.Signals) -> None:
    recorded = tmp_path / "walk.kinlog"
    arguments = ["stream", "--source", "synthetic", "--record", str(recorded), "--csv", str(tmp_path / "out.csv")]
    code = f"from kinertia.cli.main import main; main({arguments!r})"
    with subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True) as process:
        while not recorded.is_file() or recorded.stat().st_size < 20_000:
            assert process.poll() is None
        process.send_signal(kind)
        _, told = process.communicate(timeout=20.0)
    assert process.returncode == 0
    assert "samples came in. There is no estimate: calibration did not end: stand still" in told
    assert "Traceback" not in told
    log = stream_log.read(recorded)
    assert log.ended
    assert log.damaged == 0
