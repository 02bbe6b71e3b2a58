"""The benchmark of virtual sensors in space: what reaches a method, what is scored, and what may not be looked at."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from experiments import another, motion_capture, spatial_people, virtual3d
from experiments.virtual3d import AS_WORN
from kinertia.cli.main import main
from kinertia.recording import Frame, Truth

pytestmark = pytest.mark.data


def test_command_scores_and_goes_on(shared_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, data = tmp_path / "figures.json", tmp_path / "two"
    (data / "walking_arnold").mkdir(parents=True)
    for name in ("walking_moco", "walking_arnold/subject01"):
        (data / name).symlink_to(shared_data / name)
    words = ["benchmark", "virtual3d", "--data", str(data), "--method", "strapdown", "--seeds", "1"]
    words += ["--sets", "walking_moco", "--json", str(file)]
    main(words)
    found = json.loads(file.read_text())["sets"]["walking_moco"]
    worn = found["variants"][AS_WORN]
    assert worn["trials"] == 1
    # integrated rates follow the joints; where the zero is depends on how sensors were put on
    assert worn["angle_rmsd_unbiased_deg"] < 3.0
    assert worn["angle_rmsd_deg"] > 4.0
    assert found["another person's curve"]["each_moment_rmsd_bwbh"]["knee_angle"] > 0.3
    assert found["consistency"]["walking_moco"]["root"]["force_bw"] < 0.002
    assert found["consistency"]["walking_moco"]["root_as_measured"]["force_bw"] < 0.04
    rows = file.with_name("figures.rows.json")
    kept = json.loads(rows.read_text())
    kept["rows"][f"walking_moco 0 {AS_WORN}"]["walking_moco"]["speed_error"] = 7.0
    rows.write_text(json.dumps(kept))
    main(words)
    assert json.loads(file.read_text())["sets"]["walking_moco"]["variants"][AS_WORN]["speed_error"] == 7.0
    assert "how exact the truth is" in capsys.readouterr().out


def test_the_sealed_judge_is_not_scored_without_saying_so(shared_data: Path) -> None:
    with pytest.raises(ValueError, match=r"mixed_opencap: kept for judging.*--sealed-judge"):
        virtual3d.virtual3d(shared_data, "strapdown", sets=("walking_arnold", "mixed_opencap"))


def test_signals_of_the_sealed_judge_can_be_made(shared_data: Path) -> None:
    captures = motion_capture.read_folder(shared_data / "mixed_opencap")
    assert len(captures) == 12
    people = [spatial_people.captured(capture, shared_data, 20.0) for capture in captures[::6]]
    recordings = [spatial_people.worn(one, 0, AS_WORN) for one in people]
    for recording in recordings:
        assert recording.periodic
        assert 0.85 < recording.duration_s < 1.5
        assert np.isfinite(recording.acc).all()
        assert np.isfinite(recording.gyro).all()
        assert np.linalg.norm(recording.acc[:, 0].mean(axis=0)) == pytest.approx(9.8, abs=1.0)
        assert all(np.isfinite(curve).all() for curve in (recording.truth or Truth()).moments.values())
    # one wearer wears the sensors alike in all walks
    first, *others = [(recording.truth or Truth()).poses for recording in recordings]
    assert all(poses == first for poses in others)


def test_variants_leave_out_what_they_say(shared_data: Path) -> None:
    (walk,) = spatial_people.read(shared_data, "walking_moco", 20.0)
    variants = (AS_WORN, "no tissue", "no mounting errors", "ideal sensors", "ideal, in the plane")
    made = {variant: spatial_people.worn(walk, 1, variant) for variant in variants}
    poses = {variant: (recording.truth or Truth()).poses for variant, recording in made.items()}
    assert poses["no tissue"] == poses[AS_WORN]
    assert all(pose.angle_rad == 0.0 for pose in poses["no mounting errors"].values())
    assert np.abs(made["ideal, in the plane"].gyro[:, 0, :2]).max() < 1e-9
    assert np.abs(made["ideal sensors"].gyro[:, 0, :2]).max() > 0.1
    assert spatial_people.worn(walk, 1, AS_WORN, aligned=True).frame is Frame.SENSOR
    own = another.curves(made["ideal sensors"], spatial_people.reference(walk))
    np.testing.assert_allclose(own.moments["knee_angle_r"], (made[AS_WORN].truth or Truth()).moments["knee_angle_r"], atol=1e-6)
