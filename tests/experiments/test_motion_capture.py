from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from experiments import motion_capture, opensim_model
from kinertia.recording.errors import RecordingError

pytestmark = pytest.mark.data


def test_walks(shared_data: Path) -> None:
    walks = motion_capture.read_folder(shared_data / "walking_arnold")
    assert [walk.name for walk in walks] == ["subject01_walk", "subject02_walk", "subject04_walk"]
    first = walks[0]
    assert (first.subject.mass_kg, first.subject.height_m, first.subject.assumed) == (72.84, 1.808, ())
    assert first.one_cycle
    assert first.belt_speed == 0.0
    assert first.geometry.thigh == pytest.approx(0.413, abs=0.001)
    assert first.geometry.shank == pytest.approx(0.480, abs=0.001)
    assert first.coordinates["knee_angle_r"].min() < -1.0
    assert first.moments["knee_angle_r"].shape == first.coordinates["knee_angle_r"].shape
    # the right foot lands in front of the left one
    on = {side: plate.force[:, 1] > 100 for side, plate in first.plates.items()}
    assert np.mean(first.plates["r"].centre[on["r"], 0]) > np.mean(first.plates["l"].centre[:50, 0])


def test_longer_walk(shared_data: Path) -> None:
    (walk,) = motion_capture.read_folder(shared_data / "walking_moco")
    assert walk.name == "walking_moco"
    assert walk.subject.mass_kg == pytest.approx(85.27, abs=0.01)
    assert walk.subject.assumed == ("height_m",)
    assert walk.one_cycle
    # right heel strikes at 0.277 and 1.4215 s on the plates
    assert (walk.samples - 1) / walk.rate_hz == pytest.approx(1.1445, abs=0.0011)
    for name in ("pelvis_ty", "hip_flexion_r", "knee_angle_l", "ankle_angle_r"):
        assert walk.coordinates[name][-1] == pytest.approx(walk.coordinates[name][0], abs=0.025)
    assert walk.coordinates["knee_angle_r"].min() < -1.0
    assert walk.moments["ankle_angle_r"].min() < -80.0
    weight = 9.81 * walk.subject.mass_kg
    assert np.mean(sum(plate.force[:, 1] for plate in walk.plates.values())) == pytest.approx(weight, rel=0.02)
    for plate in walk.plates.values():
        # never far from where it is loaded, though the files have hundreds of metres there
        assert np.ptp(plate.centre[:, 0]) < 2.0


def test_a_walk_shorter_than_a_stride_is_refused(shared_data: Path, tmp_path: Path) -> None:
    source = shared_data / "walking_moco"
    for path in source.glob("*.*o*"):
        shutil.copyfile(path, tmp_path / path.name)
    motion = tmp_path / "coordinates.sto"
    lines = motion.read_text().splitlines()
    kept = [line.replace("nRows=1350", "nRows=1000") for line in lines[:-350]]
    motion.write_text("\n".join(kept) + "\n")
    with pytest.raises(RecordingError, match="shorter than a stride"):
        motion_capture.read_folder(tmp_path)
    forces = tmp_path / "grf_walk.mot"
    lines = forces.read_text().splitlines()
    # the second right heel strike is at 1.42 s
    forces.write_text("\n".join([line.replace("nRows=4778", "nRows=2778") for line in lines[:-2000]]) + "\n")
    with pytest.raises(RecordingError, match="no two heel strikes"):
        motion_capture.read_folder(tmp_path)


def test_runs(shared_data: Path) -> None:
    runs = motion_capture.read_folder(shared_data / "running_hamner")
    assert [(run.name, run.belt_speed) for run in runs] == [("runner_run200", 2.0), ("runner_run300", 3.0)]
    assert runs[0].subject.mass_kg == pytest.approx(72.84)
    assert runs[0].subject.assumed == ("height_m",)
    assert not runs[0].moments
    assert any("height" in warning for warning in runs[0].warnings)


def test_what_cannot_be_used_is_said(shared_data: Path, tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="no motion capture"):
        motion_capture.read_folder(tmp_path)
    with pytest.raises(RecordingError, match="no motion capture"):
        motion_capture.read_folder(tmp_path / "absent")
    source = shared_data / "walking_arnold" / "subject01"
    for name in ("coordinates.sto", "id.sto", "grf.mot", "_subject.json"):
        shutil.copyfile(source / name, tmp_path / name)
    with pytest.raises(RecordingError, match=r"0 \.osim models"):
        motion_capture.read_folder(tmp_path)
    model = tmp_path / "broken.osim"
    model.write_text("<OpenSimDocument>")
    with pytest.raises(RecordingError, match="no OpenSim model"):
        motion_capture.read_folder(tmp_path)
    model.write_text("<OpenSimDocument/>")
    with pytest.raises(RecordingError, match="no joint onto femur_r"):
        opensim_model.read_geometry(model)
    with pytest.raises(RecordingError, match="no bodies"):
        opensim_model.read_mass(model)


def test_short_walks_a_belt_and_a_runner(shared_data: Path) -> None:
    walks = motion_capture.read_folder(shared_data / "mixed_opencap")
    # squats, sitting down and standing do not go on
    assert [walk.name.removeprefix("mixed_opencap_walking") for walk in walks] == [
        *("1", "2", "4"),
        *(f"{kind}{trial}" for kind in ("TI", "TO", "TS") for trial in (1, 2, 3)),
    ]
    (belt,) = motion_capture.read_folder(shared_data / "emg_walking_ceinms")
    assert belt.subject.mass_kg == pytest.approx(58.0, abs=0.1)
    assert belt.belt_speed == pytest.approx(1.0)
    (run,) = motion_capture.read_folder(shared_data / "running3d_biomac")
    assert run.geometry.thigh == pytest.approx(0.376, abs=0.001)  # inside of the knee joint, as in gait2392
    for capture in (*walks, run):
        assert capture.one_cycle
        weight = 9.81 * capture.subject.mass_kg
        # a step before or after the stride stands for the one that is not on the plates
        assert np.mean(sum(plate.force[:-1, 1] for plate in capture.plates.values())) == pytest.approx(weight, rel=0.03)
        for name in ("hip_flexion_r", "hip_flexion_l", "ankle_angle_r"):
            assert capture.coordinates[name][-1] == pytest.approx(capture.coordinates[name][0], abs=0.13)
