"""The benchmark of pre-training: rows, what is told of them, and going on after an interruption."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from swaying import QUICK, sizes

from experiments import pretraining, pretraining_rows
from experiments.encoders import checkpoint
from experiments.encoders.training import pretrain
from experiments.encoders.windows import Windows
from experiments.pretraining_rows import Plan
from experiments.protocol import Context
from kinertia.cli import main
from kinertia.recording import RecordingError
from listening import Listening


@pytest.fixture(scope="module")
def encoder(windows: Windows, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("encoders") / "mine"
    pretrain(windows, sizes("masked", steps=20), folder)
    return folder


@pytest.fixture(scope="module")
def plan(encoder: Path) -> Plan:
    return Plan({"mine": str(encoder)}, (0.5, 1.0), config=replace(QUICK, most_steps=20))


def test_rows_are_kept_and_told_of(people_folder: Path, plan: Plan, tmp_path: Path) -> None:
    context = Listening(tmp_path / "all.json")
    found = pretraining.label_efficiency(people_folder, plan, context)
    context.save(found)
    assert [(row["regime"], row["share"]) for row in found["rows"]] == [
        *[(regime, 1.0) for regime in ("probe", "tuned", "short", "scratch")],
        *[(regime, 0.5) for regime in ("probe", "tuned", "scratch")],
    ]
    assert {row["targets"]["grf_y_r"]["rmse"]["people"] for row in found["rows"]} == {1}
    assert found["conditions"]["people_tested"] == ["person5"]
    assert set(found["smallest_share"]["mine"]) == {"grf_y_r", "knee_moment_r"}
    context.said.clear()
    again = pretraining.label_efficiency(people_folder, plan, context)
    assert context.said == []
    assert again == found
    other = replace(plan, config=replace(plan.config, batch=4), shares=(1.0,))
    pretraining_rows.rows(people_folder, other, context)
    assert any("tuned" in text for text in context.said)


def test_folds_test_everybody(people_folder: Path, plan: Plan) -> None:
    folded = replace(plan, folds=3, shares=(1.0,), config=replace(plan.config, probe_steps=2, short_steps=2, most_steps=2))
    found = pretraining.label_efficiency(people_folder, folded)
    assert len(found["conditions"]["people_tested"]) == 6
    assert set(found["comparisons"]) == {f"mine, 100 % of the labels: {name}" for name in pretraining.JUDGED}


def test_the_smallest_share_is_that_of_the_baseline(plan: Plan) -> None:
    def row(error: float) -> dict:
        figures = {"rmse": error, "rrmse_percent": 1.0, "r2": 0.5, "r": 0.9}
        return {"people": {"a": dict.fromkeys(pretraining.JUDGED, figures)}, "windows": 3, "seconds": 1.0}

    errors = {("tuned", 0.5): 2.0, ("tuned", 1.0): 1.0, ("scratch", 1.0): 2.0}
    rows = {job.key: row(errors.get((job.regime, job.share), 9.0)) for job in pretraining_rows.jobs(plan)}
    assert pretraining.summarise(rows, plan)["smallest_share"]["mine"] == dict.fromkeys(pretraining.JUDGED, 0.5)


def test_what_cannot_be_compared(people_folder: Path, plan: Plan, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="too few"):
        pretraining_rows.rows(people_folder, replace(plan, people=2))
    with pytest.raises(RecordingError, match="holds no recordings of the names jump"):
        pretraining_rows.rows(people_folder, replace(plan, only=("jump",)))
    with pytest.raises(ValueError, match="above 0"):
        pretraining_rows.rows(people_folder, replace(plan, shares=(2.0,)))
    (tmp_path / "all.rows.json").write_text("[]")
    with pytest.raises(ValueError, match="not the finished rows"):
        pretraining_rows.rows(people_folder, plan, Context(tmp_path / "all.json"))


def test_commands(people_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sizes = ("transformer.width", 16), ("transformer.layers", 1), ("transformer.heads", 2), ("batch", 4)
    tiny = [f"--config.{name}={size}" for name, size in sizes]
    out = str(tmp_path / "encoder")
    main.main(["pretrain", str(people_folder), "--method", "masked", "--out", out, "--steps", "6", *tiny])
    assert checkpoint.load(out).config.steps == 6
    taken = str(tmp_path / "taken")
    main.main(["pretrain", "--method", "physics", "--out", taken])
    assert checkpoint.load(taken).config.method == "physics"
    figures = tmp_path / "figures.json"
    chosen = ["--encoders", out, "--shares", "1.0", "--steps", "4"]
    main.main(["benchmark", "pretraining", "--people", str(people_folder), "--json", str(figures), *chosen])
    assert figures.is_file()
    assert "labels that equal all labels" in capsys.readouterr().out
