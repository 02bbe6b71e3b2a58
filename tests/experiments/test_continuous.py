"""The continuous benchmark: what methods see, what is scored."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import scipy.io

from experiments import continuous
from experiments.methods import MethodName, choose
from kinertia.cli.main import main
from kinertia.estimation.estimate import Estimate
from kinertia.io import gaittoolbox
from kinertia.learning.config import AdaptationConfig, Config, NetworkConfig, TrainingConfig
from kinertia.recording import Frame, Recording
from kinertia.sensing.alignment import align

TRIAL = "S02-Trial-Walk-1-000"
TINY = Config(
    network=NetworkConfig(hidden=8, layers=1, dense=8),
    training=TrainingConfig(steps=6, batch=2, window=96, warm_up=16),
)
JOINTS = {f"{joint}_{side}" for joint in ("hip_flexion", "knee_angle", "ankle_angle") for side in "rl"}

pytestmark = pytest.mark.data


@pytest.fixture
def folder(shared_data: Path) -> Path:
    return shared_data / "imu_mocap_gaittoolbox"


@pytest.mark.parametrize("name", ["strapdown", "orientation"])
def test_knee_angles_of_both_legs(name: MethodName, folder: Path) -> None:
    results = continuous.score(folder, choose(name, 0, Config()), name)
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
        return choose("strapdown", 0, Config())(recordings)

    continuous.score(folder, spy, "spy")
    assert seen[0].truth is None
    assert seen[0].frame is Frame.SENSOR
    assert seen[0].samples == 2503


def blinded_copy(source: Path, target: Path) -> None:
    """The same trial with the reference replaced by NaN; step detection and calibration are there, but cannot be opened."""
    for path in source.iterdir():
        if path.suffix == ".txt" and "Calib" not in path.name:
            shutil.copyfile(path, target / path.name)
        elif "Calib" in path.name or "StepDetect" in path.name:
            (target / path.name).symlink_to(target / "nothing")
    shutil.copyfile(source / "data-list.csv", target / "data-list.csv")
    fields = scipy.io.loadmat(source / "S02-Trial-Walk-1.mat")
    hidden = {
        name: np.full_like(value, np.nan) if np.issubdtype(value.dtype, np.floating) else value
        for name, value in fields.items()
        if not name.startswith("__")
    }
    scipy.io.savemat(target / "S02-Trial-Walk-1.mat", hidden)


@pytest.mark.parametrize(
    "name", ["strapdown", "orientation", "normative", "sspinnpose", "sspinnpose-bilstm", "pretrained", "adapted"]
)
def test_estimates_do_not_depend_on_reference_or_calibration_files(name: MethodName, folder: Path, tmp_path: Path) -> None:
    blinded_copy(folder, tmp_path)
    assert sum(path.is_symlink() for path in tmp_path.iterdir()) == 3
    few_steps = Config(adaptation=AdaptationConfig(steps=3))
    method = choose(name, 0, few_steps if name in ("pretrained", "adapted") else TINY)
    (plain,), (blinded,) = method([gaittoolbox.read(folder)]), method([gaittoolbox.read(tmp_path)])
    for part in ("coordinates", "moments", "grf"):
        curves = getattr(plain, part)
        assert curves.keys() == getattr(blinded, part).keys()
        for key, curve in curves.items():
            np.testing.assert_array_equal(curve, getattr(blinded, part)[key])


def test_step_detection_and_calibration_are_never_opened(folder: Path) -> None:
    opened: list[str] = []
    active = [True]

    def watch(event: str, arguments: tuple) -> None:
        if active[0] and event == "open" and isinstance(arguments[0], str):
            opened.append(Path(arguments[0]).name)

    sys.addaudithook(watch)
    try:
        continuous.score(folder, choose("sspinnpose", 0, TINY), "sspinnpose")
    finally:
        active[0] = False
    assert "data-list.csv" in opened
    assert not [name for name in opened if "Calib" in name or "StepDetect" in name]


def test_plausibility_of_a_known_ground_reaction(folder: Path) -> None:
    aligned, _ = align(gaittoolbox.read(folder, truth=False))
    (estimate,) = choose("strapdown", 0, Config())([aligned])
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
        (estimate,) = choose("strapdown", 0, Config())(recordings)
        return [continuous.window(estimate, 0, 100)]

    with pytest.raises(ValueError, match="100 of 2503 samples"):
        continuous.score(folder, short, "short")


def test_command_writes_json_and_prints(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["benchmark", "continuous", "--data", str(folder), "--method", "normative", "--json", str(tmp_path / "found.json")])
    results = json.loads((tmp_path / "found.json").read_text())
    assert results["trials"][TRIAL]["plausibility"]["peak_grf_y_bw"]["r"] == pytest.approx(1.1, abs=0.05)
    assert "Vertical ground reaction over" in capsys.readouterr().out
