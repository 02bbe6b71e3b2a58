"""Recordings of several files: one per sensor, or one per signal, joined by name and on common time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kinertia.io import folder
from kinertia.io.read import read
from kinertia.recording import Cause, RecordingError

RNG = np.random.default_rng(3)
AXES = [f"{kind}_{axis}" for kind in ("acc", "gyr") for axis in "xyz"]
UNITS = ["m/s^2"] * 3 + ["deg/s"] * 3


def smooth(time: np.ndarray, channels: int = 6, phase: float = 0.0) -> np.ndarray:
    return np.sin(2 * np.pi * time[:, None] + np.arange(channels) + phase)


def write(path: Path, time: np.ndarray, values: np.ndarray, names: list[str], units: list[str]) -> None:
    header = ",".join(["time [s]", *(f"{name} [{unit}]" for name, unit in zip(names, units, strict=True))])
    np.savetxt(path, np.column_stack([time, values]), delimiter=",", header=header, comments="", fmt="%.8f")


@pytest.mark.parametrize("names", [("pelvis_walk", "R_Shank_walk"), ("Pelvis_2024_0836", "RTibia_2024_0811")])
def test_a_file_per_sensor(tmp_path: Path, names: tuple[str, str]) -> None:
    time = np.arange(200) / 50.0
    for k, name in enumerate(names):
        write(tmp_path / f"{name}.csv", time, smooth(time, phase=k), AXES, UNITS)
    assert len(folder.recordings(tmp_path)) == 1
    recording, same = read(tmp_path), read(tmp_path / f"{names[1]}.csv")
    np.testing.assert_array_equal(recording.acc, same.acc)
    assert [sensor.segment for sensor in recording.sensors] == ["pelvis", "tibia_r"]
    np.testing.assert_allclose(recording.acc[:, 1], smooth(time, phase=1)[:, :3], atol=1e-7)
    np.testing.assert_allclose(recording.gyro[:, 0], np.deg2rad(smooth(time)[:, 3:]), atol=1e-7)
    assert "2 files are joined" in recording.findings[0].message


def test_sensors_at_other_rates_and_times_are_joined_by_their_stamps(tmp_path: Path) -> None:
    for k, (name, rate, start) in enumerate([("pelvis", 100.0, 5.0), ("foot_r", 100.0, 5.4), ("foot_l", 50.0, 5.0)]):
        time = start + np.arange(int(6 * rate)) / rate
        write(tmp_path / f"{name}.csv", time, smooth(time, phase=k), AXES, UNITS)
    recording = read(tmp_path)
    assert recording.rate_hz == pytest.approx(100)
    causes = {finding.cause: finding.sensors for finding in recording.findings}
    assert causes[Cause.SENSOR_RATE] == ("foot_l",)
    assert causes[Cause.LATE] == ("foot_r",)
    time = 5.4 + recording.time_s
    for k in range(3):
        phase = ("pelvis", "foot_r", "foot_l").index(recording.sensors[k].segment)
        known = np.isfinite(recording.acc[:, k, 0])
        assert known.mean() > 0.98
        np.testing.assert_allclose(recording.acc[known, k], smooth(time, phase=phase)[known, :3], atol=2e-3)


def test_a_file_per_signal_as_phones_write_them(tmp_path: Path) -> None:
    time = np.arange(300) / 100.0
    values = smooth(time)
    xyz = ["X", "Y", "Z"]
    write(tmp_path / "Accelerometer.csv", time, values[:, :3], xyz, UNITS[:3])
    write(tmp_path / "Gyroscope.csv", time[:-4] + 0.003, smooth(time[:-4] + 0.003)[:, 3:], xyz, ["rad/s"] * 3)
    write(tmp_path / "Linear Acceleration.csv", time, values[:, :3], xyz, UNITS[:3])
    (first,) = folder.recordings(tmp_path)
    recording = read(first)
    assert [sensor.name for sensor in recording.sensors] == [tmp_path.name]
    np.testing.assert_allclose(recording.acc[:, 0], values[:, :3], atol=1e-7)
    known = np.isfinite(recording.gyro[:, 0, 0])
    assert known.sum() >= 293
    np.testing.assert_allclose(recording.gyro[known, 0], values[known, 3:], atol=1e-3)


def test_a_file_per_signal_with_facts_beside(tmp_path: Path) -> None:
    time = np.arange(100) / 50.0
    names = [f"{segment}.{axis}" for segment in ("pelvis", "tibia_l") for axis in "xyz"]
    for kind, unit in (("acc", "m/s^2"), ("gyro", "rad/s")):
        write(tmp_path / f"walk_{kind}.csv", time, smooth(time), [f"{kind}.{name}" for name in names], [unit] * 6)
    (tmp_path / "walk.json").write_text('{"mass_kg": 61, "height_m": 1.7}')
    recording = read(tmp_path)
    assert [sensor.segment for sensor in recording.sensors] == ["pelvis", "tibia_l"]
    assert recording.subject.mass_kg == 61
    np.testing.assert_allclose(recording.gyro.reshape(100, 6), smooth(time), atol=1e-7)


def test_clocks_that_share_no_time_are_refused(tmp_path: Path) -> None:
    for name, start in (("pelvis", 0.0), ("foot_r", 900.0)):
        time = start + np.arange(200) / 50.0
        write(tmp_path / f"{name}.csv", time, smooth(time), AXES, UNITS)
    with pytest.raises(RecordingError, match="do not overlap") as error:
        read(tmp_path)
    assert error.value.sensor == "foot_r"


def test_trials_stay_apart(tmp_path: Path) -> None:
    time = np.arange(100) / 50.0
    for trial in ("1", "2"):
        for name in ("pelvis", "foot_r"):
            write(tmp_path / f"{name}_{trial}.csv", time, smooth(time), AXES, UNITS)
    assert [path.name for path in folder.recordings(tmp_path)] == ["foot_r_1.csv", "foot_r_2.csv"]
    with pytest.raises(RecordingError, match="holds 2 recordings"):
        read(tmp_path)
