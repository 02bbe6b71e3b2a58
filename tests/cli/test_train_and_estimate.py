"""Train on a file, estimate from it: what is written, printed and warned of."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from shell import Shell

from kinertia.learning import training
from kinertia.learning.config import Config
from kinertia.train import configuration

TINY = ("--config.training.steps", "4", "--config.training.batch", "2", "--config.network.hidden", "16")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("trained") / "model"


def test_train_writes_model_configuration_and_history(kinertia: Shell, walk_csv: Path, model: Path) -> None:
    result = kinertia("train", walk_csv, "--out", model, "--mass", "70", *TINY)
    assert result.code == 0, result.err
    assert {"model.json", "checkpoint.json", "config.json", "history.csv"} <= {path.name for path in model.iterdir()}
    assert json.loads((model / "model.json").read_text())["people"][0]["mass_kg"] == pytest.approx(70.0)
    saved = configuration.load(model / "config.json", Config)
    assert saved.training.steps == 4
    assert saved.network.hidden == 16


def test_saved_configuration_is_read_again(kinertia: Shell, walk_csv: Path, model: Path, tmp_path: Path) -> None:
    result = kinertia("train", walk_csv, "--mass", "70", "--out", tmp_path / "again", "--config-file", model / "config.json")
    assert result.code == 0, result.err
    assert (tmp_path / "again" / "config.json").read_bytes() == (model / "config.json").read_bytes()
    weights = [next(folder.glob("model-4.safetensors")).read_bytes() for folder in (model, tmp_path / "again")]
    assert weights[0] == weights[1]
    both = kinertia("train", walk_csv, "--out", tmp_path / "no", "--config-file", model / "config.json", *TINY)
    assert both.code == 2
    assert "both given" in both.err


def test_resuming_takes_the_configuration_of_the_checkpoint(kinertia: Shell, walk_csv: Path, tmp_path: Path) -> None:
    assert kinertia("train", walk_csv, "--out", tmp_path, *TINY).code == 0
    before = (tmp_path / "config.json").read_bytes()
    again = kinertia("train", walk_csv, "--out", tmp_path, "--resume")
    assert again.code == 0, again.err
    other = kinertia("train", walk_csv, "--out", tmp_path, "--resume", "--config.training.steps", "9")
    assert other.code == 2
    assert "another configuration" in other.err
    assert (tmp_path / "config.json").read_bytes() == before


def test_an_interrupted_training_says_how_to_go_on(
    kinertia: Shell, walk_csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(training.Training, "step", interrupt)
    early = kinertia("train", walk_csv, "--out", tmp_path / "new", *TINY)
    assert early.code == 130
    assert "no checkpoint" in early.err
    (tmp_path / "checkpoint.json").touch()
    late = kinertia("train", walk_csv, "--out", tmp_path, "--overwrite", *TINY)
    assert late.code == 130
    assert "--resume" in late.err


def test_estimate_writes_everything(kinertia: Shell, walk_csv: Path, model: Path, tmp_path: Path) -> None:
    result = kinertia("estimate", walk_csv, "--mass", "70", "--model", model, "--out", tmp_path)
    assert result.code == 0, result.err
    expected = ["coordinates.mot", "grf.mot", "external_loads.xml", "moments.sto"]
    for name in [*(f"walk_{ending}" for ending in expected), "walk_estimate.parquet", "walk_report.html"]:
        assert (tmp_path / name).stat().st_size > 500, name
        assert name in result.out
    table = pl.read_parquet(tmp_path / "walk_estimate.parquet")
    assert table.height == 600
    assert {"time [s]", "knee_flexion_r [deg]", "ankle_angle_l_moment [N m]", "grf_y_r [BW]"} <= set(table.columns)
    assert "not trained on this recording" not in result.out
    assert "without a complete stride" in result.out


def test_estimate_of_another_recording_says_so(kinertia: Shell, walk_csv: Path, model: Path, tmp_path: Path) -> None:
    text = walk_csv.read_text().splitlines(keepends=True)
    (tmp_path / "other.csv").write_text("".join(text[:400]))
    (tmp_path / "other.json").write_bytes(walk_csv.with_suffix(".json").read_bytes())
    result = kinertia("estimate", tmp_path / "other.csv", "--model", model, "--out", tmp_path / "out", "--csv")
    assert result.code == 0, result.err
    assert "note: the model was not trained on this recording" in " ".join(result.out.split())
    assert "not trained on this recording" in (tmp_path / "out" / "other_report.html").read_text()
    assert pl.read_csv(tmp_path / "out" / "other_estimate.csv").height == 399


def test_missing_mass_and_height_are_warned_of_once(kinertia: Shell, walk_csv: Path, model: Path, tmp_path: Path) -> None:
    (tmp_path / "walk.csv").write_bytes(walk_csv.read_bytes())
    result = kinertia("estimate", tmp_path / "walk.csv", "--model", model, "--out", tmp_path / "out")
    assert result.code == 0, result.err
    assert result.out.count("body mass not given") == 1
    assert result.out.count("body height not given") == 1
    told = kinertia("estimate", tmp_path / "walk.csv", "--mass=70", "--height=1.8", "--model", model, "--out", tmp_path / "out")
    assert "not given" not in told.out


def test_another_height_than_in_training_is_warned_of(kinertia: Shell, walk_csv: Path, model: Path, tmp_path: Path) -> None:
    result = kinertia("estimate", walk_csv, "--height", "1.95", "--model", model, "--out", tmp_path)
    assert result.code == 0, result.err
    assert "trained on this recording with a height of" in result.out


def test_people_of_several_recordings_come_from_their_files(kinertia: Shell, walk_csv: Path, tmp_path: Path) -> None:
    about = json.loads(walk_csv.with_suffix(".json").read_text())
    for name, mass in (("anna", 60.0), ("ben", 90.0)):
        (tmp_path / f"{name}.csv").write_bytes(walk_csv.read_bytes())
        (tmp_path / f"{name}.json").write_text(json.dumps(about | {"mass_kg": mass}))
    files = (tmp_path / "anna.csv", tmp_path / "ben.csv")
    assert kinertia("train", *files, "--out", tmp_path / "model", *TINY).code == 0
    people = json.loads((tmp_path / "model" / "model.json").read_text())["people"]
    assert [(p["name"], p["mass_kg"]) for p in people] == [("anna", pytest.approx(60.0)), ("ben", pytest.approx(90.0))]
    refused = kinertia("train", *files, "--mass", "70", "--out", tmp_path / "no", *TINY)
    assert refused.code == 2
    assert "the files state 60, 90" in refused.err


def with_rates_times(factor: float, walk_csv: Path, path: Path) -> Path:
    """The walk with every angular rate multiplied."""
    table = pl.read_csv(walk_csv)
    rates = [name for name in table.columns if name.startswith("gyro")]
    assert rates
    table.with_columns(pl.col(name) * factor for name in rates).write_csv(path)
    return path


def test_wrong_units_are_put_right_and_said_in_training_and_in_the_report(
    kinertia: Shell, walk_csv: Path, tmp_path: Path
) -> None:
    walk = with_rates_times(57.3, walk_csv, tmp_path / "walk.csv")
    trained = kinertia("train", walk, "--out", tmp_path / "model", *TINY)
    assert trained.code == 0, trained.err
    result = kinertia("estimate", walk, "--model", tmp_path / "model", "--out", tmp_path / "out")
    for text in (trained.err, result.out, (tmp_path / "out" / "walk_report.html").read_text()):
        assert "angular rate is in deg/s, not in rad/s; converted" in " ".join(text.split())


def test_an_unsound_recording_is_refused_unless_asked_for_anyway(kinertia: Shell, walk_csv: Path, tmp_path: Path) -> None:
    walk = with_rates_times(16.0, walk_csv, tmp_path / "walk.csv")
    said = "nobody turns so fast"
    model, out = ("--out", tmp_path / "model"), ("--model", tmp_path / "model", "--out", tmp_path / "out")
    refused = kinertia("train", walk, *model, *TINY)
    assert refused.code == 2
    assert "walk.csv, sensor pelvis, femur_r" in refused.err
    assert said in refused.err
    assert "Fix: check the range" in refused.err
    assert kinertia("train", walk, "--anyway", *model, *TINY).code == 0
    assert said in kinertia("estimate", walk, *out).err
    result = kinertia("estimate", walk, "--anyway", *out)
    assert result.code == 0, result.err
    for text in (result.out, (tmp_path / "out" / "walk_report.html").read_text()):
        assert "not to be trusted: sensors pelvis, femur_r" in " ".join(text.split()).lower()
    assert said in kinertia("inspect", walk).out


def test_some_sensors_are_enough_and_the_rest_is_said(kinertia: Shell, walk_csv: Path, tmp_path: Path) -> None:
    table = pl.read_csv(walk_csv)
    absent = ("pelvis", "tibia_r", "tibia_l")
    table.drop([c for c in table.columns if any(f".{s}." in c for s in absent)]).write_csv(tmp_path / "walk.csv")
    trained = kinertia("train", tmp_path / "walk.csv", "--out", tmp_path / "model", *TINY)
    assert trained.code == 0, trained.err
    result = kinertia("estimate", tmp_path / "walk.csv", "--model", tmp_path / "model", "--out", tmp_path / "out")
    assert result.code == 0, result.err
    for text in (trained.err, result.out, (tmp_path / "out" / "walk_report.html").read_text()):
        assert "no sensor on pelvis, tibia_r, tibia_l" in " ".join(text.split()).lower()
    estimated = pl.read_parquet(tmp_path / "out" / "walk_estimate.parquet")
    assert estimated["knee_flexion_r [deg]"].is_finite().all()


@pytest.mark.data
def test_errors_where_truth_is_given(kinertia: Shell, shared_data: Path, model: Path, tmp_path: Path) -> None:
    cycle = shared_data / "imu_cycles_biomac" / "P01_normwalking.csv"
    result = kinertia("estimate", cycle, "--model", model, "--out", tmp_path)
    assert result.code == 0, result.err
    assert "Joint angles [deg], RMSD over this one recording" in result.out
    assert all(heading in result.out for heading in ("synced", "own mean"))
    assert "found from the gyroscopes" in result.out
    assert ">Synced<" in (tmp_path / "P01_normwalking_report.html").read_text()
    assert "speed error" in result.out


@pytest.mark.data
def test_benchmark_trains_learned_methods(kinertia: Shell, shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data / "imu_cycles_biomac"
    for method in ("sspinnpose", "sspinnpose-bilstm"):
        out = tmp_path / f"{method}.json"
        result = kinertia("benchmark", "cycles", "--data", folder, "--method", method, "--json", out, *TINY)
        assert result.code == 0, result.err
        figures = json.loads(out.read_text())
        assert figures["method"] == method
        assert figures["mean"]["angle_rmsd_deg"] > 0
        assert figures["mean"]["moment_rmsd_bwbh"] > 0
        assert figures["mean"]["grf_rmsd_bw"] > 0
        assert figures["mean"]["speed_error"] >= 0
