"""The encoders that come with the package."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.encoders import checkpoint
from experiments.shipping import LARGEST_BYTES
from kinertia.train import store

FOLDER = checkpoint.SHIPPED


def test_they_are_small() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(checkpoint.names()) - {"physics"}
    assert sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()) <= LARGEST_BYTES


@pytest.mark.parametrize("name", [name for name in checkpoint.names() if name != "physics"])
def test_their_cards_say_where_they_come_from(name: str, tmp_path: Path) -> None:
    found = checkpoint.load(name)
    assert found.config.method == name
    checkpoint.ship(FOLDER / name, tmp_path, note="again")
    assert store.fingerprint(checkpoint.load(tmp_path).encoder) == store.fingerprint(found.encoder)
    card = checkpoint.read(FOLDER / name, checkpoint.ENCODER)[1]
    assert "simulated people" in card.note
    assert f"--method {name}" in card.recipe
    assert card.step == card.config.steps
    assert "P01" not in (FOLDER / name / "encoder.json").read_text()
