"""Finding the right reader."""

from __future__ import annotations

from pathlib import Path

import pytest

from kinertia.io.read import read, with_subject
from kinertia.recording.errors import RecordingError


@pytest.mark.data
@pytest.mark.parametrize(
    ("path", "sensors", "samples"),
    [
        ("imu_cycles_biomac/P01_normwalking.csv", 7, 100),
        ("imu_cycles_biomac/P01_normwalking.json", 7, 100),
        ("imu_mocap_gaittoolbox", 9, 2503),
        ("imu_opensense", 8, 2432),
        ("imu_opensense/MT_012005D6_009-001_00B421E6.txt", 8, 2432),
        ("imu_hugadb/HuGaDB_v1_walking_01_00.txt", 6, 5989),
    ],
)
def test_shared_recordings(shared_data: Path, path: str, sensors: int, samples: int) -> None:
    recording = read(shared_data / path)
    assert (len(recording.sensors), recording.samples) == (sensors, samples)


@pytest.mark.data
@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("imu_cycles_biomac", "holds 2 recordings"),
        ("imu_hugadb", "holds 18 recordings"),
        ("walking_moco/coordinates.sto", "no IMU signals"),
        ("imu_opensense/LICENSE.txt", "supported are"),
        ("normative/walking_winter_normal.csv", "meaning of the columns"),
        ("walking_moco", "supported are"),
        ("nowhere.csv", "cannot be read|does not exist"),
    ],
)
def test_what_cannot_be_read_is_explained(shared_data: Path, path: str, said: str) -> None:
    with pytest.raises(RecordingError, match=said) as error:
        read(shared_data / path)
    assert error.value.fix


@pytest.mark.data
def test_given_mass_and_height_replace_the_assumed(shared_data: Path) -> None:
    path = shared_data / "imu_hugadb" / "HuGaDB_v1_walking_03_00.txt"
    recording = read(path, mass_kg=62, height_m=1.7)
    assert (recording.subject.mass_kg, recording.subject.height_m, recording.subject.assumed) == (62, 1.7, ())
    assert not any("not given" in w for w in recording.warnings)
    only_mass = with_subject(read(path), mass_kg=62)
    assert only_mass.subject.assumed == ("height_m",)
    assert sum("not given" in w for w in only_mass.warnings) == 1
    with pytest.raises(RecordingError, match=r"10\.\.300 kg"):
        read(path, mass_kg=6.2)
