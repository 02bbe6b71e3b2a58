"""Models that come with the package."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import torch

from kinertia.learning import checkpoint
from kinertia.learning.checkpoint import Model

DEFAULT = "default"
SPARSE = "sparse"  # for any set of sensors; where all seven are worn, the other one is better on real recordings


def names() -> list[str]:
    """Names of the shipped models."""
    folder = resources.files("kinertia") / "models"
    return sorted(entry.name for entry in folder.iterdir() if (entry / "model.json").is_file()) if folder.is_dir() else []


def load(model: str | Path = DEFAULT, device: torch.device | str = "cpu") -> Model:
    """A shipped model by its name, or any other by its folder.

    ValueError as :func:`kinertia.learning.checkpoint.load_model`.
    """
    if str(model) not in names():
        return checkpoint.load_model(model, device)
    with resources.as_file(resources.files("kinertia") / "models" / str(model)) as folder:
        return checkpoint.load_model(folder, device)
