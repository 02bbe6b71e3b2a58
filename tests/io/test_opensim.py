"""OpenSim storage files: the conventions of the shared motions, header variants, damage."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments import motion_capture
from kinertia.io import force_plates, opensim
from kinertia.io.read import read as read_recording
from kinertia.recording import Array
from kinertia.recording.errors import RecordingError

Curves = dict[str, Array]


def write_storage(path: Path, columns: dict[str, np.ndarray], header: str = "inDegrees=no") -> Path:
    rows = np.column_stack(list(columns.values()))
    lines = ["\t".join(f"{v:.10g}" for v in row) for row in rows]
    path.write_text("\n".join(["motion", "version=1", header, "endheader", "\t".join(columns), *lines]) + "\n")
    return path


def walk(samples: int = 60, sign: float = -1.0) -> dict[str, np.ndarray]:
    time = np.arange(samples) / 100
    knee = sign * (0.5 + 0.5 * np.sin(6 * time))
    return {"time": time, "pelvis_tx": 1.2 * time, "hip_flexion_r": 0.3 * np.cos(6 * time), "knee_angle_r": knee}


def trial(folder: Path, motion: str, forces: str, plates: dict[str, str] | None = None) -> tuple[Curves, Curves]:
    """Coordinates, and vertical force under each foot at their times."""
    table, loads = opensim.read(folder / motion), opensim.read(folder / forces)
    sides, _ = force_plates.feet(loads, plates)
    pressed = {side: motion_capture.on_grid(loads.time_s, parts["vy"], table.time_s) for side, parts in sides.items()}
    return opensim.coordinates(table)[0], pressed


@pytest.mark.data
@pytest.mark.parametrize("person", ["subject01", "subject02", "subject04"])
def test_walking_arnold(shared_data: Path, person: str) -> None:
    folder = shared_data / "walking_arnold" / person
    weight = 9.81 * json.loads((folder / "_subject.json").read_text())["massKg"]
    angles, pressed = trial(folder, "coordinates.sto", "grf.mot")
    moments = opensim.moments(opensim.read(folder / "id.sto"), knee_flexion="positive")
    for side in "rl":
        knee = np.rad2deg(angles[f"knee_angle_{side}"])
        assert -80 < knee.min() < -55  # positive in the file
        assert knee.max() < 5
        assert moments[f"ankle_angle_{side}"].min() < -80  # plantarflexion pushes off
        assert 1.0 < pressed[side].max() / weight < 1.3
    # both feet together carry body weight
    assert np.mean(pressed["r"] + pressed["l"]) == pytest.approx(weight, rel=0.06)
    raw = opensim.read(folder / "id.sto").columns["knee_angle_r_moment"]
    np.testing.assert_allclose(moments["knee_angle_r"], -raw)
    table = opensim.read(folder / "coordinates.sto")
    assert table.rate_hz == pytest.approx(200)
    _, sign, warnings = opensim.coordinates(table)
    assert sign == "positive"
    assert any("looks positive" in w for w in warnings)
    assert opensim.coordinates(table, knee_flexion="positive")[2] == ()


@pytest.mark.data
def test_walking_moco(shared_data: Path) -> None:
    angles, pressed = trial(shared_data / "walking_moco", "coordinates.sto", "grf_walk.mot")
    assert np.rad2deg(angles["knee_angle_r"]).min() == pytest.approx(-72, abs=2)
    assert pressed["r"].max() / (85.27 * 9.81) == pytest.approx(1.13, abs=0.03)
    coordinates = opensim.read(shared_data / "walking_moco" / "coordinates.sto")
    assert any("32" in w and "columns" in w for w in coordinates.warnings)


@pytest.mark.data
@pytest.mark.parametrize("speed", ["200", "300"])
def test_running_hamner(shared_data: Path, speed: str) -> None:
    angles, pressed = trial(shared_data / "running_hamner", f"run{speed}_ik.mot", f"run{speed}_grf.mot")
    weight = 72.84 * 9.81
    assert np.rad2deg(angles["knee_angle_r"]).min() < -85  # negative in the file too
    assert 2.0 < pressed["r"].max() / weight < 2.8
    # the right plate carries load while the right knee is near straight, not in swing
    assert angles["knee_angle_r"][pressed["r"] > weight].min() > np.deg2rad(-60)


@pytest.mark.data
def test_mixed_opencap(shared_data: Path) -> None:
    folder = shared_data / "mixed_opencap"
    for path in sorted(folder.glob("walking*_ik.mot")):
        angles, pressed = trial(folder, path.name, path.name.replace("_ik", "_grf"))
        assert angles["knee_angle_l"].min() < -0.8
        assert 0.9 < pressed["r"].max() / (62.6 * 9.81) < 1.5
    static = opensim.read(folder / "static1_ik.mot")
    with pytest.raises(RecordingError, match="do not show the sign"):
        opensim.coordinates(static)
    assert opensim.coordinates(static, knee_flexion="positive")[0]["knee_angle_r"].max() < 0
    with pytest.raises(RecordingError, match="which of the force plates"):  # a third plate under the chair
        trial(folder, "STS1_ik.mot", "STS1_grf.mot")
    assert set(trial(folder, "STS1_ik.mot", "STS1_grf.mot", {"1": "r", "2": "l"})[1]) == {"r", "l"}


@given(
    header=st.sampled_from(["inDegrees=yes", "inDegrees=no", "DataType=double", "indegrees = yes", "datacolumns 4"]),
    full_paths=st.booleans(),
    sign=st.sampled_from([-1.0, 1.0]),
    seed=st.integers(0, 100),
)
@settings(max_examples=40, deadline=None)
def test_header_variants_give_the_same_motion(
    tmp_path_factory: pytest.TempPathFactory, header: str, full_paths: bool, sign: float, seed: int
) -> None:
    path = tmp_path_factory.mktemp("sto") / "a.sto"
    columns = walk(60 + seed, sign)
    degrees = "yes" in header
    written = {k: v if k in ("time", "pelvis_tx") or not degrees else np.rad2deg(v) for k, v in columns.items()}
    if full_paths:
        written = {k if k == "time" else f"/jointset/any/{k}/value": v for k, v in written.items()}
    read, _, _ = opensim.coordinates(opensim.read(write_storage(path, written, header)))
    expected = walk(60 + seed, -1.0)
    for name in ("pelvis_tx", "hip_flexion_r", "knee_angle_r"):
        np.testing.assert_allclose(read[name], expected[name], atol=1e-7)


def test_degrees_without_a_header_line_are_noticed(tmp_path: Path) -> None:
    columns = {k: np.rad2deg(v) if "angle" in k or "hip" in k else v for k, v in walk().items()}
    table = opensim.read(write_storage(tmp_path / "a.mot", columns, "version=1"))
    assert table.in_degrees
    assert "degrees are assumed" in table.warnings[0]
    np.testing.assert_allclose(table.columns["knee_angle_r"], walk()["knee_angle_r"], atol=1e-7)
    wrong = opensim.read(write_storage(tmp_path / "b.mot", columns, "inDegrees=no"))
    assert "pass in_degrees" in wrong.warnings[0]
    assert opensim.read(tmp_path / "b.mot", in_degrees=True).columns["knee_angle_r"].min() > -2


def test_forces_need_sides_and_y_up(tmp_path: Path) -> None:
    time = walk()["time"]
    forces = {"time": time}
    for plate, level, z in (("1", 100.0, -0.3), ("2", 600.0, 0.2)):
        forces |= {f"{plate}_ground_force_v{a}": level * np.full(60, v) for a, v in zip("xyz", (0.1, 1, 0), strict=True)}
        forces |= {f"{plate}_ground_force_p{a}": np.full(60, v) for a, v in zip("xyz", (0, 0, z), strict=True)}
        forces |= {f"{plate}_ground_torque_y": np.full(60, 10.0 * z)}
    table = opensim.read(write_storage(tmp_path / "grf.mot", forces))
    plates, warnings = motion_capture.at_times(table, time[::2])
    np.testing.assert_allclose(plates["r"].force, np.tile([60.0, 600.0, 0.0], (30, 1)))
    np.testing.assert_allclose(plates["r"].centre, np.tile([0.0, 0.0, 0.2], (30, 1)))
    np.testing.assert_allclose(plates["r"].torque, 2.0)
    assert any("plate '2' taken as the right foot" in w for w in warnings)
    with pytest.raises(RecordingError, match="no plate '3'"):
        force_plates.feet(table, {"3": "r"})
    swapped = {name.replace("_vy", "_v?").replace("_vz", "_vy").replace("_v?", "_vz"): v for name, v in forces.items()}
    with pytest.raises(RecordingError, match="along z, not y"):
        force_plates.feet(opensim.read(write_storage(tmp_path / "z.mot", swapped)))
    named = {name.replace("2_", "r_").replace("1_", "l_"): v for name, v in forces.items() if "1_ground_force_p" not in name}
    with pytest.raises(RecordingError, match="centre of pressure for side l"):
        motion_capture.at_times(opensim.read(write_storage(tmp_path / "centres.mot", named)), time)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("endheader", "end", "endheader"),
        ("time\t", "clock\t", "no time column"),
        ("0.03\t", "0.01\t", "time does not increase"),
        ("inDegrees=no", "nRows=61", "header says 61 rows"),
        ("0.36\t", "x\t", "not a number"),
    ],
)
def test_damage_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = write_storage(tmp_path / "a.mot", walk())
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(RecordingError, match=said):
        opensim.read(path)


@given(garbage=st.binary(max_size=300), start=st.sampled_from([b"", b"a\nendheader\n", b"endheader\ntime\ta\n"]))
@settings(max_examples=60, deadline=None)
def test_garbage_is_refused(tmp_path_factory: pytest.TempPathFactory, garbage: bytes, start: bytes) -> None:
    path = tmp_path_factory.mktemp("garbage") / "a.mot"
    path.write_bytes(start + garbage)
    try:
        table = opensim.read(path)
    except RecordingError:
        return
    assert len(table.time_s) >= 2  # a lucky valid table


@pytest.mark.parametrize(
    "header",
    [
        "\nUnits are S.I. units (second, meters, Newtons, ...)\nAngles are in degrees.\n",
        "Note: angles are given in degrees",
        "indegrees = YES",
        "in_degrees=y",
        "InDegrees: true",
    ],
)
@pytest.mark.parametrize("largest", [0.06, 0.8])
def test_headers_that_say_degrees_in_any_way(tmp_path: Path, header: str, largest: float) -> None:
    columns = {k: v if k in ("time", "pelvis_tx") else largest * v for k, v in walk().items()}  # down to a standing trial
    written = {k: v if k in ("time", "pelvis_tx") else np.rad2deg(v) for k, v in columns.items()}
    table = opensim.read(write_storage(tmp_path / "a.mot", written, header))
    assert table.in_degrees
    assert table.warnings == ()
    np.testing.assert_allclose(table.columns["knee_angle_r"], columns["knee_angle_r"], atol=1e-7)
    radians = header.replace("degrees.", "radians.").replace("in degrees", "in radians")
    if radians != header:
        assert not opensim.read(write_storage(tmp_path / "b.mot", columns, radians)).in_degrees


def test_a_pose_that_may_be_degrees_or_radians_is_refused(tmp_path: Path) -> None:
    time = np.arange(30) / 100
    still = {"time": time, "hip_flexion_r": 1.0 + 0 * time, "knee_angle_r": -2.0 + 0 * time}
    with pytest.raises(RecordingError, match="may be degrees or radians") as error:
        opensim.read(write_storage(tmp_path / "a.mot", still, "version=1"))
    assert "inDegrees=yes" in error.value.fix
    assert opensim.read(tmp_path / "a.mot", in_degrees=True).columns["hip_flexion_r"][0] == pytest.approx(np.deg2rad(1))


def test_orientations_are_told_for_what_they_are(tmp_path: Path) -> None:
    path = tmp_path / "imuOrientations.sto"
    path.write_text("DataType=Quaternion\nversion=3\nendheader\ntime\tpelvis_imu\n0\t1,0,0,0\n0.01\t1,0,0,0\n")
    with pytest.raises(RecordingError, match="holds orientations only; kinertia needs acceleration and angular rate"):
        read_recording(path)
    with pytest.raises(RecordingError, match="orientations"):
        opensim.read(path)
