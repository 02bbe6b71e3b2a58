"""The continuous benchmark: what methods see, what is scored."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import scipy.io

from kinertia.benchmark import continuous
from kinertia.benchmark.methods import METHODS
from kinertia.cli import benchmark_continuous
from kinertia.estimation.estimate import Estimate
from kinertia.io import gaittoolbox
from kinertia.recording import Frame, Recording
from kinertia.sensing.alignment import align

TRIAL = "S02-Trial-Walk-1-000"
JOINTS = {f"{joint}_{side}" for joint in ("hip_flexion", "knee_angle", "ankle_angle") for side in "rl"}

pytestmark = pytest.mark.data


@pytest.fixture
def folder(shared_data: Path) -> Path:
    return shared_data / "imu_mocap_gaittoolbox"


@pytest.mark.parametrize("name", ["strapdown", "orientation"])
def test_knee_angles_of_both_legs(name: str, folder: Path) -> None:
    results = continuous.run(folder, partial(METHODS[name], seed=0), name)
    trial = results["trials"][TRIAL]
    assert set(trial["angle_rmsd_deg"]) >= JOINTS
    knees = [trial["angle_rmsd_deg"][f"knee_angle_{side}"] for side in "rl"]
    assert np.mean(knees) <= 5.4
    assert min(trial["angle_r"][f"knee_angle_{side}"] for side in "rl") >= 0.97
    for side in "rl":
        assert trial["angle_rmsd_unbiased_deg"][f"ankle_angle_{side}"] < 4
    assert trial["angle_rmsd_unbiased_deg"]["hip_flexion_r"] < 4
    assert abs(trial["sync_shift_s"]) <= 0.02
    assert trial["moment_rmsd_bwbh"]["knee_angle_r"] is None
    assert trial["plausibility"]["stride_mean_grf_y_bw"] is None
    assert results["conditions"]["frames"] == [1120, 2074]
    assert results["conditions"]["signals"] == "raw recordings"


def test_methods_see_raw_sensors_and_no_truth(folder: Path) -> None:
    seen: list[Recording] = []

    def spy(recordings: list[Recording]) -> list[Estimate]:
        seen.extend(recordings)
        return METHODS["strapdown"](recordings, seed=0)

    continuous.run(folder, spy, "spy")
    assert seen[0].truth is None
    assert seen[0].frame is Frame.SENSOR
    assert seen[0].samples == 2503


def test_estimates_do_not_depend_on_reference_or_calibration_files(folder: Path, tmp_path: Path) -> None:
    for path in folder.glob("*.txt"):
        if "Calib" not in path.name:
            shutil.copyfile(path, tmp_path / path.name)
    shutil.copyfile(folder / "data-list.csv", tmp_path / "data-list.csv")
    fields = scipy.io.loadmat(folder / "S02-Trial-Walk-1.mat")
    hidden = {
        name: np.full_like(value, np.nan) if np.issubdtype(value.dtype, np.floating) else value
        for name, value in fields.items()
        if not name.startswith("__")
    }
    scipy.io.savemat(tmp_path / "S02-Trial-Walk-1.mat", hidden)
    for name in ("strapdown", "orientation", "normative"):
        (plain,) = METHODS[name]([gaittoolbox.read(folder)], seed=0)
        (blinded,) = METHODS[name]([gaittoolbox.read(tmp_path)], seed=0)
        for coordinate, curve in plain.coordinates.items():
            np.testing.assert_array_equal(curve, blinded.coordinates[coordinate])


def test_plausibility_of_a_known_ground_reaction(folder: Path) -> None:
    aligned, _ = align(gaittoolbox.read(folder, truth=False))
    (estimate,) = METHODS["strapdown"]([aligned], seed=0)
    samples = np.arange(aligned.samples)
    right = 0.5 + 0.6 * np.sin(0.05 * samples)
    known = replace(estimate, grf={"grf_y_r": right, "grf_y_l": 1.02 - right})
    figures = continuous.plausibility(known, aligned, 1119, 2074)
    assert figures["stride_mean_grf_y_bw"] == pytest.approx(1.02)
    assert figures["peak_grf_y_bw"]["r"] == pytest.approx(1.1, abs=0.02)
    assert figures["strides"] >= 4
    assert continuous.plausibility(known, aligned, 100, 900)["strides"] == 0


def test_estimates_must_cover_the_recording(folder: Path) -> None:
    def short(recordings: list[Recording]) -> list[Estimate]:
        (estimate,) = METHODS["strapdown"](recordings, seed=0)
        return [continuous.window(estimate, 0, 100)]

    with pytest.raises(ValueError, match="100 of 2503 samples"):
        continuous.run(folder, short, "short")


def test_command_writes_json_and_prints(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    benchmark_continuous.continuous(folder, "normative", tmp_path / "found.json")
    results = json.loads((tmp_path / "found.json").read_text())
    assert results["trials"][TRIAL]["plausibility"]["peak_grf_y_bw"]["r"] == pytest.approx(1.1, abs=0.05)
    assert "Vertical ground reaction over" in capsys.readouterr().out
