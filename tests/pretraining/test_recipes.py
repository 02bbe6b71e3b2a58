"""Recipes with the published sizes."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from experiments.encoders.build import build
from experiments.encoders.config import PretrainingConfig, check

RECIPES = Path(__file__).resolve().parents[2] / "recipes"


@pytest.mark.parametrize(("name", "millions"), [("contrastive", (1.2, 1.6)), ("masked", (2.0, 2.2))])
def test_published_sizes(name: str, millions: tuple[float, float]) -> None:
    config = msgspec.json.decode((RECIPES / f"{name}.json").read_bytes(), type=PretrainingConfig)
    check(config)
    assert config.method == name
    size = sum(p.numel() for p in build(config).parameters()) / 1e6
    assert millions[0] < size < millions[1]
