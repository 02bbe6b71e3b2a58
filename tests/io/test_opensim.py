"""OpenSim storage files: the conventions of the shared motions, header variants, damage."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinertia.io import opensim, opensim_truth
from kinertia.io.read import read as read_recording
from kinertia.recording.errors import RecordingError


def write_storage(path: Path, columns: dict[str, np.ndarray], header: str = "inDegrees=no") -> Path:
    rows = np.column_stack(list(columns.values()))
    lines = ["\t".join(f"{v:.10g}" for v in row) for row in rows]
    path.write_text("\n".join(["motion", "version=1", header, "endheader", "\t".join(columns), *lines]) + "\n")
    return path


def walk(samples: int = 60, sign: float = -1.0) -> dict[str, np.ndarray]:
    time = np.arange(samples) / 100
    knee = sign * (0.5 + 0.5 * np.sin(6 * time))
    return {"time": time, "pelvis_tx": 1.2 * time, "hip_flexion_r": 0.3 * np.cos(6 * time), "knee_angle_r": knee}


@pytest.mark.data
@pytest.mark.parametrize("person", ["subject01", "subject02", "subject04"])
def test_walking_arnold(shared_data: Path, person: str) -> None:
    folder = shared_data / "walking_arnold" / person
    mass = json.loads((folder / "_subject.json").read_text())["massKg"]
    reference = opensim_truth.read_reference(
        folder / "coordinates.sto", moments=folder / "id.sto", forces=folder / "grf.mot", mass_kg=mass, overground=True
    )
    truth = reference.truth
    assert reference.rate_hz == pytest.approx(200)
    assert truth.speed == pytest.approx(1.25, abs=0.1)
    for side in "rl":
        knee = np.rad2deg(truth.angles[f"knee_angle_{side}"])
        assert -80 < knee.min() < -55  # positive in the file
        assert knee.max() < 5
        assert truth.moments[f"ankle_angle_{side}"].min() < -80  # plantarflexion pushes off
        assert 1.0 < truth.grf[f"grf_y_{side}"].max() < 1.3
    # both feet together carry body weight
    total = truth.grf["grf_y_r"] + truth.grf["grf_y_l"]
    assert total.mean() == pytest.approx(1, abs=0.06)
    raw = opensim.read(folder / "id.sto").columns["knee_angle_r_moment"]
    np.testing.assert_allclose(truth.moments["knee_angle_r"], -raw)
    assert any("looks positive" in w for w in reference.warnings)
    explicit = opensim_truth.read_reference(folder / "coordinates.sto", knee_flexion="positive")
    assert explicit.warnings == ()


@pytest.mark.data
def test_walking_moco(shared_data: Path) -> None:
    folder = shared_data / "walking_moco"
    reference = opensim_truth.read_reference(
        folder / "coordinates.sto",
        moments=folder / "id_walk.sto",
        forces=folder / "grf_walk.mot",
        mass_kg=85.27,
        rate_hz=100,
        overground=True,
    )
    assert len(reference.time_s) == 135
    assert reference.time_s[0] == pytest.approx(0.45)
    assert np.rad2deg(reference.truth.angles["knee_angle_r"]).min() == pytest.approx(-72, abs=2)
    assert reference.truth.grf["grf_y_r"].max() == pytest.approx(1.13, abs=0.03)
    assert any("32" in w and "columns" in w for w in reference.warnings)


@pytest.mark.data
@pytest.mark.parametrize("speed", ["200", "300"])
def test_running_hamner(shared_data: Path, speed: str) -> None:
    folder = shared_data / "running_hamner"
    reference = opensim_truth.read_reference(
        folder / f"run{speed}_ik.mot", forces=folder / f"run{speed}_grf.mot", mass_kg=72.84
    )
    assert np.rad2deg(reference.truth.angles["knee_angle_r"]).min() < -85  # negative in the file too
    assert any("looks negative" in w for w in reference.warnings)
    assert 2.0 < reference.truth.grf["grf_y_r"].max() < 2.8
    assert reference.truth.speed is None
    # the right plate carries load while the right knee is near straight, not in swing
    loaded = reference.truth.grf["grf_y_r"] > 1
    assert reference.truth.angles["knee_angle_r"][loaded].min() > np.deg2rad(-60)


@pytest.mark.data
def test_mixed_opencap(shared_data: Path) -> None:
    folder = shared_data / "mixed_opencap"
    for path in sorted(folder.glob("walking*_ik.mot")):
        reference = opensim_truth.read_reference(
            path, forces=folder / path.name.replace("_ik", "_grf"), mass_kg=62.6, overground=True
        )
        assert reference.truth.angles["knee_angle_l"].min() < -0.8
        assert 0.9 < reference.truth.grf["grf_y_r"].max() < 1.5
        assert reference.truth.speed is not None
        assert 0.6 < reference.truth.speed < 1.8
    with pytest.raises(RecordingError, match="do not show the sign"):
        opensim_truth.read_reference(folder / "static1_ik.mot")
    still = opensim_truth.read_reference(folder / "static1_ik.mot", knee_flexion="positive")
    assert still.truth.angles["knee_angle_r"].max() < 0
    with pytest.raises(RecordingError, match="which of the force plates"):  # a third plate under the chair
        opensim_truth.read_reference(folder / "STS1_ik.mot", forces=folder / "STS1_grf.mot", mass_kg=62.6)
    sides = {"1": "r", "2": "l"}
    rising = opensim_truth.read_reference(folder / "STS1_ik.mot", forces=folder / "STS1_grf.mot", mass_kg=62.6, plates=sides)
    assert set(rising.truth.grf) == {f"grf_{axis}_{side}" for axis in "xyz" for side in "rl"}


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


def test_forces_need_mass_sides_and_y_up(tmp_path: Path) -> None:
    coordinates = write_storage(tmp_path / "ik.mot", walk())
    time = walk()["time"]
    forces = {"time": time}
    for plate, level, z in (("1", 100.0, -0.3), ("2", 600.0, 0.2)):
        forces |= {f"{plate}_ground_force_v{a}": level * np.full(60, v) for a, v in zip("xyz", (0.1, 1, 0), strict=True)}
        forces |= {f"{plate}_ground_force_p{a}": np.full(60, v) for a, v in zip("xyz", (0, 0, z), strict=True)}
    path = write_storage(tmp_path / "grf.mot", forces)
    with pytest.raises(RecordingError, match="mass_kg"):
        opensim_truth.read_reference(coordinates, forces=path)
    reference = opensim_truth.read_reference(coordinates, forces=path, mass_kg=70)
    np.testing.assert_allclose(reference.truth.grf["grf_y_r"], 600 / (70 * 9.81))
    assert any("plate '2' taken as the right foot" in w for w in reference.warnings)
    with pytest.raises(RecordingError, match="no plate '3'"):
        opensim_truth.read_reference(coordinates, forces=path, mass_kg=70, plates={"3": "r"})
    swapped = {name.replace("_vy", "_v?").replace("_vz", "_vy").replace("_v?", "_vz"): v for name, v in forces.items()}
    with pytest.raises(RecordingError, match="along z, not y"):
        opensim_truth.read_reference(coordinates, forces=write_storage(tmp_path / "z.mot", swapped), mass_kg=70)
    late = {name: values + (100.0 if name == "time" else 0.0) for name, values in forces.items()}
    with pytest.raises(RecordingError, match="share no time"):
        opensim_truth.read_reference(coordinates, forces=write_storage(tmp_path / "late.mot", late), mass_kg=70)


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
