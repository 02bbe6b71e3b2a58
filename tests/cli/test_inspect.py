"""``kinertia inspect`` on shared recordings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import tyro

from kinertia.cli.inspect import inspect
from kinertia.recording import RecordingError


@pytest.mark.data
def test_table(shared_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tyro.cli(
        inspect,
        args=[str(shared_data / "imu_mocap_gaittoolbox"), str(shared_data / "imu_cycles_biomac" / "P01_normrunning.csv")],
    )
    text = " ".join(capsys.readouterr().out.split())
    for said in ("2503 samples, 100 Hz, 25.03 s", "standing: 0-10.92 s", "sensor axes", "9.90 standing ok", "73 kg, 1.73 m"):
        assert said in text


@pytest.mark.data
def test_json(shared_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = sorted(str(p) for p in (shared_data / "imu_opensense").glob("MT_*.txt"))
    tyro.cli(inspect, args=[*files, "--json"])
    (summary,) = json.loads(capsys.readouterr().out)  # eight files, one recording
    assert len(summary["sensors"]) == 8
    assert summary["rate_hz"] == 100
    assert summary["frame"] == "sensor"
    assert summary["units"] == {"acc": "m/s^2", "gyro": "rad/s"}
    assert all(sensor["gravity_ok"] for sensor in summary["sensors"])
    assert {f["severity"] for f in summary["findings"]} == {"error", "info"}


def test_nothing_to_inspect(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="no recording given"):
        inspect(())
    with pytest.raises(RecordingError, match="does not exist"):
        inspect((tmp_path / "absent.txt",))
