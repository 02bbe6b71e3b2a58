import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from rich.console import Console

from experiments import results as scoring
from experiments.methods import MethodName, choose
from experiments.scores import render
from kinertia.cli.main import main
from kinertia.io.cycles import read_folder
from kinertia.learning.config import AdaptationConfig, Config, NetworkConfig, TrainingConfig
from kinertia.learning.prepare import to_sequence
from kinertia.learning.training import train
from kinertia.recording import Recording

QUICK_METHODS: tuple[MethodName, ...] = ("strapdown", "normative")
LEARNED_METHODS: tuple[MethodName, ...] = ("sspinnpose", "sspinnpose-bilstm")
PRETRAINED_METHODS: tuple[MethodName, ...] = ("pretrained", "adapted")
TINY = Config(
    network=NetworkConfig(hidden=8, layers=1, dense=8),
    training=TrainingConfig(steps=6, batch=2, window=96, warm_up=16),
)
FIELDS = {
    "angle_rmsd_deg",
    "angle_bias_deg",
    "angle_rmsd_unbiased_deg",
    "angle_r",
    "moment_rmsd_bwbh",
    "moment_bias_bwbh",
    "moment_rmsd_unbiased_bwbh",
    "moment_r",
    "moment_nrmse_percent",
    "grf_rmsd_bw",
    "grf_bias_bw",
    "grf_rmsd_unbiased_bw",
    "grf_r",
    "speed_error",
    "speed_rmsd",
}

pytestmark = pytest.mark.data


@pytest.fixture
def folder(shared_data: Path) -> Path:
    return shared_data / "imu_cycles_biomac"


def blinded_copy(source: Path, target: Path) -> None:
    """The same cycles with everything a label-free method may not read replaced by NaN."""
    shutil.copytree(source, target, copy_function=shutil.copyfile)
    target.chmod(0o755)
    for path in target.glob("*.csv"):
        table = pl.read_csv(path)
        hidden = [column for column in table.columns if column.startswith(("angle.", "moment.", "GRF."))]
        assert len(hidden) == 16
        table.with_columns(pl.lit(float("nan")).alias(column) for column in hidden).write_csv(path)
    for path in target.glob("*.json"):
        facts = json.loads(path.read_text())
        facts |= {"speed_mean": float("nan"), "speed_var": float("nan"), "events": float("nan")}
        path.write_text(json.dumps(facts))


def settings(name: MethodName) -> Config:
    return Config(adaptation=AdaptationConfig(steps=3)) if name in PRETRAINED_METHODS else TINY


@pytest.mark.parametrize("name", [*QUICK_METHODS, *LEARNED_METHODS, *PRETRAINED_METHODS])
def test_estimates_do_not_depend_on_labels(name: MethodName, folder: Path, tmp_path: Path) -> None:
    """Truth is left attached: what a method could read, it is given."""
    blinded_copy(folder, tmp_path / "blind")
    method = choose(name, 0, settings(name))
    seen, blind = read_folder(folder), read_folder(tmp_path / "blind")
    assert all(recording.truth is not None for recording in seen)
    for a, b in zip(method(seen), method(blind), strict=True):
        assert a.coordinates.keys() == b.coordinates.keys()
        assert all(np.isfinite(curve).all() for curve in a.coordinates.values())
        assert a.events.keys() == b.events.keys()
        for part in ("coordinates", "moments", "grf"):
            for key, curve in getattr(a, part).items():
                np.testing.assert_array_equal(curve, getattr(b, part)[key])
        np.testing.assert_array_equal(a.speed is None, b.speed is None)
        if a.speed is not None:
            np.testing.assert_array_equal(a.speed, b.speed)


def test_figures_of_a_learned_method_do_not_depend_on_the_labels_of_another_recording(folder: Path, tmp_path: Path) -> None:
    """The command's way, from folder to JSON: with the labels of running hidden, walking scores the same."""
    blinded_copy(folder, tmp_path / "half")
    for path in folder.glob("*walking.*"):
        shutil.copyfile(path, tmp_path / "half" / path.name)
    whole, half = (
        scoring.score(read_folder(d), choose("sspinnpose", 0, TINY), "sspinnpose").results for d in (folder, tmp_path / "half")
    )
    assert whole["trials"]["P01_normwalking"] == half["trials"]["P01_normwalking"]
    assert half["trials"]["P01_normrunning"]["speed_error"] is None


def test_recordings_reach_the_method_without_truth(folder: Path) -> None:
    def method(recordings: list[Recording]) -> list:
        assert all(recording.truth is None for recording in recordings)
        return choose("strapdown", 0, Config())(recordings)

    scoring.score(read_folder(folder), method, "checked")


