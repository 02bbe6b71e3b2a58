"""HuGaDB: scales, both header spellings, gyroscope ranges, clipping, damage."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kinertia.io.read import read
from kinertia.recording import Frame
from kinertia.recording.errors import RecordingError

PREFIXES = ("RF", "RS", "RT", "LF", "LS", "LT")
ROWS_ABOVE = 4
"""Lines above the samples."""


def write_file(folder: Path, counts: np.ndarray, *, old_spelling: bool = False) -> Path:
    """(T, 36) integers: per sensor acc x y z, gyro x y z."""
    names = []
    for prefix in PREFIXES:
        for kind in ("acc", "gyro"):
            names += [f"{kind}_{prefix.lower()}_{a}" if old_spelling else f"{prefix}_{kind}_{a}" for a in "xyz"]
    names += ["EMG_r", "EMG_l", "act"] if old_spelling else ["R_EMG", "L_EMG", "act"]
    rows = ["\t".join(map(str, [*row, 120, 121, 1])) for row in counts.tolist()]
    path = folder / "HuGaDB_v1_walking_99_00.txt"
    path.write_text("\n".join(["#Activity\twalking ", "#ActivityID\t1 ", "#Date 01-01", "\t".join(names), *rows]) + "\n")
    return path


@pytest.mark.data
def test_all_shared_files(shared_data: Path) -> None:
    rows, at_limit, values, narrow = 0, 0, 0, 0
    for path in sorted((shared_data / "imu_hugadb").glob("*.txt")):
        recording = read(path)
        rows += recording.samples
        at_limit += int((np.abs(recording.acc) >= 2 * 9.80665 * 32766.5 / 32768).sum())
        values += recording.acc.size
        narrow += sum(w.count(",") for w in recording.warnings if "250 deg/s assumed" in w)
        assert [s.segment for s in recording.sensors] == ["femur_r", "tibia_r", "foot_r", "femur_l", "tibia_l", "foot_l"]
        assert recording.frame is Frame.SENSOR
        assert recording.rate_hz == 58.8
        assert any("58.8 Hz assumed" in w for w in recording.warnings)
        # with the right range both legs turn at the rates of walking
        median = np.median(np.linalg.norm(recording.gyro, axis=2), axis=0)
        assert ((median > 1) & (median < 5)).all(), (path.name, median)
    assert rows == 90_514
    assert 100 * at_limit / values == pytest.approx(4, abs=0.5)
    assert narrow > 50  # of 108 gyroscopes


@pytest.mark.data
def test_both_legs_agree_once_the_range_is_known(shared_data: Path) -> None:
    # the right leg's gyroscopes ran at 250 deg/s, the left leg's at 2000
    recording = read(shared_data / "imu_hugadb" / "HuGaDB_v1_walking_03_00.txt")
    rate = np.median(np.linalg.norm(recording.gyro, axis=2), axis=0)
    np.testing.assert_allclose(rate[:3] / rate[3:], 1, atol=0.3)
    # read at 2000 deg/s, a thigh would turn by 15 rad/s half of the time
    assert 8.0 * np.median(np.linalg.norm(recording.gyro[:, 0], axis=1)) > 15


@pytest.mark.parametrize("old_spelling", [False, True])
def test_scales_and_spellings(tmp_path: Path, old_spelling: bool) -> None:
    counts = np.zeros((5, 36), dtype=int)
    counts[:, 0] = 16384  # right foot, acc x
    counts[:, 4] = -2048  # right foot, gyro y
    recording = read(write_file(tmp_path, counts, old_spelling=old_spelling), rate_hz=60)
    foot = recording.sensor_index("foot_r")
    np.testing.assert_allclose(recording.acc[:, foot], [[9.80665, 0, 0]] * 5)
    np.testing.assert_allclose(recording.gyro[:, foot], [[0, -np.deg2rad(125), 0]] * 5)
    assert recording.rate_hz == 60
    assert not any("Hz assumed" in w for w in recording.warnings)


@pytest.mark.parametrize("value", [40000, "x", "1.5"])
def test_values_that_are_no_16_bit_integers(tmp_path: Path, value: object) -> None:
    path = write_file(tmp_path, np.full((4, 36), 7))
    lines = path.read_text().splitlines()
    cells = lines[6].split("\t")
    cells[7] = str(value)
    path.write_text("\n".join([*lines[:6], "\t".join(cells), *lines[7:]]))
    with pytest.raises(RecordingError, match="line 7") as error:
        read(path)
    assert error.value.sensor == "RS_acc_y"
    assert error.value.sample == 2


@given(cut=st.integers(0, 1500))
@settings(max_examples=30, deadline=None)
def test_truncated_files_are_refused(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    path = write_file(tmp_path_factory.mktemp("cut"), np.full((6, 36), 1234))
    data = path.read_bytes().rstrip()
    kept = data[: -1 - cut % (len(data) - 1)]
    assume(kept.splitlines()[-1].count(b"\t") < 38 or not kept.endswith(b"\t"))  # only the activity is missing: either will do
    path.write_bytes(kept)
    if len(kept.splitlines()) <= ROWS_ABOVE + 3:  # too few rows to be told from a preamble
        with pytest.raises(RecordingError):
            read(path)
    elif kept.splitlines()[-1].count(b"\t") == 38 and kept.rstrip().endswith(b"\t1"):  # cut between rows: shorter, yet valid
        assert read(path).samples < 6
    else:
        with pytest.raises(RecordingError):
            read(path)


def test_a_placement_says_where_sensors_sit_after_all(tmp_path: Path) -> None:
    path = write_file(tmp_path, np.arange(36 * 60).reshape(60, 36) % 900)
    whole, moved = read(path), read(path, placement={"LT": "femur_r", "RT": "femur_l"})
    assert [(sensor.name, sensor.segment) for sensor in moved.sensors] == [("LT", "femur_r"), ("RT", "femur_l")]
    index = [[sensor.name for sensor in whole.sensors].index(name) for name in ("LT", "RT")]
    np.testing.assert_array_equal(moved.acc, whole.acc[:, index])
    with pytest.raises(RecordingError, match=r"none of the sensors of the table\. Fix: name them as the columns do: RF"):
        read(path, placement={"A1": "pelvis"})
