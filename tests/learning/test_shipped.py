"""The model that comes with the package, and that weights and code have to belong together."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from experiments import shipping
from kinertia import __version__
from kinertia.learning import adaptation, checkpoint, decode, network, probe, shipped
from kinertia.learning.config import AdaptationConfig, Config
from kinertia.learning.sequence import Sequence
from kinertia.learning.training import train
from kinertia.mechanics import dynamics
from kinertia.train import configuration

ROOT = Path(__file__).resolve().parents[2]
MODELS = ROOT / "src" / "kinertia" / "models"


@pytest.fixture(scope="module")
def trained(tiny: Config, sequences: list[Sequence], tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("shipped") / "model"
    train(sequences, replace(tiny, training=replace(tiny.training, steps=40)), made)
    return made


@pytest.fixture
def folder(trained: Path, tmp_path: Path) -> Path:
    """A copy, to be changed."""
    return shutil.copytree(trained, tmp_path / "model")


@pytest.mark.parametrize("name", ["default", "sparse"])
def test_the_package_has_models(name: str) -> None:
    assert shipped.names() == ["default", "sparse"]
    model = shipped.load(name)
    assert model.name == name
    assert model.people == ()
    assert model.network.config.cell != "bilstm"  # streams
    assert sum(path.stat().st_size for path in (MODELS / name).iterdir()) <= shipping.LARGEST_BYTES


def check_recipe(command: str) -> None:
    """The target stands in the Makefile, and so does every variable, with this value."""
    rules = (ROOT / "Makefile").read_text().splitlines()
    program, target, *given = command.split()
    assert program == "make"
    assert any(rule.startswith(f"{target}:") for rule in rules)
    assert given
    for variable in given:
        assert variable.replace("=", " ?= ") in rules


@pytest.mark.parametrize("name", ["default", "sparse"])
def test_cards_say_where_models_come_from(name: str) -> None:
    folder = MODELS / name
    card = checkpoint.read(folder, checkpoint.MODEL)[1]
    assert card.version == __version__
    assert "simulated" in card.trained_on
    check_recipe(card.recipe)
    assert f"{card.step:,} steps of {card.config.training.batch} windows" in card.trained_on
    assert "Not known: " in card.trained_on
    assert "P01" not in (folder / "model.json").read_text()
    assert configuration.load(folder / "config.json", Config) == card.config
    losses = (folder / "history.csv").read_text().splitlines()
    assert {"step", "total", "kane", "acc", "gyro"} <= set(losses[0].split(","))
    assert losses[-1].startswith(f"{card.step}")


def test_recipes_are_those_of_the_shipped_models() -> None:
    default, recipe = shipped.load().config, configuration.load(ROOT / "recipes" / "varied.json", Config)
    assert default == configuration.load(ROOT / "recipes" / "default.json", Config)
    # default learned in four runs, which the recipe joins: they had one objective, the last one longer windows
    trained = adaptation.longer(adaptation.settings(replace(default, weights=recipe.weights), recipe))
    assert (trained.weights, trained.network, trained.body) == (default.weights, default.network, default.body)
    assert trained.training.standing_share == default.training.standing_share == 0.3
    sparse, recipe = shipped.load(shipped.SPARSE).config, configuration.load(ROOT / "recipes" / "sparse.json", Config)
    trained = adaptation.longer(adaptation.settings(default, recipe))
    assert (trained.weights, trained.network, trained.body) == (sparse.weights, sparse.network, sparse.body)
    assert trained.training.sparse_share == sparse.training.sparse_share > 0.0


def test_any_other_model_is_a_folder(folder: Path, tmp_path: Path) -> None:
    assert len(shipped.load(folder).people) == 2
    assert shipped.load(str(folder)).fingerprint == shipped.load(folder).fingerprint
    with pytest.raises(ValueError, match="kinertia train --out"):
        shipped.load(tmp_path / "nothing")


def test_shipping_leaves_single_people_out(folder: Path, tmp_path: Path) -> None:
    size = shipping.ship(folder, tmp_path / "out", name="mine", note="swinging legs", recipe="make")
    assert size == sum(path.stat().st_size for path in (tmp_path / "out").iterdir())
    before, after = checkpoint.load_model(folder), checkpoint.load_model(tmp_path / "out")
    assert after.fingerprint == before.fingerprint
    assert (after.people, after.name) == ((), "mine")
    card = checkpoint.read(tmp_path / "out", checkpoint.MODEL)[1]
    assert card.trained_on == "swinging legs; 2 recordings of people of 70 to 85 kg, 1.75 to 1.75 m"
    assert card.history == ()
    assert card.config.adaptation == AdaptationConfig()
    assert len((tmp_path / "out" / "history.csv").read_text().splitlines()) == 3


def test_long_histories_are_thinned(folder: Path, tmp_path: Path) -> None:
    card = folder / "model.json"
    content = json.loads(card.read_text())
    content["history"] = [{"step": float(k), "total": 1.0 / 3.0} for k in range(1, 1601)]
    card.write_text(json.dumps(content))
    shipping.ship(folder, tmp_path / "out")
    rows = (tmp_path / "out" / "history.csv").read_text().splitlines()
    assert len(rows) < 600
    assert rows[-1] == "1600.0,0.3333"


def test_too_large_a_model_is_not_shipped(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shipping, "LARGEST_BYTES", 1000)
    with pytest.raises(ValueError, match="MB are shipped"):
        shipping.ship(folder, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_weights_of_another_training_are_refused(folder: Path, tiny: Config, sequences: list[Sequence], tmp_path: Path) -> None:
    train(sequences, replace(tiny, training=replace(tiny.training, steps=40, seed=5)), tmp_path / "other")
    weights = next(folder.glob("model-*.safetensors"))
    weights.write_bytes((tmp_path / "other" / weights.name).read_bytes())
    with pytest.raises(ValueError, match="do not belong together"):
        checkpoint.load_model(folder)


@pytest.mark.parametrize(
    ("module", "name"),
    [
        (decode, "ANGLE_SCALE"),
        (decode, "HEIGHT_SCALE"),
        (decode, "SPEED_SCALE"),
        (decode, "REST_SPEED"),
        (decode, "FRICTION_LIMIT"),
        (network, "ACC_SCALE"),
        (network, "GYRO_SCALE"),
    ],
)
def test_changed_equations_are_noticed(folder: Path, monkeypatch: pytest.MonkeyPatch, module: object, name: str) -> None:
    checkpoint.load_model(folder)
    monkeypatch.setattr(module, name, 1.01 * getattr(module, name))
    with pytest.raises(ValueError, match=rf"model.*version \({__version__}\) do not belong together.*train again"):
        checkpoint.load_model(folder)


def test_a_changed_equation_of_motion_is_noticed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inverse = dynamics.inverse
    monkeypatch.setattr(dynamics, "inverse", lambda *arguments: 1.001 * inverse(*arguments))
    with pytest.raises(ValueError, match="do not belong together"):
        checkpoint.load_model(folder)


def test_a_checkpoint_of_other_equations_is_not_resumed(
    folder: Path, tiny: Config, sequences: list[Sequence], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decode, "ANGLE_SCALE", 0.51)
    with pytest.raises(ValueError, match="do not belong together"):
        train(sequences, replace(tiny, training=replace(tiny.training, steps=40)), folder, resume=True)


def test_rounding_is_not_a_change(folder: Path) -> None:
    for path in folder.glob("model-*.safetensors"):
        save_file({name: x * (1.0 + 1e-7) for name, x in load_file(path).items()}, path)
    checkpoint.load_model(folder)


def test_every_layout_of_outputs_has_an_answer(folder: Path) -> None:
    model = checkpoint.load_model(folder)
    answer = probe.answer(model.network, model.config)
    assert all(x > 0 for x in answer)
    assert probe.agree(answer, answer)
    assert not probe.agree(answer, answer[:-1])
    assert next(model.network.parameters()).dtype == torch.float32
