"""Simulated people against references: norms stand in for people, so that differences are known."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from experiments import gait_curves, simulator, spectra
from kinertia.cli.main import main
from kinertia.io import write_recording
from kinertia.recording import Recording, RecordingError, Sensor, Subject, Truth
from kinertia.simulation.norms import WALKING

RATE_HZ = 100.0
STRIDE_S = 1.1


def walker(offset_deg: float = 0.0, speed: float = 1.33) -> Recording:
    """Walks exactly as the published mean, but for an offset of the knee."""
    time = np.arange(1000) / RATE_HZ
    angles, grf = {}, {}
    for side, shift in (("r", 0.0), ("l", 0.5)):
        phase = np.mod(time / STRIDE_S + 0.3 + shift, 1.0)
        for joint in gait_curves.JOINTS:
            angles[f"{joint}_{side}"] = WALKING.angle(joint, phase) + np.radians(offset_deg) * (joint == "knee_angle")
        for part in ("grf_x", "grf_y"):
            grf[f"{part}_{side}"] = WALKING.force(part, phase)
    moments = {name: 5.0 * np.cos(2 * np.pi * time / STRIDE_S) for name in angles}
    swing = np.zeros((len(time), 1, 3))
    swing[..., 2] = np.sin(2 * np.pi * 2.0 * time)[:, None]
    truth = Truth(angles, moments, grf, speed, speed_curve=np.full(len(time), speed))
    subject = Subject(70.0, 1.75)
    return Recording("walk_2", RATE_HZ, (Sensor("foot_r", "foot_r", (0.1, 0.0, 0.0)),), swing, swing, subject, truth=truth)


@pytest.fixture
def people(tmp_path: Path) -> Path:
    for number, offset in enumerate((1.0, 2.0, 3.0)):
        write_recording.write(tmp_path / f"person00{number}" / "walk_2.parquet", walker(offset, 1.2 + 0.1 * number))
    return tmp_path


def test_mean_cycle_is_that_of_the_movement() -> None:
    cycle = gait_curves.simulated(walker(), running=False)
    assert cycle is not None
    published = gait_curves.published()[0]
    for joint in gait_curves.JOINTS:
        # contact is found a sample late
        assert np.abs(cycle.angles[joint] - published.angles[joint]).mean() < 1.5
    np.testing.assert_allclose(cycle.forces["grf_y"].max(), published.forces["grf_y"].max(), atol=0.02)
    assert cycle.moments["knee_angle"].shape == (gait_curves.POINTS,)
    assert gait_curves.simulated(replace(walker(), truth=None), running=False) is None


def test_differences_are_found(people: Path) -> None:
    found = simulator.compare(people, people / "nothing")[0]
    rows = {row["curve"]: row for row in found["curves"]}
    assert set(found["missing"]) == {
        "walking_arnold",
        "walking_moco",
        "running_hamner",
        "imu_hugadb",
        "imu_mocap_gaittoolbox",
    }
    assert (found["people"], found["recordings"]) == (3, 3)
    assert rows["angle.knee_angle"]["simulated"] == 3
    assert rows["angle.knee_angle"]["difference"] == pytest.approx(2.0, abs=0.3)
    assert rows["angle.knee_angle"]["spread"] == pytest.approx(np.std([1, 2, 3]), abs=0.05)
    assert rows["angle.hip_flexion"]["difference"] == pytest.approx(0.0, abs=0.3)
    assert found["peaks"]["walking"]["recordings"] == 3
    assert "running" not in found["peaks"]


def test_levels_do_not_depend_on_axes() -> None:
    recording = walker()
    turned = replace(recording, gyro=recording.gyro[..., [2, 0, 1]])
    levels = spectra.levels(recording)["foot"]["gyro"]
    assert spectra.levels(turned)["foot"]["gyro"] == pytest.approx(levels)
    # all of a sine of 2 Hz and 1 rad/s is in the lowest band
    assert levels[0] == pytest.approx(np.sqrt(0.5), rel=0.02)
    assert max(levels[1:]) < 0.01
    clipped = spectra.levels(recording, acc_range=0.5)["foot"]["acc"]
    assert clipped[0] < levels[0]


def test_command(people: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, pages = tmp_path / "out.json", tmp_path / "pages"
    main(
        ["benchmark", "simulator", "--data", str(tmp_path), "--people", str(people), "--json", str(out), "--report", str(pages)]
    )
    assert json.loads(out.read_text())["curves"]
    page = (pages / "simulator.html").read_text()
    assert page.count("<svg") >= 8
    assert "normal walking" in page
    assert "not there, left out: imu_hugadb" in capsys.readouterr().out


def test_a_folder_without_people_is_refused(tmp_path: Path) -> None:
    write_recording.write(tmp_path / "person001" / "mixed.parquet", walker())
    with pytest.raises(RecordingError, match="no simulated walking"):
        simulator.compare(tmp_path, tmp_path)


@pytest.mark.data
def test_references_of_measured_movements(shared_data: Path) -> None:
    walks = gait_curves.measured(shared_data / "walking_arnold", running=False)
    assert len(walks) == 3
    longer = gait_curves.measured(shared_data / "walking_moco", running=False)
    assert len(longer) == 1
    for walk in (*walks, *longer):
        assert walk.speed == pytest.approx(1.25, abs=0.15)
        assert -80.0 < walk.angles["knee_angle"].min() < -50.0
        assert 1.0 < walk.forces["grf_y"].max() < 1.4
        assert -15.0 < walk.moments["ankle_angle"].min() < -5.0