@pytest.mark.parametrize("name", QUICK_METHODS)
def test_json_has_every_field_and_no_nan(
    name: MethodName, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "new" / "figures.json"
    main(["benchmark", "cycles", "--data", str(folder), "--method", name, "--json", str(file)])

    def refuse(literal: str) -> None:
        raise AssertionError(f"{literal} in strict JSON")

    results = json.loads(file.read_text(), parse_constant=refuse)
    assert results["method"] == name
    assert set(results["trials"]) == {"P01_normwalking", "P01_normrunning"}
    assert results["seconds"] < 10
    for trial in results["trials"].values():
        assert set(trial) == FIELDS | {"sync_shift_s", "synced", "trivial", "phases", "true_speed"}
        assert set(trial["synced"]) == FIELDS
        assert set(trial["trivial"]) == {"zero_moment", "mean_angle", "zero_grf", "normative"}
        assert set(trial["angle_rmsd_deg"]) == {"hip_flexion_r", "knee_angle_r", "ankle_angle_r"}
        assert set(trial["grf_rmsd_bw"]) == {"grf_x_r", "grf_y_r"}
        assert trial["moment_rmsd_bwbh"] == {"hip_flexion_r": None, "knee_angle_r": None, "ankle_angle_r": None}
        assert abs(trial["sync_shift_s"]) <= 0.04
    assert set(results["mean"]) == {"angle_rmsd_deg", "moment_rmsd_bwbh", "grf_rmsd_bw", "speed_error"}
    assert set(results["mean_synced"]) == set(results["mean"])
    assert results["normative_mean"]["angle_rmsd_deg"] == pytest.approx(8.86, abs=0.01)
    assert set(results["normative_mean_synced"]) == set(results["mean"])
    assert results["conditions"]["options"] == {"data": str(folder), "method": name}
    assert [path for path in file.parent.iterdir() if path.is_file()] == [file]
    printed = capsys.readouterr().out
    assert "1 person, 2 trials of averaged gait cycles" in " ".join(printed.split())


def test_trivial_predictors_score_as_known(folder: Path) -> None:
    results = scoring.score(read_folder(folder), choose("strapdown", 0, Config()), "strapdown").results

    def mean(trial: str, predictor: str, field: str) -> float:
        return float(np.mean(list(results["trials"][trial]["trivial"][predictor][field].values())))

    assert mean("P01_normwalking", "zero_moment", "moment_rmsd_bwbh") == pytest.approx(2.5, abs=0.1)
    assert mean("P01_normrunning", "zero_moment", "moment_rmsd_bwbh") == pytest.approx(5.8, abs=0.1)
    assert mean("P01_normwalking", "mean_angle", "angle_rmsd_deg") == pytest.approx(13.6, abs=0.1)
    assert mean("P01_normrunning", "mean_angle", "angle_rmsd_deg") == pytest.approx(18.7, abs=0.1)


def test_benchmark_without_truth_or_feet_gives_nulls_and_says_so(folder: Path, tmp_path: Path) -> None:
    blinded_copy(folder, tmp_path / "blind")
    for path in (tmp_path / "blind").glob("*.csv"):
        table = pl.read_csv(path)
        legs = [c for c in table.columns if ".tibia_" in c or ".foot_" in c]
        table.drop(legs).write_csv(path)
    results = scoring.score(read_folder(tmp_path / "blind"), choose("strapdown", 0, Config()), "strapdown").results
    for trial in results["trials"].values():
        assert trial["sync_shift_s"] is None
        assert trial["trivial"]["normative"] is None
        assert trial["speed_error"] is None
    assert results["mean"]["angle_rmsd_deg"] is None
    assert any("nothing is synced" in warning for warning in results["conditions"]["warnings"])
    assert any("population curve" in warning for warning in results["conditions"]["warnings"])
    Console(file=open("/dev/null", "w")).print(render(results))  # noqa: PTH123, SIM115


def askew(recording: Recording) -> Recording:
    """With a sensor that is turned by 15 deg, which adapting finds."""
    turn = rotation_z(np.deg2rad(15.0))
    acc, gyro = recording.acc.copy(), recording.gyro.copy()
    acc[:, 2], gyro[:, 2] = acc[:, 2] @ turn, gyro[:, 2] @ turn
    return replace(recording, acc=acc, gyro=gyro)


def rotation_z(angle: float) -> np.ndarray:
    return np.array([[np.cos(angle), -np.sin(angle), 0.0], [np.sin(angle), np.cos(angle), 0.0], [0.0, 0.0, 1.0]])


def test_adaptation_is_for_each_session_by_itself(folder: Path) -> None:
    walking, running = sorted(map(askew, read_folder(folder)), key=lambda recording: "running" in recording.name)
    stranger = replace(walking, name="P02_normwalking", subject=replace(walking.subject, mass_kg=60.0))
    method = choose("adapted", 0, Config(adaptation=AdaptationConfig(steps=24)))
    among, alone, session = method([walking, stranger, running]), method([running]), method([walking, running])
    assert [e.name for e in among] == ["P01_normwalking", "P02_normwalking", "P01_normrunning"]
    assert [e.method for e in among] == ["adapted"] * 3
    for key, curve in session[1].coordinates.items():
        np.testing.assert_array_equal(curve, among[2].coordinates[key])
    assert any((curve != session[1].coordinates[key]).any() for key, curve in alone[0].coordinates.items())
    plain = choose("pretrained", 0, settings("pretrained"))([running])
    assert any((curve != plain[0].coordinates[key]).any() for key, curve in alone[0].coordinates.items())


def test_another_model_for_the_pretrained_methods(folder: Path, tmp_path: Path) -> None:
    recordings = read_folder(folder)
    train([to_sequence(recording, TINY) for recording in recordings], TINY, tmp_path)
    for name in PRETRAINED_METHODS:
        found = choose(name, 0, settings(name), model=str(tmp_path))(recordings)
        assert [e.name for e in found] == [r.name for r in recordings]
    with pytest.raises(ValueError, match=r"network\.cell is 'gru', the model's is 'lstm'"):
        choose("adapted", 0, Config(network=NetworkConfig(cell="gru")), model=str(tmp_path))
    with pytest.raises(ValueError, match="'strapdown' starts from no model"):
        choose("strapdown", 0, TINY, model="default")
    with pytest.raises(ValueError, match="no such model"):
        choose("pretrained", 0, TINY, model=str(tmp_path / "absent"))


def test_wrong_estimates_are_refused(folder: Path) -> None:
    with pytest.raises(ValueError, match="returned estimates"):
        scoring.score(read_folder(folder), lambda recordings: choose("strapdown", 0, Config())(recordings[:1]), "half")
