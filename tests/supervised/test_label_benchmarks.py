"""Commands and benchmarks of learning from labels, on a few made-up people."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from walkers import CYCLES, WINDOWS, recording

from experiments import labels, labels_cycles, labels_regimes, labels_setting, subsets, subsets_plot
from experiments.labels_setting import Setting
from kinertia.cli.main import main
from kinertia.io import write_recording
from kinertia.recording import LOWER_BODY, RecordingError, sensor_set
from listening import Listening

TINY = ("--config.network.width", "8", "--config.network.layers", "1", "--config.training.epochs", "1")


def test_fit_writes_a_model_that_estimate_takes(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["fit", str(folder), "--out", str(tmp_path / "m"), "--no-test", *TINY])
    made = tmp_path / "alone.csv"
    write_recording.write(made, recording(3))
    main(["estimate", str(made), "--model", str(tmp_path / "m"), "--out", str(tmp_path / "e"), "--csv"])
    written = {path.name for path in (tmp_path / "e").iterdir()}
    assert any(name.endswith("_report.html") for name in written)
    assert any(name.endswith("_coordinates.mot") for name in written)
    assert "speed" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["fit", str(folder), "--out", str(tmp_path / "m"), "--no-test", *TINY])
    said = " ".join(capsys.readouterr().err.split())
    assert "this folder holds a training already, which stays as it is" in said
    assert "--resume to go on with it, or --overwrite to replace it" in said
    with pytest.raises(SystemExit):
        main(["fit", str(folder), "--out", str(tmp_path / "m"), "--no-test", "--resume"])
    assert "another configuration" in capsys.readouterr().err


def test_fit_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_recording.write(tmp_path / "data" / "person1" / "walk_1.csv", recording(1))
    for given, said in (
        ((str(tmp_path / "data"),), "at least 3"),
        ((str(tmp_path / "none"),), "none"),
        ((str(tmp_path / "data"), "--regime", "adaptive", "--share", "0.9"), "share 0.9"),
        ((str(tmp_path / "data"), "--curve", "a,b"), "--curve"),
    ):
        with pytest.raises(SystemExit):
            main(["fit", *given, "--out", str(tmp_path / "out")])
        assert said in capsys.readouterr().err


def test_there_are_127_subsets() -> None:
    names = subsets.choices()
    assert len(set(names)) == 127
    assert {len(sensor_set.by_initials(name).segments) for name in names} == set(range(1, 8))
    assert subsets.name_of(LOWER_BODY.segments) == "PTrSrFrTlSlFl"


def test_subsets_are_ranked_and_kept(folder: Path, tmp_path: Path) -> None:
    context = Listening(tmp_path / "subsets.json")
    config = replace(subsets.SMALL, training=WINDOWS.training)
    names = ["FrFl", "TrTlFrFl", "TrTlSrSl"]
    found = subsets.compare(folder, "general", names, config, context=context)
    assert len(context.said) == 3
    assert set(found["rows"]) == set(names)
    assert found["best"]["4"]["knee_angle"] in ("TrTlFrFl", "TrTlSrSl")
    assert found["published"]["knee_angle"] in (True, False)
    assert subsets.compare(folder, "general", names, config, context=context)["rows"] == found["rows"]
    assert len(context.said) == 3
    assert subsets_plot.write(tmp_path / "plot.svg", found).read_text().count("<circle") == 9
    (tmp_path / "subsets.rows.json").write_text("nothing")
    with pytest.raises(ValueError, match="delete it"):
        subsets.compare(folder, "general", names, config, context=context)


def test_importance_is_what_a_sensor_adds() -> None:
    def row(sensors: list[str], error: float) -> dict:
        figures = {f"angle_rmsd_deg.{joint}": {"mean": error} for joint in subsets.JOINTS}
        return {"sensors": sensors, "figures": figures}

    found = subsets.summarise({"P": row(["pelvis"], 9.0), "PFr": row(["pelvis", "foot_r"], 4.0), "Fr": row(["foot_r"], 6.0)})
    assert found["importance"]["knee_angle"] == {"pelvis": 2.0, "foot_r": 5.0}
    assert found["best"]["1"]["hip_flexion"] == "Fr"


def test_the_benchmark_of_labels_needs_its_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KINERTIA_DATA", raising=False)
    with pytest.raises(RecordingError, match="KINERTIA_DATA"):
        labels_setting.data_folder(None)
    with pytest.raises(RecordingError, match="imu_cycles_biomac"):
        labels_setting.data_folder(tmp_path)
    setting = Setting(tmp_path, tmp_path, tmp_path)
    with pytest.raises(ValueError, match="unknown rows nonsense"):
        labels.compare(setting, ("nonsense",))


def test_too_few_people_are_an_error(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="holds 3 people"):
        Setting(tmp_path, folder, tmp_path, train=4, test=1).files()
    assert len(Setting(tmp_path, folder, tmp_path, train=2, test=1).tested()) == 1


def test_regimes_of_people_are_compared(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labels_regimes, "CONFIG", WINDOWS)
    setting = Setting(tmp_path, folder, tmp_path / "work", train=2, test=1)
    found = labels.compare(setting, ("general", "adaptive"))
    assert set(found["general"]["people"]) == {"person2"}
    assert found["adaptive"]["mean_synced"]["angle_rmsd_deg"] > 0.0
    assert set(found["adaptive"]["gain_percent"]) == {"angle_rmsd_deg", "moment_rmsd_bwbh", "grf_rmsd_bw"}


def test_cycles_of_people_are_scored_and_rows_kept(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labels_cycles.configuration, "CYCLES", CYCLES)
    context = Listening(tmp_path / "labels.json")
    setting = Setting(tmp_path, folder, tmp_path / "work", train=2, test=1, context=context)
    found = labels.compare(setting, ("cnn_simulated",))
    row = found["cnn_simulated"]
    assert row["mean"]["angle_rmsd_deg"] > 0.0
    assert set(row["people"]) == {"person2"}
    assert json.loads(json.dumps(row, allow_nan=False)) == row
    context.said.clear()
    assert labels.compare(setting, ("cnn_simulated",)) == found
    assert not context.said
