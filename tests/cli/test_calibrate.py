"""Calibrating a model's bands and judging them, from the command line."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from shell import Shell

from kinertia.io import write_recording
from kinertia.io.read import read
from kinertia.recording.selection import crop
from kinertia.runtime import model as runtime
from kinertia.uncertainty import store
from kinertia.uncertainty.calibration import Calibration


@pytest.fixture(scope="module")
def crowd(walk_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten people who walk for a few seconds alike, each with other noise."""
    folder, walk = tmp_path_factory.mktemp("crowd"), crop(read(walk_csv), 0, 300)
    for number in range(10):
        rng = np.random.default_rng(number)
        acc, gyro = (part + size * rng.normal(size=part.shape) for part, size in ((walk.acc, 1.0), (walk.gyro, 0.1)))
        noisy = replace(walk, acc=acc, gyro=gyro)
        write_recording.write(folder / f"person{number}" / "walk.csv", noisy)
    return folder


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """The exported default model in its own folder."""
    folder = tmp_path / "model"
    folder.mkdir()
    shipped = Path(str(runtime.resources.files("kinertia"))) / "models" / "default"
    for name in ("export.json", "step.onnx", "person.onnx"):
        shutil.copyfile(shipped / name, folder / name)
    return folder


def test_calibrate_judge_and_use(kinertia: Shell, crowd: Path, model: Path, walk_csv: Path, tmp_path: Path) -> None:
    result = kinertia("calibrate", model, "--data", crowd, "--note", "10 people who walk")
    assert result.code == 0, result.err
    found = store.find(model, runtime.load(model).card.model)
    assert isinstance(found, Calibration)
    assert found.uses["shipped"].data == "10 people who walk"
    assert {"angle.hip_flexion", "angle.knee_angle", "angle.ankle_angle"} <= found.uses["shipped"].scales["walking"].keys()
    assert not list(model.glob(".*"))
    result = kinertia("estimate", walk_csv, "--model", model, "--out", tmp_path / "out")
    assert result.code == 0, result.err
    assert "90 % bands, mean half-width: angles ±" in result.out
    table = pl.read_parquet(tmp_path / "out" / "walk_estimate.parquet")
    assert {"hip_flexion_r_band_90 [deg]", "knee_flexion_l_band_90 [deg]", "trusted [0/1]"} <= set(table.columns)
    assert "calibrated for the model as it is, on 10 people who walk" in (tmp_path / "out" / "walk_report.html").read_text()

    result = kinertia("benchmark", "bands", "--data", crowd, "--sets", "all,F", "--model", model, "--json", tmp_path / "b.json")
    assert result.code == 0, result.err
    judged = json.loads((tmp_path / "b.json").read_text())["simulated"]["walking"]
    assert judged.keys() == {"all", "F"}
    for row in judged.values():
        assert row["coverage"].keys() == {"angle"}
        # the people it was fitted to
        assert all(share > 0.8 for share in row["coverage"].values())


def test_what_cannot_be_calibrated(kinertia: Shell, crowd: Path, model: Path, tmp_path: Path) -> None:
    result = kinertia("calibrate", "default", "--data", crowd)
    assert result.code == 2
    assert "no folder" in result.err
    result = kinertia("calibrate", model, "--data", crowd / "person0", crowd / "person1")
    assert result.code == 2
    assert "errors of 10 people or more in each gait, not of 2" in result.err
    result = kinertia("calibrate", model, "--data", crowd / "person0", crowd / "person0")
    assert "given twice" in result.err
    (model / store.FILE).write_text("{")
    result = kinertia("estimate", crowd / "person0" / "walk.csv", "--model", model, "--out", tmp_path / "out")
    assert result.code == 2
    assert "bands.json: damaged" in result.err
