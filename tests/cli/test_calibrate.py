"""Calibrating a model's bands and judging them, from the command line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl
import pytest
from shell import Shell

from kinertia.benchmark import band_samples
from kinertia.io import write_recording
from kinertia.runtime import model as runtime
from kinertia.simulation import walking
from kinertia.simulation.record import record
from kinertia.uncertainty import store
from kinertia.uncertainty.calibration import Calibration


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten people who walk for a few seconds, each with other sensor errors."""
    folder = tmp_path_factory.mktemp("crowd")
    for number in range(10):
        walk = walking.fit(60.0 + 2.0 * number, 1.66 + 0.02 * number)
        for name in ("slow", "fast"):
            recording = record(walk, f"person{number}_{name}", seconds=4.0, seed=number)
            write_recording.write(folder / f"person{number}" / f"{name}.csv", recording)
    return folder


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """The exported default model in a folder of its own."""
    folder = tmp_path / "model"
    folder.mkdir()
    shipped = Path(str(runtime.resources.files("kinertia"))) / "models" / "default"
    for name in ("export.json", "step.onnx", "person.onnx"):
        shutil.copyfile(shipped / name, folder / name)
    return folder


def test_calibrate_judge_and_use(
    kinertia: Shell, crowd: Path, model: Path, walk_csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = kinertia("calibrate", model, "--data", crowd, "--note", "people who walk")
    assert result.code == 0, result.err
    found = store.find(model, runtime.load(model).card.model)
    assert isinstance(found, Calibration)
    assert found.people == 10
    assert {"angle.knee_angle", "moment.ankle_angle", "grf.grf_y", "speed.speed"} <= found.scales.keys()
    assert not list(model.glob(".*"))
    first = (model / store.FILE).read_bytes()

    # interrupted while the fifth person is estimated, then gone on with: the same file
    seen = list[str]()

    def stop_at_the_fifth(person: band_samples.Person, *rest: object) -> dict:
        seen.append(person.name)
        if len(seen) == 5:
            raise KeyboardInterrupt
        return real(person, *rest)  # type: ignore[arg-type]

    real = band_samples._of_person
    (model / store.FILE).unlink()
    with monkeypatch.context() as patch:
        patch.setattr(band_samples, "_of_person", stop_at_the_fifth)
        assert kinertia("calibrate", model, "--data", crowd, "--note", "people who walk").code == 130
    assert len(list((model / ".bands.parts").glob("*.npz"))) == 4
    assert kinertia("calibrate", model, "--data", crowd, "--note", "people who walk").code == 0
    assert (model / store.FILE).read_bytes() == first

    result = kinertia("estimate", walk_csv, "--model", model, "--out", tmp_path / "out")
    assert result.code == 0, result.err
    assert "90 % bands, mean half-width: angles ±" in result.out
    table = pl.read_parquet(tmp_path / "out" / "walk.parquet")
    assert {"knee_angle_r_band_90 [deg]", "grf_y_l_band_90 [BW]", "speed_band_90 [m/s]", "trusted [0/1]"} <= set(table.columns)
    assert "calibrated on 10 people who walk" in (tmp_path / "out" / "report.html").read_text()

    result = kinertia("benchmark", "bands", "--data", crowd, "--sets", "all,F", "--model", model, "--json", tmp_path / "b.json")
    assert result.code == 0, result.err
    judged = json.loads((tmp_path / "b.json").read_text())
    assert judged.keys() == {"all", "F"}
    for row in judged.values():
        assert row["coverage"].keys() == {"angle", "moment", "grf", "speed"}
        # the people it was fitted to
        assert all(share > 0.8 for share in row["coverage"].values())


def test_what_cannot_be_calibrated(kinertia: Shell, crowd: Path, model: Path, tmp_path: Path) -> None:
    result = kinertia("calibrate", "default", "--data", crowd)
    assert result.code == 2
    assert "no folder" in result.err
    result = kinertia("calibrate", model, "--data", crowd / "person0", crowd / "person1")
    assert result.code == 2
    assert "errors of 10 people or more, not of 2" in result.err
    result = kinertia("calibrate", model, "--data", crowd / "person0", crowd / "person0")
    assert "given twice" in result.err
    (model / store.FILE).write_text("{")
    result = kinertia("estimate", crowd / "person0" / "slow.csv", "--model", model, "--out", tmp_path / "out")
    assert result.code == 2
    assert "bands.json: damaged" in result.err
