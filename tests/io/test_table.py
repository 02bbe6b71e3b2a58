"""Generic tables: column maps, units, axes, time, damage."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinertia.io import table
from kinertia.io.columns import ColumnMap, SensorColumns, read_map
from kinertia.recording import Cause, Frame
from kinertia.recording.errors import RecordingError

SIGNALS = ("ax", "ay", "az", "gx", "gy", "gz")
MAP = """
time = "t"
time_unit = "ms"
acc_unit = "g"
gyro_unit = "deg/s"
frame = "segment"
[subject]
mass_kg = 64
height_m = 1.69
[[sensors]]
segment = "tibia_r"
acc = ["ax", "ay", "az"]
gyro = ["gx", "gy", "gz"]
axes = ["+z", "+x", "+y"]
position_m = [0.0, -0.2, 0.05]
"""


def write_csv(path: Path, samples: int = 30, separator: str = ",") -> np.ndarray:
    values = np.random.default_rng(1).normal(size=(samples, 6)).round(5)
    rows = [separator.join([f"{10 * i}", *(f"{v:.5f}" for v in row)]) for i, row in enumerate(values)]
    path.write_text("\n".join([separator.join(["t", *SIGNALS]), *rows]) + "\n")
    return values


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_map_turns_units_and_axes(tmp_path: Path, separator: str) -> None:
    values = write_csv(tmp_path / "run.csv", separator=separator)
    (tmp_path / "columns.toml").write_text(MAP)
    recording = table.read(tmp_path / "run.csv")
    np.testing.assert_allclose(recording.acc[:, 0], values[:, [2, 0, 1]] * 9.80665)
    np.testing.assert_allclose(recording.gyro[:, 0], np.deg2rad(values[:, [5, 3, 4]]))
    assert recording.rate_hz == pytest.approx(100)
    assert recording.frame is Frame.SEGMENT
    assert recording.subject.mass_kg == 64
    assert recording.sensors[0].position_m == (0.0, -0.2, 0.05)
    assert recording.warnings == ()


def test_parquet_and_csv_agree(tmp_path: Path) -> None:
    write_csv(tmp_path / "run.csv")
    (tmp_path / "columns.toml").write_text(MAP)
    pl.read_csv(tmp_path / "run.csv").write_parquet(tmp_path / "run.parquet")
    text, binary = table.read(tmp_path / "run.csv"), table.read(tmp_path / "run.parquet")
    np.testing.assert_array_equal(text.acc, binary.acc)
    np.testing.assert_array_equal(text.gyro, binary.gyro)


def test_columns_that_name_themselves(tmp_path: Path) -> None:
    names = ["time [s]"]
    for segment in ("tibia_l", "pelvis"):
        names += [f"acc.{segment}.{a} [g]" for a in "xyz"] + [f"gyro.{segment}.{a} [rad/s]" for a in "xyz"]
    rows = np.column_stack([np.arange(20) / 50, np.ones((20, 12))])
    path = tmp_path / "walk.csv"
    np.savetxt(path, rows, delimiter=",", header=",".join(names), comments="")
    path.with_suffix(".json").write_text('{"mass_kg": 70, "height_m": 1.8, "sensor_position_m": {"pelvis": [0, 0.1, 0]}}')
    recording = table.read(path)
    assert [s.segment for s in recording.sensors] == ["pelvis", "tibia_l"]
    assert recording.sensors[0].position_m == (0.0, 0.1, 0.0)
    np.testing.assert_allclose(recording.acc, 9.80665)
    np.testing.assert_allclose(recording.gyro, 1.0)
    assert recording.rate_hz == pytest.approx(50)


@given(
    offset=st.floats(-1000, 1000),
    rate=st.floats(20, 500),
    jitter=st.floats(0, 0.2),
    seed=st.integers(0, 1000),
)
@settings(max_examples=30, deadline=None)
def test_jittered_time_stamps(
    tmp_path_factory: pytest.TempPathFactory, offset: float, rate: float, jitter: float, seed: int
) -> None:
    path = tmp_path_factory.mktemp("jitter") / "a.csv"
    rng = np.random.default_rng(seed)
    time = (np.arange(200) + rng.uniform(-jitter, jitter, 200)) / rate
    wave = np.sin(2 * np.pi * time * rate / 50)
    frame = {"t": time + offset} | dict.fromkeys(SIGNALS, wave)
    pl.DataFrame(frame).write_csv(path)
    entry = SensorColumns("foot_r", ("ax", "ay", "az"), ("gx", "gy", "gz"))
    recording = table.read(path, columns=ColumnMap([entry], time="t", acc_unit="m/s^2", gyro_unit="rad/s"))
    assert recording.rate_hz == pytest.approx(rate, rel=0.01)
    expected = np.sin(2 * np.pi * (time[0] + recording.time_s) * rate / 50)
    inner = np.isfinite(recording.acc[:, 0, 0])
    assert inner.sum() >= 195
    np.testing.assert_allclose(recording.acc[inner, 0, 0], expected[inner], atol=0.02)


def test_missing_rows_become_gaps(tmp_path: Path) -> None:
    write_csv(tmp_path / "run.csv", 50)
    lines = (tmp_path / "run.csv").read_text().splitlines()
    (tmp_path / "run.csv").write_text("\n".join(lines[:21] + lines[26:]))
    (tmp_path / "columns.toml").write_text(MAP)
    recording = table.read(tmp_path / "run.csv")
    assert recording.samples == 50
    assert np.flatnonzero(np.isnan(recording.acc[:, 0, 0])).tolist() == [20, 21, 22, 23, 24]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('axes = ["+z", "+x", "+y"]', 'axes = ["+z", "+x", "-y"]', "no rotation"),
        ('axes = ["+z", "+x", "+y"]', 'axes = ["+z", "+z", "+y"]', "no rotation"),
        ('axes = ["+z", "+x", "+y"]', 'axes = ["up", "+x", "+y"]', "not understood"),
        ('acc_unit = "g"', 'acc_unit = "deg/s"', "one of m/s^2"),
        ('acc_unit = "g"', "", "unit of acc is not stated"),
        ('time = "t"', 'time = "clock"', "'clock' is missing"),
        ('time = "t"', "", "neither a time column nor a rate"),
        ('"ay"', '"a_y"', "'a_y' is missing"),
        ("mass_kg = 64", "mass_kg = 6400", "10..300 kg"),
        ("frame =", "frames =", "frames"),
        ("frame =", "frame = =", "cannot be parsed"),
    ],
)
def test_faulty_maps_are_explained(tmp_path: Path, old: str, new: str, said: str) -> None:
    write_csv(tmp_path / "run.csv")
    (tmp_path / "columns.toml").write_text(MAP.replace(old, new))
    with pytest.raises(RecordingError, match="Fix: ") as error:
        table.read(tmp_path / "run.csv")
    assert said in str(error.value)


def test_raw_integers_with_their_ranges(tmp_path: Path) -> None:
    counts = np.random.default_rng(2).integers(-3000, 3000, (30, 6))
    rows = [",".join(map(str, [10 * i, *row])) for i, row in enumerate(counts.tolist())]
    (tmp_path / "run.csv").write_text("\n".join([",".join(["t", *SIGNALS]), *rows]) + "\n")
    ranges = "counts = {full_scale = 32768, acc_g = 16, gyro_dps = [2000]}\n"
    (tmp_path / "columns.toml").write_text(ranges + MAP.replace('acc_unit = "g"', "").replace('gyro_unit = "deg/s"', ""))
    recording = table.read(tmp_path / "run.csv")
    np.testing.assert_allclose(recording.acc[:, 0], counts[:, [2, 0, 1]] * 16 * 9.80665 / 32768)
    np.testing.assert_allclose(recording.gyro[:, 0], np.deg2rad(counts[:, [5, 3, 4]] * 2000 / 32768))


def test_table_without_a_map_says_what_to_write(tmp_path: Path) -> None:
    write_csv(tmp_path / "run.csv")
    with pytest.raises(RecordingError, match=r"run\.columns\.toml"):
        table.read(tmp_path / "run.csv")


def test_a_repeated_stamp_is_spread_not_deleted(tmp_path: Path) -> None:
    values = write_csv(tmp_path / "run.csv")
    (tmp_path / "columns.toml").write_text(MAP)
    path = tmp_path / "run.csv"
    path.write_text(path.read_text().replace("\n70,", "\n60,"))
    recording = table.read(path)
    np.testing.assert_allclose(recording.acc[:, 0], values[:, [2, 0, 1]] * 9.80665)
    assert recording.findings[0].cause is Cause.TIME_STAMPS


@given(garbage=st.binary(max_size=300), suffix=st.sampled_from([".csv", ".parquet"]))
@settings(max_examples=60, deadline=None)
def test_garbage_is_refused(tmp_path_factory: pytest.TempPathFactory, garbage: bytes, suffix: str) -> None:
    folder = tmp_path_factory.mktemp("garbage")
    (folder / f"a{suffix}").write_bytes(garbage)
    (folder / "columns.toml").write_text(MAP)
    with pytest.raises(RecordingError):
        table.read(folder / f"a{suffix}")
    write_csv(folder / "b.csv")
    (folder / "b.columns.toml").write_bytes(garbage)
    with pytest.raises(RecordingError):
        table.read(folder / "b.csv")


def test_maps_survive_being_written(tmp_path: Path) -> None:
    (tmp_path / "columns.toml").write_text(MAP)
    columns = read_map(tmp_path / "columns.toml")
    (tmp_path / "columns.json").write_bytes(msgspec.json.encode(columns))
    assert read_map(tmp_path / "columns.json") == columns
