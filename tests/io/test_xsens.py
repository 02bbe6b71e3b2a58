"""MT Manager exports: both layouts, packet counters, placement, damage."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from kinertia.checks import sensors
from kinertia.io import gaittoolbox, xsens
from kinertia.recording import LOWER_BODY, Cause, Frame
from kinertia.recording.errors import RecordingError

HEADER = "PacketCounter,SampleTimeFine,Acc_X,Acc_Y,Acc_Z,Gyr_X,Gyr_Y,Gyr_Z,Quat_q0,Quat_q1,Quat_q2,Quat_q3"


def write_stream(folder: Path, serial: str, counters: np.ndarray, *, trial: str = "T1", rate: float = 100.0) -> Path:
    """A stream whose acc x tells the packet it belongs to."""
    rows = [f"{c % 65536:05d},,{c}.0,0.1,9.8,0.01,0.02,0.03,1,0,0,0" for c in counters]
    path = folder / f"{trial}_{serial}.txt"
    path.write_text("\n".join([f"// Update Rate: {rate}Hz", HEADER, *rows]) + "\n")
    return path


@pytest.mark.data
def test_gaittoolbox_signals_and_truth(shared_data: Path) -> None:
    folder = shared_data / "imu_mocap_gaittoolbox"
    recording = gaittoolbox.read(folder)
    assert recording.frame is Frame.SENSOR
    assert recording.rate_hz == 100.0
    assert recording.samples == 2503
    assert tuple(s.segment for s in recording.sensors[:7]) == LOWER_BODY.segments
    assert recording.orientation is not None
    for k in range(7):
        standing = recording.acc[:1000, k]
        assert np.linalg.norm(standing.mean(axis=0)) == pytest.approx(9.81, abs=0.2)
        if LOWER_BODY.segments[k].startswith(("femur", "tibia")):
            assert standing.mean(axis=0)[0] > 9.4  # sensor x points up along the segment
        world = Rotation.from_quat(recording.orientation[:, k], scalar_first=True).apply(recording.acc[:, k])
        np.testing.assert_allclose(world[:1000].mean(axis=0), [0, 9.81, 0], atol=0.3)  # y is up
    assert recording.subject.assumed == ("mass_kg", "height_m")

    assert gaittoolbox.walking_frames(folder) == (1119, 2074)
    truth = recording.truth
    assert truth is not None
    walking = slice(1119, 2074)
    for side in "rl":
        knee = np.rad2deg(truth.angles[f"knee_angle_{side}"][walking])
        assert -75 < knee.min() < -60  # swing flexion is negative
        assert knee.max() < 8
    assert truth.speed == pytest.approx(0.86, abs=0.04)


@pytest.mark.data
@pytest.mark.parametrize("side", ["r", "l"])
def test_gaittoolbox_clock_and_sign(shared_data: Path, side: str) -> None:
    recording = gaittoolbox.read(shared_data / "imu_mocap_gaittoolbox")
    assert recording.truth is not None
    walking = slice(1600, 2000)  # straight walking, no turn
    # the shank's rate about the mediolateral axis minus the thigh's is the knee's: same clock within one frame
    knee = np.rad2deg(np.gradient(recording.truth.angles[f"knee_angle_{side}"], 1 / recording.rate_hz))

    def sagittal(segment: str) -> np.ndarray:
        k = recording.sensor_index(segment)
        return -np.rad2deg(recording.gyro[:, k, 1])  # the mediolateral axis is mostly y

    rate = sagittal(f"tibia_{side}") - sagittal(f"femur_{side}")
    best = max(range(-5, 6), key=lambda lag: abs(np.corrcoef(np.roll(rate, lag)[walking], knee[walking])[0, 1]))
    assert abs(best) <= 1
    assert abs(np.corrcoef(rate[walking], knee[walking])[0, 1]) > 0.9


@pytest.mark.data
def test_gaittoolbox_truth_can_be_left_out(shared_data: Path) -> None:
    folder = shared_data / "imu_mocap_gaittoolbox"
    with_truth, without = gaittoolbox.read(folder), gaittoolbox.read(folder, truth=False)
    assert without.truth is None
    np.testing.assert_array_equal(with_truth.acc, without.acc)


@pytest.mark.data
def test_opensense_layout(shared_data: Path) -> None:
    folder = shared_data / "imu_opensense"
    recording = xsens.read(folder)
    assert len(recording.sensors) == 8
    assert recording.rate_hz == 100.0
    assert np.isnan(recording.gyro).all()
    assert any("with --gyro-from-orientation" in found.fix for found in sensors.check_presence(recording)[1])
    assert recording.orientation is not None
    for k in range(8):
        world = Rotation.from_quat(recording.orientation[:, k], scalar_first=True).apply(recording.acc[:, k])
        np.testing.assert_allclose(world.mean(axis=0), [0, 9.81, 0], atol=0.15)
    derived = xsens.read(folder, gyro_from_orientation=True)
    assert np.isfinite(derived.gyro).all()
    assert any("angular rate of all sensors derived from orientation: smoother" in w for w in derived.warnings)


@pytest.mark.data
def test_derived_angular_rate_agrees_with_gyroscope(shared_data: Path) -> None:
    recording = xsens.read(shared_data / "imu_mocap_gaittoolbox", placement={"0C3C": "femur_r"})
    assert recording.orientation is not None
    derived = xsens.angular_rate(recording.orientation[:, 0], recording.rate_hz)
    for axis in range(3):
        assert np.corrcoef(derived[:, axis], recording.gyro[:, 0, axis])[0, 1] > 0.98
    assert np.polyfit(derived.ravel(), recording.gyro[:, 0].ravel(), 1)[0] == pytest.approx(1, abs=0.01)


@given(
    start=st.integers(0, 65535),
    offsets=st.lists(st.integers(-20, 20), min_size=2, max_size=4),
    lost=st.sets(st.integers(30, 60), max_size=8),
)
@settings(max_examples=30, deadline=None)
def test_streams_align_by_packet_counter(
    tmp_path_factory: pytest.TempPathFactory, start: int, offsets: list[int], lost: set[int]
) -> None:
    folder = tmp_path_factory.mktemp("xsens")
    for k, offset in enumerate(offsets):
        packets = np.array(
            [p for p in range(65536 + start + offset, 65536 + start + offset + 100) if k or p - 65536 - start not in lost]
        )
        write_stream(folder, f"0000000{k}", packets)
    recording = xsens.read(folder)
    first = max(offsets)
    assert recording.samples == 100 - (max(offsets) - min(offsets))
    expected = 65536 + start + first + np.arange(recording.samples)
    for k in range(len(offsets)):
        gap = np.isin(expected - 65536 - start, sorted(lost)) if k == 0 else np.zeros(len(expected), dtype=bool)
        np.testing.assert_array_equal(np.isnan(recording.acc[:, k, 0]), gap)
        np.testing.assert_array_equal(recording.acc[~gap, k, 0], expected[~gap])


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=20, deadline=None)
def test_angular_rate_of_steady_rotation(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rate, start = rng.normal(size=3), Rotation.from_quat(rng.normal(size=4))
    turned = start * Rotation.from_rotvec(np.arange(40)[:, None] * rate / 100)
    quaternion = turned.as_quat(scalar_first=True)
    quaternion[20] = np.nan
    derived = xsens.angular_rate(quaternion, 100)
    assert np.flatnonzero(np.isnan(derived[:, 0])).tolist() == [19, 21]
    np.testing.assert_allclose(derived[[0, 5, 20, 39]], np.tile(rate, (4, 1)), atol=1e-9)


def test_placement_file_gives_segments_subject_and_positions(tmp_path: Path) -> None:
    for serial in ("00B40001", "00B40002", "00B40003"):
        write_stream(tmp_path, serial, np.arange(20))
    (tmp_path / "placement.toml").write_text(
        '[sensors]\n"0002" = "pelvis"\n"0001" = {segment = "tibia_r", position_m = [0, -0.2, 0.05]}\n'
        "[subject]\nmass_kg = 62\nheight_m = 1.7\n"
    )
    recording = xsens.read(tmp_path / "T1_00B40001.txt")
    assert [(s.name, s.segment) for s in recording.sensors] == [("00B40002", "pelvis"), ("00B40001", "tibia_r")]
    assert recording.sensors[1].position_m == (0.0, -0.2, 0.05)
    assert (recording.subject.mass_kg, recording.subject.height_m) == (62, 1.7)
    assert recording.warnings == ("left out, without a placement: 00B40003",)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda text: text.replace("// Update Rate: 100.0Hz\n", ""), "Update Rate"),
        (lambda text: text.replace("Acc_", "FreeAcc_"), "no acceleration"),
        (lambda text: text.replace("00007,", "00006,"), "repeats or runs backwards"),
        (lambda text: text.replace("00007,,7.0", "00007,,oops"), "'oops' is not a number"),
        (lambda text: text[:-30], "cells"),
        (lambda text: text.replace("PacketCounter", "Counter"), "no MT Manager export"),
        (lambda text: text.replace("1,0,0,0", "0,0,0,0"), "no rotation"),
    ],
)
def test_damage_is_named(tmp_path: Path, damage, said: str) -> None:
    path = write_stream(tmp_path, "00B40001", np.arange(20))
    path.write_text(damage(path.read_text()))
    with pytest.raises(RecordingError, match=re.escape(said)):
        xsens.read(path)


def test_disagreements_between_files_are_refused(tmp_path: Path) -> None:
    write_stream(tmp_path, "00B40001", np.arange(20))
    write_stream(tmp_path, "00B40002", np.arange(1000, 1020))
    with pytest.raises(RecordingError, match="does not overlap"):
        xsens.read(tmp_path)
    write_stream(tmp_path, "00B40002", np.arange(20), rate=60.0)
    with pytest.raises(RecordingError, match=r"60\.0 Hz differs"):
        xsens.read(tmp_path)
    write_stream(tmp_path, "00B40002", np.arange(20), trial="T2")
    (tmp_path / "T1_00B40002.txt").unlink()
    with pytest.raises(RecordingError, match="choose one: T1, T2"):
        xsens.read(tmp_path)
    assert xsens.read(tmp_path, trial="T2").name == "T2"
    with pytest.raises(RecordingError, match="more than one sensor"):
        xsens.read(tmp_path, trial="T2", placement={"0001": "pelvis", "0002": "pelvis"})


@given(garbage=st.binary(max_size=300))
@settings(max_examples=40, deadline=None)
def test_garbage_is_refused(tmp_path_factory: pytest.TempPathFactory, garbage: bytes) -> None:
    path = tmp_path_factory.mktemp("garbage") / "T1_00B40001.txt"
    path.write_bytes(b"PacketCounter" + garbage)
    with pytest.raises(RecordingError):
        xsens.read(path)


def export(folder: Path, serial: str, time: np.ndarray, *, header_hz: float, unit_s: float, comma: bool = False) -> None:
    """A stream whose acc x is its time."""
    cell = ";" if comma else ","
    rows = []
    for k, t in enumerate(time):
        cells = [str(k), f"{round(t / unit_s) % 2**32}", f"{t:.6f}", "0.1", "9.8", "0.01", "0.02", "0.03"]
        rows.append(cell.join(c.replace(".", ",") if comma else c for c in cells))
    names = HEADER.split(",")[:8]
    (folder / f"T1_{serial}.txt").write_text("\n".join([f"// Update Rate: {header_hz}Hz", cell.join(names), *rows]) + "\n")


@pytest.mark.parametrize("comma", [False, True])
@pytest.mark.parametrize("unit_s", [1e-4, 1e-6])
def test_sample_times_win_over_header_and_counters(tmp_path: Path, unit_s: float, comma: bool) -> None:
    start = 0.9 * 2**32 * unit_s
    time = start + np.arange(200) / 62.5
    for k, first in enumerate((0, 2, 1)):  # counters all begin at 0
        export(tmp_path, f"0000000{k}", time[first:], header_hz=100.0, unit_s=unit_s, comma=comma)
    recording = xsens.read(tmp_path)
    assert recording.rate_hz == pytest.approx(62.5, rel=1e-3)
    np.testing.assert_allclose(recording.acc[:, 1, 0], recording.acc[:, 0, 0])
    np.testing.assert_allclose(recording.acc[:, 2, 0], recording.acc[:, 0, 0])
    rate, late = recording.findings
    assert rate.sentence == "the header says 100 Hz, SampleTimeFine says 62.5 Hz; SampleTimeFine is used"
    assert (late.cause, late.sensors) == (Cause.LATE, ("00000001", "00000002"))


def test_sensors_of_unlike_rates_are_joined_by_sample_times(tmp_path: Path) -> None:
    export(tmp_path, "00000000", 3.0 + np.arange(200) / 100.0, header_hz=100.0, unit_s=1e-4)
    export(tmp_path, "00000001", 3.0 + np.arange(100) / 50.0, header_hz=50.0, unit_s=1e-4)
    export(tmp_path, "00000002", 3.0 + np.arange(200) / 100.0, header_hz=100.0, unit_s=1e-4)
    recording = xsens.read(tmp_path)
    assert recording.rate_hz == pytest.approx(100)
    np.testing.assert_allclose(recording.acc[:, 1, 0], recording.acc[:, 0, 0], atol=1e-5)
    assert [(f.cause, f.sensors) for f in recording.findings] == [(Cause.SENSOR_RATE, ("00000001",))]
