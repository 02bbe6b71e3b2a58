"""A small file of each device's layout gives the motion that it was made from, or is refused by name."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kinertia.io import folder, markers
from kinertia.io.read import read
from kinertia.recording import Frame, RecordingError

GOLDEN = Path(__file__).with_name("golden")
SAMPLES = 30


def acc(sensor: int) -> np.ndarray:
    k = np.arange(SAMPLES)
    return np.stack([np.sin(0.2 * k + sensor), 9.5 + 0.3 * np.cos(0.2 * k), 0.5 * sensor + 0.2 * np.sin(0.1 * k)], axis=1)


def gyro(sensor: int) -> np.ndarray:
    k = np.arange(SAMPLES)
    return np.stack([0.5 * np.cos(0.2 * k + sensor), -0.2 * np.sin(0.2 * k), 2.0 * np.sin(0.1 * k + sensor)], axis=1)


def motion(sensors: tuple[int, ...], samples: int = SAMPLES) -> tuple[np.ndarray, np.ndarray]:
    """Signals (T, K, 3) of the files, which have four decimals in SI units."""
    both = (np.stack([signal(k) for k in sensors], axis=1).round(4)[:samples] for signal in (acc, gyro))
    return tuple(both)  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("file", "rate_hz", "sensors", "said"),
    [
        ("consensys.csv", 51.2, {"ShankR": ("tibia_r", 0)}, {}),
        ("delsys_discover.csv", 148.1481, {"Lumbar": ("pelvis", 1), "Tibia Right": ("tibia_r", 0)}, {}),
        ("delsys_emgworks.csv", 148.1481, {"Pelvis": ("pelvis", 1), "Right Shank": ("tibia_r", 0)}, {}),
        ("dot", 60.0, {"D1": ("pelvis", 0), "D2": ("tibia_r", 1)}, {}),
        ("dot/D2_20210820_202113_811.csv", 60.0, {"D1": ("pelvis", 0), "D2": ("tibia_r", 1)}, {}),
        (
            "gaitmap.csv",
            100.0,
            {"right_sensor": ("foot_r", 1), "left_sensor": ("foot_l", 0)},
            {"rate_hz": 100.0, "columns": "gaitmap"},
        ),
        ("mt_manager", 100.0, {"00B40B91": ("00B40B91", 0), "00B40C3C": ("00B40C3C", 1)}, {}),
        ("noraxon.csv", 200.0, {"Pelvis": ("pelvis", 0), "Shank_RT": ("tibia_r", 1)}, {}),
        ("phyphox", 100.0, {"phyphox": ("phyphox", 0)}, {}),
        ("sensor_logger", 100.0, {"sensor_logger": ("sensor_logger", 0)}, {}),
        (
            "mvn_studio_4.mvnx",
            60.0,
            {"Pelvis": ("pelvis", 0), "RightUpperLeg": ("femur_r", 1), "LeftLowerLeg": ("tibia_l", 2)},
            {},
        ),
    ],
)
def test_units_axes_rate_and_names(
    file: str, rate_hz: float, sensors: dict[str, tuple[str, int]], said: dict[str, Any]
) -> None:
    recording = read(GOLDEN / file, **said)
    assert recording.frame is Frame.SENSOR
    assert recording.rate_hz == pytest.approx(rate_hz, rel=1e-4)
    assert {sensor.name: sensor.segment for sensor in recording.sensors} == {name: on for name, (on, _) in sensors.items()}
    expected_acc, expected_gyro = motion(tuple(sensors[sensor.name][1] for sensor in recording.sensors), recording.samples)
    present = np.isfinite(recording.acc).all(axis=(1, 2))
    assert present.sum() >= (7 if file.endswith(".mvnx") else SAMPLES)
    np.testing.assert_allclose(recording.acc[present], expected_acc[present], rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(recording.gyro[present], expected_gyro[present], rtol=1e-6, atol=1e-6)


def test_mvn_without_gravity_gets_it_back_and_its_missing_frame_is_a_gap() -> None:
    new, old = read(GOLDEN / "mvn_2021.mvnx", gyro_from_orientation=True), read(GOLDEN / "mvn_studio_4.mvnx")
    np.testing.assert_allclose(new.acc, old.acc, atol=1e-6)
    assert np.isnan(new.acc[3]).all()
    assert np.isfinite(new.acc[[2, 4]]).all()
    assert "put together of free acceleration" in new.findings[0].message
    assert "derived from orientation" in new.warnings[-1]
    assert not np.isfinite(read(GOLDEN / "mvn_2021.mvnx").gyro).any()
    # the file's sensors turn about the vertical at 0.1 rad a frame
    np.testing.assert_allclose(np.linalg.norm(new.gyro[6], axis=-1), 6.0, rtol=1e-5)


def test_mt_manager_euler_angles_are_the_orientation() -> None:
    recording = read(GOLDEN / "mt_manager")
    assert recording.orientation is not None
    roll, pitch, yaw = np.deg2rad([5.0, -20.0, 30.0])
    # gravity in the sensor's axes, of R = Rz(yaw) Ry(pitch) Rx(roll)
    up = np.array([-np.sin(pitch), np.sin(roll) * np.cos(pitch), np.cos(roll) * np.cos(pitch)])
    w, x, y, z = recording.orientation[0, 0]
    found = [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)]  # second row of its matrix: our y up
    np.testing.assert_allclose(found, up, atol=1e-9)
    assert yaw > 0


@pytest.mark.parametrize("app", ["phyphox", "sensor_logger"])
def test_a_phones_archive_is_its_folder(tmp_path: Path, app: str) -> None:
    with zipfile.ZipFile(tmp_path / "walk.zip", "w") as archive:
        for file in (GOLDEN / app).iterdir():
            archive.write(file, file.name)
        archive.writestr("meta/time.csv", "event,time\nSTART,0\n")
    recording = read(tmp_path / "walk.zip")
    assert (recording.name, recording.source) == ("walk", str(tmp_path / "walk.zip"))
    np.testing.assert_allclose(recording.acc, motion((0,))[0], atol=1e-6)
    assert len(folder.recordings(GOLDEN / app)) == 1


def test_free_acceleration_of_a_phone_is_refused_by_name(tmp_path: Path) -> None:
    shutil.copytree(GOLDEN / "sensor_logger", tmp_path / "walk")
    (tmp_path / "walk" / "TotalAcceleration.csv").unlink()
    with pytest.raises(RecordingError, match=r"free acceleration only.*TotalAcceleration"):
        read(tmp_path / "walk")


def test_units_of_a_layout_can_be_asked_for_by_name(tmp_path: Path) -> None:
    rows = np.column_stack([acc(0), np.rad2deg(gyro(0))])
    header = "acc_x,acc_y,acc_z,gyr_x,gyr_y,gyr_z"
    np.savetxt(tmp_path / "foot_left.csv", rows, delimiter=",", header=header, comments="", fmt="%.9f")
    with pytest.raises(RecordingError, match="unit of acc is not stated"):
        read(tmp_path / "foot_left.csv", rate_hz=100)
    recording = read(tmp_path / "foot_left.csv", rate_hz=100, columns="gaitmap")
    np.testing.assert_allclose(recording.gyro[:, 0], gyro(0), atol=1e-6)
    assert recording.sensors[0].segment == "foot_l"


@pytest.mark.parametrize("layout", ["Sensors", "Calibrated"])
def test_apdm_hdf5(tmp_path: Path, layout: str) -> None:
    h5py = pytest.importorskip("h5py")
    stamps = 1550879504438281 + np.round(np.arange(SAMPLES) * 1e6 / 128).astype(np.uint64)
    labels = {"SI-000738": "Right Ankle", "SI-000741": "Lumbar"}
    with h5py.File(tmp_path / "walk.h5", "w") as file:
        file.attrs["FileFormatVersion"] = 5 if layout == "Sensors" else 3
        if layout == "Calibrated":
            file.attrs["CaseIdList"] = [case.encode() for case in labels]
            file.attrs["MonitorLabelList"] = [label.encode() for label in labels.values()]
        for k, (case, label) in enumerate(labels.items()):
            sensor = file.create_group(f"Sensors/{case[3:]}" if layout == "Sensors" else case)
            sensor["Time"] = stamps
            plural = "s" if layout == "Calibrated" else ""
            under = sensor if layout == "Sensors" else sensor.create_group("Calibrated")
            under[f"Accelerometer{plural}"], under[f"Gyroscope{plural}"] = acc(k), gyro(k)
            if layout == "Sensors":
                sensor.create_group("Configuration").attrs["Label 0"] = np.bytes_(label)
    recording = read(tmp_path / "walk.h5")
    assert [(s.name, s.segment) for s in recording.sensors] == [("Lumbar", "pelvis"), ("Right Ankle", "tibia_r")]
    assert recording.rate_hz == pytest.approx(128, rel=1e-4)
    np.testing.assert_allclose(recording.acc, np.stack([acc(1), acc(0)], axis=1), atol=1e-6)
    np.testing.assert_allclose(recording.gyro, np.stack([gyro(1), gyro(0)], axis=1), atol=1e-6)


def test_analog_channels_and_markers_of_c3d(tmp_path: Path) -> None:
    ezc3d = pytest.importorskip("ezc3d")
    places = np.random.default_rng(1).normal(size=(SAMPLES // 5, 2, 3)).round(3)
    file = ezc3d.c3d()
    for group, labels, units, rate in (
        ("POINT", ["C7", "RASI"], ["mm"], 20.0),
        ("ANALOG", [f"R_Shank_{kind}_{a}" for kind in ("Acc", "Gyro") for a in "XYZ"], ["g"] * 3 + ["deg/s"] * 3, 100.0),
    ):
        file["parameters"][group]["LABELS"]["value"] = labels
        file["parameters"][group]["UNITS"]["value"] = units
        file["parameters"][group]["RATE"]["value"] = [rate]
    file["data"]["points"] = np.concatenate([places.transpose(2, 1, 0) * 1e3, np.ones((1, 2, len(places)))])
    file["data"]["analogs"] = np.concatenate([acc(0) / 9.80665, np.rad2deg(gyro(0))], axis=1).T[None]
    file.write(str(tmp_path / "walk.c3d"))
    recording = read(tmp_path / "walk.c3d")
    assert (recording.rate_hz, recording.sensors[0].segment) == (100.0, "tibia_r")
    np.testing.assert_allclose(recording.acc[:, 0], acc(0), rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(recording.gyro[:, 0], gyro(0), rtol=1e-6, atol=2e-6)  # C3D holds single precision
    found = markers.read(tmp_path / "walk.c3d")
    assert (found.names, found.rate_hz) == (("C7", "RASI"), pytest.approx(20.0))
    np.testing.assert_allclose(found.position_m, places, atol=1e-6)


@pytest.mark.data
def test_real_motion_capture_files_are_markers_and_say_so(shared_data: Path) -> None:
    pytest.importorskip("ezc3d")
    c3d = shared_data / "turning_biomechzoo" / "HC002D06.c3d"
    found = markers.read(c3d)
    assert (len(found.names), len(found.time_s), found.rate_hz) == (286, 255, pytest.approx(100.0))
    assert 0.1 < np.nanmax(np.abs(found.position_m)) < 20
    with pytest.raises(RecordingError, match=r"286 markers.*no IMU signals"):
        read(c3d)
    trc = markers.read(shared_data / "mixed_opencap" / "walking1.trc")
    assert (len(trc.names), trc.position_m.shape, trc.rate_hz) == (51, (131, 51, 3), pytest.approx(100.0))
    older = markers.read(shared_data / "walking_moco" / "markers_walk.trc")  # several tabs between what its header states
    assert (older.position_m.shape, older.rate_hz) == ((238, 41, 3), pytest.approx(100.0))
    assert 0.5 < np.nanmax(older.position_m) < 5.0


def test_trc_markers_in_metres_with_gaps(tmp_path: Path) -> None:
    found = markers.read(GOLDEN / "walk.trc")
    k = np.arange(6)
    assert (found.names, found.rate_hz) == (("C7", "R.ASIS"), pytest.approx(100.0))
    np.testing.assert_allclose(found.position_m[:, 0, 1], np.sin(0.1 * k + 1), atol=1e-6)
    assert np.isnan(found.position_m[2, 1]).all()
    with pytest.raises(RecordingError, match="holds 2 markers"):
        read(GOLDEN / "walk.trc")
    cut = tmp_path / "cut.trc"
    cut.write_text("\n".join((GOLDEN / "walk.trc").read_text().splitlines()[:-2]) + "\n")
    with pytest.raises(RecordingError, match="header says 6 frames, the file has 4"):
        markers.read(cut)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("imu_orientations.sto", (GOLDEN / "imu_orientations.sto").read_bytes(), "orientations only.*joint angles can be had"),
        ("session.bin", b"\x34\x12\x03", "NilsPod.*nilspodlib"),
        ("walk.h5", b"\x89HDF\r\n\x1a\n" + bytes(64), r"kinertia\[formats\]|cannot be read as an APDM"),
        ("walk.mvnx", b"<mvnx><subject frameRate='60'><frames>", "cannot be read as MVNX"),
        ("walk.zip", b"PK\x05\x06" + bytes(18), "no tables of signals"),
        ("discover.csv", b"Application:,Trigno Discover\nACC X (G),ACC Y (G)\n1,2\n", "without columns of time.*time series"),
    ],
)
def test_what_is_not_read_is_named(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(RecordingError, match=words):
        read(tmp_path / name)
