"""Checks: each fault put into a sound recording is found, and only that one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kinertia.io.read import read
from kinertia.recording import SEGMENTS, Recording, Sensor, checks
from kinertia.recording.checks import Severity
from kinertia.recording.standing import standing_periods


def sound(rate: float = 100.0) -> Recording:
    """Five seconds of standing, ten of stepping at 0.9 strides a second."""
    rng = np.random.default_rng(3)
    time = np.arange(round(15 * rate)) / rate
    walking = (time > 5)[:, None, None]
    phase = 2 * np.pi * 0.9 * time[:, None, None] + np.arange(7)[:, None] + np.arange(3)
    acc = np.array([0.0, 9.81, 0.0]) + walking * 3 * np.sin(phase) + rng.normal(0, 0.03, (len(time), 7, 3))
    gyro = walking * 2 * np.cos(phase) + rng.normal(0, 0.01, (len(time), 7, 3))
    return Recording("sound", rate, tuple(Sensor(s, s) for s in SEGMENTS), acc, gyro)


def change(edit: Callable[[np.ndarray, np.ndarray], None]) -> Recording:
    recording = sound()
    edit(recording.acc, recording.gyro)
    return recording


def test_sound_recording_has_no_findings() -> None:
    assert checks.check(sound()) == []
    assert all(result.ok and result.standing for result in checks.gravity(sound()))
    assert checks.stride_frequency(sound()) == pytest.approx(0.9, abs=0.02)


def test_standing_is_found_despite_gyroscope_offset() -> None:
    recording = change(lambda _, gyro: gyro.__iadd__(0.1))
    ((start, stop),) = standing_periods(recording)
    assert start == 0
    assert stop == pytest.approx(500, abs=30)
    assert standing_periods(replace(recording, periodic=True)) == []


def spoil(array: np.ndarray, index: object, value: object) -> None:
    array[index] = value


@pytest.mark.parametrize(
    ("edit", "severity", "sensor", "said"),
    [
        (lambda acc, _: acc[:, 2].__imul__(1 / 9.81), Severity.ERROR, "tibia_r", "looks like g"),
        (lambda acc, _: acc[:, 2].__imul__(1000 / 9.81), Severity.ERROR, "tibia_r", "mg or raw counts"),
        (lambda _, gyro: gyro[:, 1].__imul__(57.3), Severity.ERROR, "femur_r", "deg/s"),
        (lambda _, gyro: gyro[:, 1].__imul__(1 / 57.3), Severity.ERROR, "femur_r", "converted twice"),
        (lambda acc, _: acc[:, 0].__iadd__([0.0, 1.0, 0.0]), Severity.WARNING, "pelvis", "expected 9.81"),
        (lambda acc, _: acc[:, 0].__isub__([0.0, 9.81, 0.0]), Severity.WARNING, "pelvis", "gravity seems removed"),
        (lambda acc, _: np.clip(acc[:, 3], None, 11.5, out=acc[:, 3]), Severity.WARNING, "foot_r", "clipped"),
        (lambda _, gyro: spoil(gyro, np.s_[700:760, 4], gyro[700, 4]), Severity.WARNING, "femur_l", "does not change"),
        (lambda acc, _: spoil(acc, np.s_[700:760, 5], np.nan), Severity.WARNING, "tibia_l", "acceleration missing in 1 places"),
        (lambda acc, _: spoil(acc, np.s_[700:702, 5], np.nan), Severity.INFO, "tibia_l", "fill short gaps"),
        (lambda _, gyro: spoil(gyro, np.s_[:, 6], np.nan), Severity.WARNING, "foot_l", "no angular rate"),
        (lambda _, gyro: gyro[:, 6].__iadd__([0.1, 0.0, 0.0]), Severity.WARNING, "foot_l", "while standing"),
        (lambda acc, _: spoil(acc, np.s_[:, 6], acc[:, 3]), Severity.ERROR, "foot_l", "same as that of foot_r"),
    ],
)
def test_one_fault_one_finding(edit: Callable, severity: Severity, sensor: str, said: str) -> None:
    found = checks.check(change(edit))
    assert [(f.severity, f.sensor) for f in found] == [(severity, sensor)], found
    assert said in f"{found[0].message}; {found[0].fix}"
    assert found[0].fix


def test_wrong_rate_doubled_and_missing_sensors() -> None:
    (finding,) = checks.check(replace(sound(), rate_hz=400.0))
    assert "no stride is that fast" in finding.message
    recording = sound()
    doubled = replace(recording, sensors=(*recording.sensors[:6], Sensor("extra", "foot_r")))
    assert {f.message for f in checks.check(doubled)} == {"foot_r has more than one sensor", "no sensor on foot_l"}
    nowhere = replace(recording, sensors=tuple(Sensor(s, f"{i}") for i, s in enumerate(SEGMENTS)))
    assert [f.message for f in checks.check(nowhere)] == ["no sensor is placed on a segment of the model"]


@pytest.mark.data
def test_shared_recordings(shared_data: Path) -> None:
    xsens = read(shared_data / "imu_mocap_gaittoolbox")
    assert checks.check(xsens) == []
    standing = standing_periods(xsens)
    assert standing[0][0] == 0
    assert standing[0][1] / xsens.rate_hz == pytest.approx(11, abs=0.3)  # stands for the first 11 s
    assert all(stop <= 1119 or start >= 2074 for start, stop in standing)  # not while walking
    for name in ("P01_normwalking", "P01_normrunning"):
        assert checks.check(read(shared_data / "imu_cycles_biomac" / f"{name}.csv")) == []
    hugadb = checks.check(read(shared_data / "imu_hugadb" / "HuGaDB_v1_walking_03_00.txt"))
    assert any("clipped" in f.message for f in hugadb)
    assert not any(f.severity is Severity.ERROR for f in hugadb)
    wrong_range = replace(read(shared_data / "imu_hugadb" / "HuGaDB_v1_walking_03_00.txt"))
    wrong_range.gyro[:, :3] *= 8  # the right leg read as if its gyroscopes had run at 2000 deg/s
    assert any(f.severity is Severity.ERROR and "angular rate exceeds" in f.message for f in checks.check(wrong_range))
