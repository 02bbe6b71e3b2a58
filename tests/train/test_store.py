"""Weights and card are one whole pair before every single change of a file, whatever replaces what."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from experiments.kills import forked
from kinertia.learning.checkpoint import FORMAT, STORE, Card, read, write
from kinertia.learning.config import Config

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are forked")


def _card(kind: str, hidden: int, step: int = 5) -> Card:
    config = Config()
    config = replace(config, network=replace(config.network, hidden=hidden))
    return Card(format=FORMAT, kind=kind, step=step, config=config, people=(), probe=())


def _train_over(folder: Path) -> None:
    """What a training does that replaces a model of as many steps."""
    write(folder, {"x": torch.ones(3)}, _card("checkpoint", 2))
    STORE.retire(folder)
    write(folder, {"x": torch.ones(3)}, _card("checkpoint", 2, 6))
    write(folder, {"x": torch.ones(3)}, _card("model", 2))


def test_a_model_is_replaced_without_an_instant_without_one(tmp_path: Path) -> None:
    whole = forked(lambda: _train_over(tmp_path / "counted"), tmp_path)
    assert whole.failed == ""
    killed, operation, folder = True, 0, tmp_path
    while killed:
        folder = tmp_path / str(operation)
        write(folder, {"x": torch.zeros(3)}, _card("model", 1))
        write(folder, {"x": torch.zeros(3)}, _card("checkpoint", 1))
        ended = forked(lambda folder=folder: _train_over(folder), folder, operation=operation)
        assert ended.failed == ""
        kinds = [kind for kind in ("model", "checkpoint") if (folder / f"{kind}.json").is_file()]
        found = {kind: read(folder, kind) for kind in kinds}
        assert found
        for tensors, card in found.values():
            assert torch.equal(tensors["x"], torch.full((3,), float(card.config.network.hidden - 1)))
        stated = json.loads((folder / "config.json").read_text())["network"]["hidden"]
        assert stated in [card.config.network.hidden for _, card in found.values()]
        killed, operation = ended.killed, operation + 1
    assert operation > whole.operations
    assert sorted(path.name for path in folder.glob("*.safetensors")) == ["checkpoint-6.safetensors", "model-5.safetensors"]


def test_weights_of_others_stay(tmp_path: Path) -> None:
    others = [tmp_path / name for name in ("model-00001-of-00002.safetensors", "model-best.safetensors")]
    for path in others:
        path.write_bytes(b"of another program")
    for step in (5, 6):
        write(tmp_path, {"x": torch.zeros(3)}, _card("model", 1, step))
    assert all(path.read_bytes() == b"of another program" for path in others)
    assert not (tmp_path / "model-5.safetensors").exists()
