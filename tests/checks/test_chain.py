"""Checks: each fault put into a sound recording is found, and only that one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kinertia.checks.chain import examine, require_sound
from kinertia.checks.movement import stride_frequency
from kinertia.checks.units import sizes
from kinertia.io.read import read
from kinertia.recording import LOWER_BODY, Cause, Frame, Recording, RecordingError, Sensor, Severity
from kinertia.recording.selection import crop
from kinertia.recording.standing import standing_periods


def sound(rate: float = 100.0) -> Recording:
    """Five seconds of standing, ten of stepping at 0.9 strides a second."""
    rng = np.random.default_rng(3)
    time = np.arange(round(15 * rate)) / rate
    walking = (time > 5)[:, None, None]
    phase = 2 * np.pi * 0.9 * time[:, None, None] + np.arange(7)[:, None] + np.arange(3)
    acc = np.array([0.0, 9.81, 0.0]) + walking * 3 * np.sin(phase) + rng.normal(0, 0.03, (len(time), 7, 3))
    gyro = walking * 2 * np.cos(phase) + rng.normal(0, 0.01, (len(time), 7, 3))
    return Recording("sound", rate, tuple(Sensor(s, s) for s in LOWER_BODY.segments), acc, gyro)


def change(edit: Callable[[np.ndarray, np.ndarray], object]) -> Recording:
    recording = sound()
    edit(recording.acc, recording.gyro)
    return recording


def test_sound_recording_has_no_findings() -> None:
    examined = examine(sound())
    assert examined.findings == ()
    np.testing.assert_array_equal(examined.acc, sound().acc)
    assert all(size is not None and size.ok and size.standing for size in sizes(sound()))
    assert stride_frequency(sound()) == pytest.approx(0.9, abs=0.02)


def test_gravity_is_missed_only_where_there_are_strides() -> None:
    free = change(lambda acc, _: acc.__isub__([0.0, 9.81, 0.0]))
    assert Cause.FREE_ACCELERATION in {finding.cause for finding in examine(crop(free, 600, 900)).findings}
    assert Cause.FREE_ACCELERATION not in {finding.cause for finding in examine(crop(free, 600, 730)).findings}


def test_a_shank_said_to_be_a_foot_is_not_free_of_gravity() -> None:
    steps = crop(change(lambda acc, gyro: acc[:, 3, 0].__iadd__(16.0 * gyro[:, 3, 2])), 500, 1500)
    steps.gyro[:, 3] *= 1.2
    assert Cause.FREE_ACCELERATION in {finding.cause for finding in examine(steps).findings}
    steps.gyro[:, 3] *= 0.5
    assert Cause.FREE_ACCELERATION not in {finding.cause for finding in examine(steps).findings}


def test_standing_is_found_despite_gyroscope_offset() -> None:
    recording = change(lambda _, gyro: gyro.__iadd__(0.1))
    ((start, stop),) = standing_periods(recording)
    assert start == 0
    assert stop == pytest.approx(500, abs=30)
    assert standing_periods(replace(recording, periodic=True)) == []


def spoil(array: np.ndarray, index: Any, value: object) -> None:
    array[index] = value


ERROR, WARN, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO


@pytest.mark.parametrize(
    ("edit", "cause", "severity", "sensors", "said"),
    [
        (lambda acc, _: acc[:, 2].__imul__(1 / 9.81), Cause.ACC_UNIT, WARN, "tibia_r", "is in g, not in m/s^2; converted"),
        (lambda acc, _: acc[:, 2].__imul__(1000 / 9.81), Cause.ACC_UNIT, WARN, "tibia_r", "is in mg, not in m/s^2; converted"),
        (lambda acc, _: acc[:, 2].__imul__(2048), Cause.ACC_UNIT, ERROR, "tibia_r", "raw counts"),
        (lambda _, gyro: gyro[:, 1].__imul__(57.3), Cause.GYRO_UNIT, WARN, "femur_r", "is in deg/s, not in rad/s; converted"),
        (lambda _, gyro: gyro[:, 1].__imul__(1 / 57.3), Cause.GYRO_UNIT, WARN, "femur_r", "converted from deg/s twice"),
        (lambda _, gyro: gyro[:, 1].__imul__(16), Cause.GYRO_UNIT, ERROR, "femur_r", "nobody turns so fast"),
        (lambda acc, _: acc[:, 0].__iadd__([0.0, 1.0, 0.0]), Cause.GRAVITY, WARN, "pelvis", "expected 9.81"),
        (lambda acc, _: acc[:, 0].__isub__([0.0, 9.81, 0.0]), Cause.FREE_ACCELERATION, ERROR, "pelvis", "gravity was removed"),
        (lambda acc, _: np.clip(acc[:, 3], None, 11.5, out=acc[:, 3]), Cause.CLIPPED, WARN, "foot_r", "cut off at 1.17 g"),
        (lambda _, gyro: spoil(gyro, np.s_[700:760, 4], gyro[700, 4]), Cause.FROZEN, WARN, "femur_l", "does not change"),
        (lambda acc, _: spoil(acc, np.s_[900:, 4], acc[900, 4]), Cause.DEAD, WARN, "femur_l", "from 9.01 s of 15 s on"),
        (lambda acc, _: spoil(acc, np.s_[900:, 4], np.nan), Cause.DEAD, WARN, "femur_l", "says nothing from 9 s"),
        (lambda acc, _: spoil(acc, np.s_[700:760, 5], np.nan), Cause.MISSING, WARN, "tibia_l", "missing, for 0.6 s"),
        (lambda acc, _: spoil(acc, np.s_[700:702, 5], np.nan), Cause.MISSING, INFO, "tibia_l", "bridged"),
        (lambda acc, _: spoil(acc, np.s_[700::150, 5, 1], -9999.0), Cause.IMPOSSIBLE, WARN, "tibia_l", "-9999 cannot be"),
        (lambda _, gyro: spoil(gyro, np.s_[800, 5, 0], 300.0), Cause.IMPOSSIBLE, WARN, "tibia_l", "300 cannot be"),
        (lambda _, gyro: spoil(gyro, np.s_[:, 6], np.nan), Cause.ABSENT, WARN, "foot_l", "no angular rate"),
        (lambda _, gyro: gyro[:, 6].__iadd__([0.1, 0.0, 0.0]), Cause.OFFSET, WARN, "foot_l", "while standing"),
        (lambda acc, _: spoil(acc, np.s_[:, 6], acc[:, 3]), Cause.TWICE, ERROR, "foot_r, foot_l", "exported twice"),
    ],
)
def test_one_fault_one_finding(edit: Callable, cause: Cause, severity: Severity, sensors: str, said: str) -> None:
    found = [f for f in examine(change(edit)).findings if f.severity is not INFO or severity is INFO]
    assert [(f.cause, f.severity, ", ".join(f.sensors)) for f in found] == [(cause, severity, sensors)], found
    assert said in found[0].sentence
    assert severity is INFO or found[0].fix


def test_what_cannot_be_measured_is_left_out_and_bridged_where_short() -> None:
    recording = change(lambda acc, _: spoil(acc, np.s_[700::150, 5, 1], -9999.0))
    np.testing.assert_allclose(examine(recording).acc[:, 5], sound().acc[:, 5], atol=0.3)
    dead = examine(change(lambda acc, _: spoil(acc, np.s_[900:, 4], acc[900, 4])))
    assert np.isnan(dead.gyro[901:, 4]).all()  # the sensor, not only the signal that shows it
    assert np.isfinite(dead.acc[:, 3]).all()


def test_peaks_that_were_cut_off_are_put_back() -> None:
    whole = sound()
    cut = change(lambda _, gyro: np.clip(gyro[:, 3], -1.6, 1.6, out=gyro[:, 3]))
    examined = examine(cut)
    assert [(f.cause, f.sensors) for f in examined.findings] == [(Cause.CLIPPED, ("foot_r",))]

    def error(recording: Recording) -> float:
        return float(np.sqrt(np.mean((recording.gyro[600:, 3] - whole.gyro[600:, 3]) ** 2)))  # steady walking

    assert error(examined) < 0.5 * error(cut)
    np.testing.assert_array_equal(examined.gyro[:, 4], whole.gyro[:, 4])
    assert examine(examined).findings == examined.findings


def test_an_unsound_recording_is_refused_by_its_first_cause() -> None:
    recording = change(lambda acc, gyro: (acc[:, 2].__imul__(2048), gyro[:, 2].__imul__(16)))
    said = r"sound, sensor tibia_r: acceleration .* looks like raw counts. Fix: convert the counts to m/s\^2"
    with pytest.raises(RecordingError, match=said) as error:
        require_sound(examine(recording))
    assert error.value.cause is Cause.ACC_UNIT
    require_sound(examine(sound()))


def test_units_are_put_right() -> None:
    recording = change(lambda acc, gyro: (acc.__imul__(1 / 9.81), gyro[:, 3].__imul__(180 / np.pi)))
    examined = examine(recording)
    np.testing.assert_allclose(examined.acc, sound().acc)
    np.testing.assert_allclose(examined.gyro, sound().gyro)
    assert [f.cause for f in examined.findings] == [Cause.ACC_UNIT, Cause.GYRO_UNIT]


def test_standing_alone_is_no_fault_of_units() -> None:
    whole = sound()
    stands = replace(whole, acc=whole.acc[:450], gyro=whole.gyro[:450], frame=Frame.SENSOR)
    (found,) = examine(stands).findings
    assert (found.cause, found.severity) == (Cause.STANDING_ONLY, ERROR)
    assert found.message == "standing only, no walking"
    (found,) = examine(replace(stands, frame=Frame.SEGMENT)).findings
    assert (found.cause, found.severity) == (Cause.STANDING_ONLY, WARN)


def test_examining_twice_is_examining_once() -> None:
    once = examine(change(lambda acc, _: spoil(acc, np.s_[900:, 4], np.nan)))
    twice = examine(once)
    assert twice.findings == once.findings
    np.testing.assert_array_equal(twice.acc, once.acc)


def test_wrong_rate_doubled_and_missing_sensors() -> None:
    (finding,) = examine(replace(sound(), rate_hz=400.0)).findings
    assert "no stride is that fast" in finding.message
    recording = sound()
    doubled = replace(recording, sensors=(*recording.sensors[:6], Sensor("extra", "foot_r")))
    assert {f.message for f in examine(doubled).findings} == {"foot_r has more than one sensor", "no sensor on foot_l"}
    nowhere = replace(recording, sensors=tuple(Sensor(s, f"{i}") for i, s in enumerate(LOWER_BODY.segments)))
    assert [f.message for f in examine(nowhere).findings] == ["no sensor is placed on a segment of the model"]


@pytest.mark.data
def test_shared_recordings(shared_data: Path) -> None:
    xsens = read(shared_data / "imu_mocap_gaittoolbox")
    assert examine(xsens).findings == ()
    standing = standing_periods(xsens)
    assert standing[0][0] == 0
    assert standing[0][1] / xsens.rate_hz == pytest.approx(11, abs=0.3)  # stands for the first 11 s
    assert all(stop <= 1119 or start >= 2074 for start, stop in standing)  # not while walking
    for name in ("P01_normwalking", "P01_normrunning"):
        assert examine(read(shared_data / "imu_cycles_biomac" / f"{name}.csv")).findings == ()
    hugadb = read(shared_data / "imu_hugadb" / "HuGaDB_v1_walking_03_00.txt")
    found = examine(hugadb)
    assert {f.cause for f in found.findings if f.severity is not INFO} == {Cause.CLIPPED}
    hugadb.gyro[:, :3] *= 8  # the right leg read as if its gyroscopes had run at 2000 deg/s
    fault = examine(hugadb).fault
    assert fault is not None
    assert fault.cause is Cause.GYRO_UNIT
