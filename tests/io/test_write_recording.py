"""Recordings written as self-explaining tables are read back as they were."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from kinertia.io import write_recording
from kinertia.io.read import read
from kinertia.recording import LOWER_BODY, Frame, Recording, RecordingError, Sensor, SensorPose, Subject, Truth


def _recording(*, periodic: bool) -> Recording:
    rng = np.random.default_rng(0)
    samples = 50
    acc, gyro = rng.normal(size=(2, samples, 2, 3))
    return Recording(
        name="walk",
        rate_hz=80.0,
        sensors=(Sensor("tibia_r", "tibia_r", (0.02, -0.2, 0.05), 0.1), Sensor("foot_r", "foot_r")),
        acc=acc,
        gyro=gyro,
        subject=Subject(70.0, 1.75, "female"),
        periodic=periodic,
        truth=Truth(
            {"knee_angle_r": rng.normal(size=samples)},
            {"knee_angle_l": rng.normal(size=samples)},
            {"grf_y_r": rng.uniform(size=samples)},
            1.3,
            "invented",
            contact={"r": (rng.uniform(size=samples) > 0.5).astype(float)},
            speed_curve=rng.uniform(size=samples),
            poses={"tibia_r": SensorPose((0.03, -0.22, 0.05), (np.cos(0.1), 0.0, 0.0, np.sin(0.1)))},
            slope_rad=-0.05,
            muscle_forces={"soleus_r": 900.0 * rng.uniform(size=samples)},
            muscle_activations={"soleus_r": rng.uniform(size=samples)},
        ),
    )


def _assert_same(found: Recording, original: Recording) -> None:
    for name in ("name", "periodic", "subject", "sensors", "frame"):
        assert getattr(found, name) == getattr(original, name), name
    assert found.rate_hz == pytest.approx(original.rate_hz, rel=1e-12)
    np.testing.assert_array_equal(found.acc, original.acc)
    np.testing.assert_array_equal(found.gyro, original.gyro)
    if original.truth is None:
        assert found.truth is None
        return
    assert found.truth is not None
    for name in ("speed", "note", "poses", "slope_rad"):
        assert getattr(found.truth, name) == getattr(original.truth, name), name
    for name in ("angles", "moments", "grf", "contact", "muscle_forces", "muscle_activations"):
        curves, expected = getattr(found.truth, name), getattr(original.truth, name)
        assert set(curves) == set(expected)
        for key, curve in expected.items():
            np.testing.assert_array_equal(curves[key], curve)
    if original.truth.speed_curve is None:
        assert found.truth.speed_curve is None
    else:
        assert found.truth.speed_curve is not None
        np.testing.assert_array_equal(found.truth.speed_curve, original.truth.speed_curve)


@pytest.mark.parametrize(("periodic", "ending"), [(True, "csv"), (False, "csv"), (False, "parquet")])
def test_round_trip(tmp_path: Path, periodic: bool, ending: str) -> None:
    original = _recording(periodic=periodic)
    found = read(write_recording.write(tmp_path / f"walk.{ending}", original))
    assert not found.warnings
    _assert_same(found, original)
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(["walk.json", f"walk.{ending}"])


_NUMBERS = st.floats(-1e3, 1e3, allow_subnormal=False)
_ANGLES = st.floats(-3.0, 3.0)


@st.composite
def _recordings(draw: st.DrawFn) -> Recording:
    samples = draw(st.integers(2, 40))
    segments = draw(
        st.lists(st.sampled_from(LOWER_BODY.segments), min_size=1, unique=True).map(
            lambda s: sorted(s, key=LOWER_BODY.segments.index)
        )
    )
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))

    def curves(names: list[str]) -> dict[str, np.ndarray]:
        result = {}
        for name in draw(st.lists(st.sampled_from(names), unique=True)):
            curve = rng.normal(size=samples) * 10.0 ** draw(st.integers(-6, 6))
            curve[draw(st.integers(1, samples)) :] = np.nan
            result[name] = curve
        return result

    joints = [f"{joint}_{side}" for joint in ("hip_flexion", "knee_angle", "ankle_angle") for side in "rl"]
    place = st.tuples(_NUMBERS, _NUMBERS, _NUMBERS)
    poses = {}
    for segment in draw(st.lists(st.sampled_from(segments), unique=True)):
        turn = Rotation.from_rotvec(draw(st.tuples(_ANGLES, _ANGLES, _ANGLES)))
        w, x, y, z = (float(v) for v in turn.as_quat(scalar_first=True))
        poses[segment] = SensorPose(draw(place), (w, x, y, z))
    speed_curve = draw(st.none() | st.just(rng.normal(size=samples)))
    mean = None if speed_curve is None else float(speed_curve.mean())
    truth = Truth(
        curves(joints),
        curves(joints),
        curves(["grf_x_r", "grf_y_r", "grf_x_l", "grf_y_l"]),
        draw(st.floats(0.1, 5.0)) if mean is None else mean,
        draw(st.text(st.characters(codec="utf-8"))),
        contact={side: np.floor(rng.uniform(0, 2, samples)) for side in draw(st.lists(st.sampled_from("rl"), unique=True))},
        speed_curve=speed_curve,
        poses=poses,
        slope_rad=draw(st.none() | _ANGLES),
    )
    near = st.tuples(*[st.floats(-0.25, 0.25)] * 3)
    sensors = tuple(Sensor(s, s, draw(st.none() | near), draw(st.none() | st.floats(0, 1))) for s in segments)
    acc, gyro = rng.normal(size=(2, samples, len(segments), 3))
    acc[rng.uniform(size=acc.shape) < 0.1] = np.nan
    acc[0], gyro[0] = 0.0, 0.0
    return Recording(
        "walk",
        draw(st.floats(20.0, 2000.0)),
        sensors,
        acc,
        gyro,
        Subject(draw(st.floats(45, 85)), draw(st.floats(1.5, 2.0))),
        truth=draw(st.just(truth) | st.none()),
    )


@given(_recordings(), st.sampled_from(["csv", "parquet"]))
@settings(max_examples=60, deadline=None)
def test_any_continuous_recording_is_read_back(original: Recording, ending: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _assert_same(read(write_recording.write(Path(folder) / f"walk.{ending}", original)), original)


def test_single_precision_halves_the_size_and_keeps_the_time(tmp_path: Path) -> None:
    original = _recording(periodic=False)
    rng = np.random.default_rng(0)
    long = replace(
        original, acc=rng.normal(size=(3000, 2, 3)), gyro=rng.normal(size=(3000, 2, 3)), truth=None, sensors=original.sensors
    )
    double = write_recording.write(tmp_path / "double.parquet", long)
    single = write_recording.write(tmp_path / "single.parquet", long, single_precision=True)
    assert single.stat().st_size < 0.65 * double.stat().st_size
    found = read(single)
    np.testing.assert_allclose(found.acc, long.acc, rtol=1e-7)
    assert found.rate_hz == long.rate_hz


def test_jittering_time_stamps_move_the_truth_as_they_move_the_signals(tmp_path: Path) -> None:
    path = tmp_path / "walk.csv"
    time = np.arange(200) / 100 + 0.002 * np.sin(np.arange(200))
    wave, contact = np.sin(2 * np.pi * time), (time % 1 < 0.5).astype(int)
    rows = [f"{t},{w},{w},{w},{w},{c}" for t, w, c in zip(time, wave, contact, strict=True)]
    names = "time [s],acc.foot_r.x [m/s^2],acc.foot_r.y [m/s^2],acc.foot_r.z [m/s^2],angle.ankle_angle_r [rad],contact.r [0/1]"
    path.write_text("\n".join([names, *rows]) + "\n")
    found = read(path)
    assert found.truth is not None
    np.testing.assert_allclose(found.truth.angles["ankle_angle_r"], found.acc[:, 0, 0])
    assert set(np.unique(found.truth.contact["r"])) == {0.0, 1.0}


@pytest.mark.parametrize(
    ("cell", "facts", "said"),
    [
        ("0.5", {}, "contact is 0.5"),
        ("1", {"truth": 3}, "'truth' must map"),
        ("1", {"truth": {"sensors": []}}, "must map segments"),
        ("1", {"truth": {"sensors": {"foot_r": {}}}}, "true position"),
        ("1", {"truth": {"sensors": {"foot_r": {"position_m": [0, 0, 0], "orientation": [1, 1, 0, 0]}}}}, "unit quaternion"),
    ],
)
def test_damaged_truth_is_refused(tmp_path: Path, cell: str, facts: dict, said: str) -> None:
    path = write_recording.write(tmp_path / "walk.csv", _recording(periodic=False))
    about = json.loads(path.with_suffix(".json").read_text())
    path.with_suffix(".json").write_text(json.dumps(about | facts))
    names, first, *rest = path.read_text().splitlines()
    cells = first.split(",")
    cells[names.split(",").index("contact.r [0/1]")] = cell
    path.write_text("\n".join([names, ",".join(cells), *rest]) + "\n")
    with pytest.raises(RecordingError, match=said):
        read(path)


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_recording.write(tmp_path / "walk.parquet", _recording(periodic=False))
    before = path.read_bytes()

    def full(*_: object, **__: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(pl.DataFrame, "write_parquet", full)
    with pytest.raises(OSError, match="disk full"):
        write_recording.write(path, _recording(periodic=False))
    assert path.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["walk.json", "walk.parquet"]


def test_mounting_angle_is_the_turn_about_z() -> None:
    turn = Rotation.from_euler("z", 12.0, degrees=True).as_quat(scalar_first=True)
    w, x, y, z = (float(v) for v in turn)
    assert SensorPose((0.0, 0.0, 0.0), (w, x, y, z)).angle_rad == pytest.approx(np.radians(12.0))


def test_assumed_quantities_are_not_written(tmp_path: Path) -> None:
    original = replace(_recording(periodic=False), subject=Subject(assumed=("mass_kg", "height_m")))
    assert set(read(write_recording.write(tmp_path / "walk.csv", original)).subject.assumed) == {"mass_kg", "height_m"}


def test_what_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"written as \.parquet or \.csv"):
        write_recording.write(tmp_path / "walk.txt", _recording(periodic=False))
    with pytest.raises(ValueError, match="align it"):
        write_recording.write(tmp_path / "walk.csv", replace(_recording(periodic=False), frame=Frame.SENSOR))
    with pytest.raises(ValueError, match=r"cycle is written as \.csv"):
        write_recording.write(tmp_path / "walk.parquet", _recording(periodic=True))
