"""Averaged gait cycles: the shared recordings, missing facts, damaged files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinertia.io import cycles
from kinertia.recording import LOWER_BODY, Frame, Recording
from kinertia.recording.errors import RecordingError

COLUMNS = ["acc.tibia_r", "gyro.tibia_r", "acc.pelvis", "gyro.pelvis"]


def write_cycle(folder: Path, *, samples: int = 20, end_row: bool = False, **facts: object) -> Path:
    """A small cycle of two sensors; sensor columns out of order on purpose."""
    rng = np.random.default_rng(0)
    names = ["cycle_percent", "angle.knee_angle_r [rad]", "GRF.GRF_y_r [BW]"]
    for column in COLUMNS:
        unit = "m/s^2" if column.startswith("acc") else "rad/s"
        for axis in "xyz":
            names += [f"{column}.{axis} [{unit}]", f"{column}.{axis} var [{unit}]"]
    rows = rng.normal(size=(samples + end_row, len(names)))
    rows[:, 0] = np.arange(samples + end_row) * 100 / samples
    path = folder / "A_walk.csv"
    path.write_text("\n".join([",".join(names), *(",".join(f"{v:.6f}" for v in row) for row in rows)]) + "\n")
    known = {"mass_kg": 70.0, "height_m": 1.7, "dur_mean": 1.1, "speed_mean": 1.3, "sensor_position_m": {"pelvis": [0, 0.1, 0]}}
    path.with_suffix(".json").write_text(json.dumps({k: v for k, v in (known | facts).items() if v != "absent"}))
    return path


def signals(recording: Recording) -> list[np.ndarray]:
    found = [recording.acc, recording.gyro, recording.acc_var, recording.gyro_var]
    return [a for a in found if a is not None]


@pytest.mark.data
def test_shared_cycles(shared_data: Path) -> None:
    running, walking = cycles.read_folder(shared_data / "imu_cycles_biomac")
    assert (running.name, walking.name) == ("P01_normrunning", "P01_normwalking")
    for recording in (running, walking):
        assert recording.samples == 100
        assert recording.periodic
        assert recording.frame is Frame.SEGMENT
        assert tuple(s.segment for s in recording.sensors) == LOWER_BODY.segments
        assert recording.subject.mass_kg == 73.0
        assert recording.subject.height_m == 1.73
        assert recording.subject.assumed == ()
        assert recording.truth is not None
        assert recording.truth.angles["knee_angle_r"].min() < -0.9  # flexion is negative
        assert set(recording.truth.grf) == {"grf_x_r", "grf_y_r"}
        # y points up along the segment: over a cycle the mean specific force of the pelvis is gravity
        np.testing.assert_allclose(recording.acc[:, 0].mean(axis=0)[1], 9.81, atol=0.4)
        # gyroscope z integrates to zero over one cycle of a sagittal model
        assert np.abs(recording.gyro[:, :, 2].mean(axis=0)).max() < 0.2
    assert walking.duration_s == pytest.approx(1.2135)
    assert walking.truth is not None
    assert walking.truth.speed == pytest.approx(1.2919, abs=1e-4)
    assert 1.0 < walking.truth.grf["grf_y_r"].max() < 1.3
    assert walking.sensors[1].position_m == (0.0, -0.21, 0.07)


def test_stem_json_and_csv_name_the_same_recording(tmp_path: Path) -> None:
    path = write_cycle(tmp_path)
    for name in (path, path.with_suffix(".json"), path.with_suffix("")):
        assert cycles.read(name).source == str(path)


def test_sensors_come_in_segment_order(tmp_path: Path) -> None:
    recording = cycles.read(write_cycle(tmp_path))
    assert [s.segment for s in recording.sensors] == ["pelvis", "tibia_r"]
    assert recording.sensors[0].position_m == (0.0, 0.1, 0.0)
    assert recording.sensors[1].position_m is None
    assert recording.sensor_index("foot_l") is None


def test_repeated_end_sample_is_dropped(tmp_path: Path) -> None:
    recording = cycles.read(write_cycle(tmp_path, samples=20, end_row=True))
    assert recording.samples == 20
    assert recording.duration_s == pytest.approx(1.1)


@pytest.mark.parametrize("value", ["absent", None, float("nan")])
def test_missing_mass_and_height_fall_back(tmp_path: Path, value: object) -> None:
    recording = cycles.read(write_cycle(tmp_path, mass_kg=value, height_m=value))
    assert (recording.subject.mass_kg, recording.subject.height_m) == (75.0, 1.8)
    assert recording.subject.assumed == ("mass_kg", "height_m")
    assert any("75 kg" in w for w in recording.warnings)
    assert any("1.80 m" in w for w in recording.warnings)


@pytest.mark.parametrize("missing", ["", "NaN", "nan"])
def test_truth_may_be_missing_and_does_not_reach_the_signals(tmp_path: Path, missing: str) -> None:
    path = write_cycle(tmp_path)
    before = cycles.read(path)
    header, *rows = path.read_text().splitlines()
    rows = [",".join([r.split(",")[0], missing, missing, *r.split(",")[3:]]) for r in rows]
    path.write_text("\n".join([header, *rows]))
    facts = json.loads(path.with_suffix(".json").read_text()) | {"speed_mean": float("nan"), "events": float("nan")}
    path.with_suffix(".json").write_text(json.dumps(facts))
    after = cycles.read(path)
    assert before.truth is not None
    assert after.truth is None
    assert after.warnings == before.warnings
    for a, b in zip(signals(before), signals(after), strict=True):
        np.testing.assert_array_equal(a, b)


def test_missing_signal_stays_missing_and_is_reported(tmp_path: Path) -> None:
    path = write_cycle(tmp_path)
    lines = path.read_text().splitlines()
    cells = lines[4].split(",")
    cells[lines[0].split(",").index("acc.tibia_r.y [m/s^2]")] = ""
    lines[4] = ",".join(cells)
    path.write_text("\n".join(lines))
    recording = cycles.read(path)
    assert np.argwhere(np.isnan(recording.acc)).tolist() == [[3, 1, 1]]
    assert any("tibia_r" in w and "sample 3" in w for w in recording.warnings)


def test_foreign_units_are_converted(tmp_path: Path) -> None:
    path = write_cycle(tmp_path)
    before = cycles.read(path)
    path.write_text(path.read_text().replace("[rad/s]", "[deg/s]"))
    after = cycles.read(path)
    np.testing.assert_allclose(after.gyro, np.deg2rad(before.gyro))
    assert before.gyro_var is not None
    assert after.gyro_var is not None
    np.testing.assert_allclose(after.gyro_var, before.gyro_var * np.deg2rad(1) ** 2)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("cycle_percent", "percent_", "acc"),
        ("acc.tibia_r.y [m/s^2]", "other", "acc.tibia_r.y"),
        ("[rad/s]", "[furlong]", "furlong"),
        ("acc.pelvis.x [m/s^2]", "gyro.pelvis.x [rad/s]", "twice"),
    ],
)
def test_bad_headers(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = write_cycle(tmp_path)
    path.write_text(path.read_text().replace(old, new))
    if old == "cycle_percent":  # without the time column the rows are taken as one whole cycle
        assert cycles.read(path).samples == 20
        return
    with pytest.raises(RecordingError, match=r"A_walk\.csv.*Fix: ") as error:
        cycles.read(path)
    assert said in str(error.value)


def test_bad_cell_is_named(tmp_path: Path) -> None:
    path = write_cycle(tmp_path)
    lines = path.read_text().splitlines()
    cells = lines[6].split(",")
    cells[lines[0].split(",").index("gyro.pelvis.z [rad/s]")] = "1,5".replace(",", ";")
    lines[6] = ",".join(cells)
    path.write_text("\n".join(lines))
    with pytest.raises(RecordingError) as error:
        cycles.read(path)
    assert error.value.sample == 5
    assert "gyro.pelvis.z" in str(error.value)
    assert "line 7" in str(error.value)


@given(cut=st.integers(min_value=0, max_value=4000))
@settings(max_examples=60, deadline=None)
def test_truncated_cycle_never_reads(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    path = write_cycle(tmp_path_factory.mktemp("cut"))
    data = path.read_bytes()
    end = data.rstrip().rfind(b",")  # a cut inside the last number leaves a complete table
    path.write_bytes(data[: min(cut, end)])
    with pytest.raises(RecordingError):
        cycles.read(path)


@given(garbage=st.binary(max_size=400))
@settings(max_examples=60, deadline=None)
def test_garbage_is_refused(tmp_path_factory: pytest.TempPathFactory, garbage: bytes) -> None:
    path = write_cycle(tmp_path_factory.mktemp("garbage"))
    path.write_bytes(garbage)
    with pytest.raises(RecordingError):
        cycles.read(path)
    path = write_cycle(tmp_path_factory.mktemp("garbage"))
    path.with_suffix(".json").write_bytes(garbage)
    with pytest.raises(RecordingError):
        cycles.read(path)


def test_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="holds no gait cycles"):
        cycles.read_folder(tmp_path)
    with pytest.raises(RecordingError, match="holds no gait cycles"):
        cycles.read_folder(tmp_path / "absent")


@pytest.mark.data
def test_shared_cycle_without_any_truth_gives_the_same_signals(shared_data: Path, tmp_path: Path) -> None:
    source = shared_data / "imu_cycles_biomac" / "P01_normrunning.csv"
    before = cycles.read(source)
    header, *rows = source.read_text().splitlines()
    truth = [name.startswith(("angle.", "moment.", "GRF.")) for name in header.split(",")]
    blank = [",".join("NaN" if t else c for c, t in zip(row.split(","), truth, strict=True)) for row in rows]
    path = tmp_path / source.name
    path.write_text("\n".join([header, *blank]))
    facts = json.loads(source.with_suffix(".json").read_text())
    facts |= {"speed_mean": float("nan"), "speed_var": float("nan"), "events": {"R_HS": [float("nan")], "L_HS": float("nan")}}
    path.with_suffix(".json").write_text(json.dumps(facts))
    after = cycles.read(path)
    assert after.truth is None
    assert (after.rate_hz, after.sensors, after.subject) == (before.rate_hz, before.sensors, before.subject)
    for a, b in zip(signals(before), signals(after), strict=True):
        np.testing.assert_array_equal(a, b)
