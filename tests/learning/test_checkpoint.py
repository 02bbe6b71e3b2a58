"""Damaged and foreign checkpoints are refused in words; configurations survive being saved."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from kinertia.learning import checkpoint
from kinertia.learning.config import Config, LossWeights, NetworkConfig, TrainingConfig
from kinertia.learning.sequence import Sequence
from kinertia.learning.training import train
from kinertia.train import configuration


@pytest.fixture
def folder(tiny: Config, sequences: list[Sequence], tmp_path: Path) -> Path:
    """A finished training of five steps."""
    train(sequences, five_steps(tiny), tmp_path / "out")
    return tmp_path / "out"


def five_steps(config: Config) -> Config:
    return replace(config, training=replace(config.training, steps=5))


def edit_card(folder: Path, **changes: object) -> None:
    for kind in ("model", "checkpoint"):
        path = folder / f"{kind}.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def edit_weights(folder: Path, change: Callable[[dict[str, torch.Tensor]], dict[str, torch.Tensor]]) -> None:
    for path in folder.glob("*.safetensors"):
        save_file(change(load_file(path)), path)


def truncate(folder: Path) -> None:
    for path in folder.glob("*.safetensors"):
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(folder: Path) -> None:
    for path in folder.glob("*.safetensors"):
        path.write_bytes(b"")


def delete_weights(folder: Path) -> None:
    for path in folder.glob("*.safetensors"):
        path.unlink()


def write_cards(text: bytes) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        for path in folder.glob("*.json"):
            path.write_bytes(text)

    return write


def without_first(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {k: v for k, v in tensors.items() if k != min(tensors)}


def with_nan(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {k: v * float("nan") if v.is_floating_point() else v for k, v in tensors.items()}


DAMAGE: dict[str, Callable[[Path], None]] = {
    "half the weights": truncate,
    "no weights": delete_weights,
    "empty weights": empty,
    "card is not JSON": write_cards(b"{"),
    "card is not text": write_cards(b"\xff\xfe\x00"),
    "card of something else": write_cards(b'{"name": "something else"}'),
    "card is a list": write_cards(b"[]"),
    "other format": lambda folder: edit_card(folder, format=99),
    "other kind": lambda folder: edit_card(folder, kind="recipe"),
    "step without weights": lambda folder: edit_card(folder, step=4),
    "unknown cell": lambda folder: edit_card(folder, config={"network": {"cell": "abacus"}}),
    "larger network": lambda folder: edit_card(folder, config={"network": {"hidden": 99}}),
    "a tensor is missing": lambda folder: edit_weights(folder, without_first),
    "weights are NaN": lambda folder: edit_weights(folder, with_nan),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_damage_is_named_with_the_folder(
    damage: Callable[[Path], None], folder: Path, tiny: Config, sequences: list[Sequence]
) -> None:
    damage(folder)
    for use in (lambda: checkpoint.load_model(folder), lambda: train(sequences, five_steps(tiny), folder, resume=True)):
        with pytest.raises(ValueError, match="out") as caught:
            use()
        assert "\n" not in str(caught.value).strip()[:80]


@pytest.mark.parametrize("tensor", ["optimiser.0.exp_avg", "generator", "personal", "average.head.0.bias"])
def test_a_checkpoint_without_part_of_the_state_is_refused(
    folder: Path, tiny: Config, sequences: list[Sequence], tensor: str
) -> None:
    edit_weights(folder, lambda tensors: {k: v for k, v in tensors.items() if k != tensor})
    with pytest.raises(ValueError, match=rf"damaged.*{tensor}"):
        train(sequences, five_steps(tiny), folder, resume=True)


def test_a_missing_folder_says_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="kinertia train --out"):
        checkpoint.load_model(tmp_path / "nothing")


def test_resuming_needs_the_same_configuration_recordings_and_people(
    folder: Path, tiny: Config, sequences: list[Sequence]
) -> None:
    config = five_steps(tiny)
    with pytest.raises(ValueError, match="another configuration"):
        train(sequences, replace(config, weights=replace(config.weights, kane=1.0)), folder, resume=True)
    with pytest.raises(ValueError, match="other recordings"):
        train(sequences[::-1], config, folder, resume=True)
    with pytest.raises(ValueError, match="other recordings"):
        train(sequences[:1], config, folder, resume=True)
    taller = replace(sequences[0].body, height=sequences[0].body.height + 0.05)
    with pytest.raises(ValueError, match="other recordings"):
        train([replace(sequences[0], body=taller), sequences[1]], config, folder, resume=True)
    with pytest.raises(ValueError, match="folder"):
        train(sequences, config, resume=True)


def test_learned_deviation_belongs_to_its_recording(folder: Path, tiny: Config, sequences: list[Sequence]) -> None:
    model = checkpoint.load_model(folder)
    assert [p.name for p in model.people] == ["P01_swing", "P02_swing"]
    assert [p.mass_kg for p in model.people] == [70.0, 85.0]
    for person in model.people:
        assert model.person_of(person.fingerprint) == person
        found = model.deviation_of(person.fingerprint)
        torch.testing.assert_close(found.angle, torch.tensor(person.sensor_angle_rad))
        torch.testing.assert_close(found.shift, torch.tensor(person.sensor_shift_m))
        assert float(found.size) == pytest.approx(person.size)
        assert found.angle.abs().min() > 0
    assert model.person_of("unknown") is None
    assert (model.deviation_of("unknown").angle == 0).all()
    assert (model.deviation_of("unknown").shift == 0).all()
    assert float(model.deviation_of("unknown").size) == 1.0


def test_configuration_survives_saving(tmp_path: Path) -> None:
    config = Config(
        rate_hz=50.0,
        body="gait2d",
        network=NetworkConfig(cell="gru", formulation="paper"),
        weights=LossWeights(kane=1.5),
        training=TrainingConfig(seed=7, steps=3),
    )
    configuration.save(config, tmp_path / "config.json")
    assert configuration.load(tmp_path / "config.json", Config) == config


def test_fields_that_are_left_out_have_their_defaults(tmp_path: Path) -> None:
    file = tmp_path / "config.json"
    file.write_text('{"training": {"steps": 12}}')
    assert configuration.load(file, Config) == Config(training=TrainingConfig(steps=12))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"weigths": {}}', "unknown field weigths"),
        ('{"weights": {"kanes": 3.0}}', r"unknown field weights\.kanes"),
        ('{"training": {"steps": 3, "learning_rates": 1}, "x": 1}', r"x, training\.learning_rates"),
        ('{"training": {"steps": "many"}}', r"training\.steps"),
        ('{"training": {"steps": 1.5}}', r"training\.steps"),
        ('{"network": {"cell": "abacus"}}', r"abacus.*network\.cell"),
        ("[1, 2]", "not a valid configuration"),
        ("{", "not a valid configuration"),
        ("", "not a valid configuration"),
    ],
)
def test_mistakes_in_a_configuration_are_named(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "config.json"
    file.write_text(text)
    with pytest.raises(ValueError, match=message) as caught:
        configuration.load(file, Config)
    assert str(file) in str(caught.value)


def test_a_configuration_file_that_is_missing_or_binary(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not a valid configuration"):
        configuration.load(tmp_path / "none.json", Config)
    (tmp_path / "binary.json").write_bytes(b"\xff\x00\xfe")
    with pytest.raises(ValueError, match="not a valid configuration"):
        configuration.load(tmp_path / "binary.json", Config)
