"""The ablation: one part changed per row, rows kept across interruptions, a table against the full method."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path

import pytest
import torch
from rich.console import Console

from experiments import ablation
from experiments.ablation import FULL, render
from experiments.protocol import Context, Training
from kinertia.cli.main import main
from kinertia.learning.config import Config, LossWeights, NetworkConfig, TrainingConfig
from kinertia.train import configuration

TINY = Config(
    network=NetworkConfig(hidden=8, layers=1, dense=8), training=TrainingConfig(steps=2, batch=2, window=64, warm_up=16)
)


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def folder(shared_data: Path) -> Path:
    return shared_data / "imu_cycles_biomac"


def changed(a: object, b: object, prefix: str = "") -> list[str]:
    """Dotted names of the fields that differ."""
    found = []
    for f in fields(a):  # type: ignore[arg-type]
        x, y = getattr(a, f.name), getattr(b, f.name)
        if x != y:
            found += changed(x, y, f"{prefix}{f.name}.") if hasattr(x, "__dataclass_fields__") else [prefix + f.name]
    return found


def test_every_variant_changes_one_part() -> None:
    full, *others = ablation.variants(Config())
    assert full.name == FULL
    assert full.config == Config()
    assert len({v.name for v in others}) == len(others)
    for variant in others:
        assert len(changed(full.config, variant.config)) == 1, variant.name
    terms = {v.name for v in others if changed(full.config, v.config)[0].startswith("weights.")}
    assert terms == {name for name, weight in asdict(LossWeights()).items() if weight != 0} - {"temporal", "activation"}
    assert {v.name for v in others} - terms == {"paper", "bilstm", "gru", "tcn"}
    assert all(asdict(v.config.weights)[v.name] == 0.0 for v in others if v.name in terms)


def test_terms_that_do_nothing_have_no_row() -> None:
    paper = replace(TINY, network=replace(TINY.network, formulation="paper"), body="gait2d", weights=LossWeights(slip=0.0))
    names = {v.name for v in ablation.variants(paper)}
    assert "temporal" in names
    assert "derivative" in names
    assert not names & {"lumbar", "slip", "paper"}


def test_choosing_keeps_the_full_method_and_refuses_unknown_names() -> None:
    found = ablation.variants(TINY)
    assert [v.name for v in ablation.choose(found, ["gru", "kane"])] == [FULL, "kane", "gru"]
    assert ablation.choose(found, []) == found
    with pytest.raises(ValueError, match=r"no such variant: kanes; choose from full, acc, gyro"):
        ablation.choose(found, ["kane", "kanes"])


@dataclass(frozen=True)
class Log(Context):
    """Changes of the variants that were trained."""

    fail_at: str = ""
    names: list[str] = field(default_factory=list)

    def training(self, steps: int, label: str = "training") -> Training:
        if label == self.fail_at:
            raise KeyboardInterrupt
        self.names.append(label)
        return super().training(steps, label)


@pytest.mark.data
def test_an_interrupted_run_goes_on_where_it_stopped(folder: Path, tmp_path: Path) -> None:
    only, file = ("kane", "paper", "gru"), tmp_path / "figures.json"
    whole = ablation.compare(folder, TINY, only)
    with pytest.raises(KeyboardInterrupt):
        ablation.compare(folder, TINY, only, Log(file, fail_at="paper formulation"))
    log = Log(file)
    found = ablation.compare(folder, TINY, only, log)
    assert log.names == ["paper formulation", "gru cell"]
    assert [row["variant"] for row in found["rows"]] == [FULL, "kane", "paper", "gru"]
    for row, other in zip(found["rows"], whole["rows"], strict=True):
        assert {k: v for k, v in row.items() if k != "seconds"} == {k: v for k, v in other.items() if k != "seconds"}
        assert set(row["mean"]) == {"angle_rmsd_deg", "moment_rmsd_bwbh", "grf_rmsd_bw", "speed_error"}
        assert set(row["trials"]) == {"P01_normwalking", "P01_normrunning"}
    assert len({row["mean"]["angle_rmsd_deg"] for row in found["rows"]}) == 4
    assert found["conditions"] == {"people": 1, "trials": 2, "signals": "averaged gait cycles"}
    again = Log(file)
    assert ablation.compare(folder, TINY, only, again) == found
    assert again.names == []
    # other settings are other rows
    other = Log(file)
    ablation.compare(folder, replace(TINY, training=replace(TINY.training, seed=1)), ["gru"], other)
    assert other.names == ["nothing", "gru cell"]


@pytest.mark.data
def test_kept_rows_of_something_else_are_refused(folder: Path, tmp_path: Path) -> None:
    keep = tmp_path / "figures.rows.json"
    for text in ("{", "[]", '{"rows": {"full": {}}}', '{"method": "strapdown"}'):
        keep.write_text(text)
        with pytest.raises(ValueError, match="not the finished rows"):
            ablation.compare(folder, TINY, ["kane"], Context(tmp_path / "figures.json"))


@pytest.mark.data
def test_command(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configuration.save(TINY, tmp_path / "config.json")
    file = tmp_path / "figures.json"
    options = ["--steps", "3", "--only", "gyro", "tcn", "--config-file", str(tmp_path / "config.json")]
    main(["benchmark", "ablation", "--data", str(folder), "--json", str(file), *options])
    found = json.loads(file.read_text())
    assert [row["variant"] for row in found["rows"]] == [FULL, "gyro", "tcn"]
    assert found["config"]["training"]["steps"] == 3
    assert (tmp_path / "figures.rows.json").exists()
    printed = " ".join(capsys.readouterr().out.split())
    assert "1 person, 2 trials of averaged gait cycles, 3 steps, seed 0" in printed
    assert "no gyro loss" in printed


def test_table_shows_differences_from_the_full_method() -> None:
    def row(name: str, angle: float | None) -> dict:
        figures = {"angle_rmsd_deg": angle, "moment_rmsd_bwbh": 1.5, "grf_rmsd_bw": None, "speed_error": 0.2}
        return {"variant": name, "change": f"change {name}", "mean": figures, "mean_synced": figures, "seconds": 12.0}

    console = Console(record=True, width=80, file=open("/dev/null", "w"))  # noqa: PTH123, SIM115
    console.print(
        render(
            {
                "rows": [row(FULL, 4.0), row("kane", 5.25), row("gru", None)],
                "config": {"training": {"steps": 10, "seed": 0}},
                "conditions": {"people": 2, "trials": 3, "signals": "averaged gait cycles"},
            }
        )
    )
    text = console.export_text()
    assert "2 people" in text
    assert "…" not in text
    (kane,) = (line for line in text.splitlines() if "change kane" in line)
    assert kane.split() == ["change", "kane", "5.25", "1.50", "-", "0.20", "5.25", "1.50", "-", "12"]
    below = text.splitlines()[text.splitlines().index(kane) + 1]
    assert len(kane.rstrip()) <= 80
    assert below.split() == ["+1.25", "+0.00", "+0.00", "+1.25", "+0.00"]
