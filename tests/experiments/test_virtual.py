from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from experiments import consistency, motion_capture, virtual
from experiments.consistency import Trial
from experiments.methods import choose
from experiments.planar.worn import IDEAL, TYPICAL, Wear, of_capture
from kinertia.cli.main import main
from kinertia.io.cycles import read_folder
from kinertia.learning.config import Config
from kinertia.recording import Recording

pytestmark = pytest.mark.data

strapdown = choose("strapdown", 0, Config())


@pytest.fixture(scope="module")
def walks(shared_data: Path) -> Path:
    return shared_data / "walking_arnold"


@pytest.fixture(scope="module")
def walked(walks: Path) -> list[Trial]:
    return consistency.make(walks)


@pytest.fixture(scope="module")
def ran(shared_data: Path) -> list[Trial]:
    return consistency.make(shared_data / "running_hamner")


def test_recordings_reach_the_method_without_truth(walks: Path) -> None:
    def method(recordings: list[Recording]) -> list:
        assert all(recording.truth is None for recording in recordings)
        return strapdown(recordings)

    virtual.score(walks, method, "checked")


def test_clean_sensors_give_strapdown_the_true_movement(walks: Path) -> None:
    results = virtual.score(walks, strapdown, "strapdown", IDEAL).results
    for trial in results["trials"].values():
        assert set(trial["angle_rmsd_deg"]) == {f"{j}_{s}" for j in ("hip_flexion", "knee_angle", "ankle_angle") for s in "rl"}
        assert trial["sync_shift_s"] == 0.0
        assert max(trial["angle_rmsd_unbiased_deg"].values()) < 0.1


def test_truth_obeys_the_equations_of_motion(walked: list[Trial], ran: list[Trial]) -> None:
    for trial in (*walked, *ran):
        found = trial.consistency
        assert found["root"]["force_bw"] < 0.002
        assert found["root"]["moment_bwbh"] < 0.0005
        assert found["root_as_measured"]["force_bw"] > 10 * found["root"]["force_bw"]
        assert found["hip_moved_m"] < 0.01
        assert found["trunk_turned_deg"] < 2.0
        assert found["stance_height_m"] < 0.012


def test_runs_have_moments_by_inverse_dynamics(ran: list[Trial]) -> None:
    for recording, speed in zip([trial.recording for trial in ran], (2.0, 3.0), strict=True):
        assert recording.truth is not None
        assert recording.truth.speed == pytest.approx(speed, abs=0.05)
        ankle = recording.truth.moments["ankle_angle_r"] / (recording.subject.mass_kg * 9.81 * recording.subject.height_m)
        assert -0.20 < ankle.min() < -0.10  # the calf pushes with 12 to 20 percent of body weight times height
        assert max(np.abs(curve).max() for curve in recording.truth.moments.values()) < 400


def test_same_seed_same_sensors(walks: Path) -> None:
    first, *_ = motion_capture.read_folder(walks)
    one, again, other = (of_capture(first, TYPICAL, seed) for seed in (3, 3, 4))
    np.testing.assert_allclose(one.acc, again.acc, atol=1e-10)
    assert np.abs(one.acc - other.acc).max() > 0.1


def test_command_writes_figures_and_recordings(
    walks: Path, walked: list[Trial], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, folder = tmp_path / "figures.json", tmp_path / "cycles"
    words = ["--method", "normative", "--json", file, "--report", tmp_path / "report", "--write", folder]
    main(["benchmark", "virtual", "--data", str(walks), *map(str, words)])
    page = (tmp_path / "report" / "curves.html").read_text()
    assert page.count("<svg") == 3 * (6 + 6 + 4)
    results = json.loads(file.read_text())
    assert results["conditions"]["people"] == 3
    assert set(results["conditions"]["consistency"]) == set(results["trials"])
    assert "3 people, 3 trials of virtual sensors" in " ".join(capsys.readouterr().out.split())
    for read, recording in zip(read_folder(folder), [trial.recording for trial in walked], strict=True):
        np.testing.assert_allclose(read.acc, recording.acc, atol=1e-9)
        assert read.truth is not None
        assert recording.truth is not None
        np.testing.assert_allclose(read.truth.moments["hip_flexion_l"], recording.truth.moments["hip_flexion_l"], atol=1e-9)


def test_clean_and_worn_contradict_each_other(walks: Path) -> None:
    with pytest.raises(ValueError, match="--clean"):
        virtual.virtual(walks, "strapdown", clean=True, wear=Wear(misalignment_deg=1.0))
