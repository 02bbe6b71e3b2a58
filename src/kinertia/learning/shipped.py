"""Models that come with the package."""

from __future__ import annotations

from dataclasses import replace
from importlib import resources
from pathlib import Path

import torch

from kinertia.learning import checkpoint
from kinertia.learning.checkpoint import MODEL, Card, Model
from kinertia.learning.config import AdaptationConfig
from kinertia.learning.training import write_history
from kinertia.train import store

DEFAULT = "default"
SPARSE = "sparse"
"""For any set of sensors; where all seven are worn, the other one is better on real recordings."""
LARGEST_HISTORY = 500  # lines


def names() -> list[str]:
    """Names of the shipped models."""
    folder = resources.files("kinertia") / "models"
    return sorted(entry.name for entry in folder.iterdir() if (entry / "model.json").is_file()) if folder.is_dir() else []


def suited(complete: bool) -> str:
    """Name of the shipped model for recordings that have all seven sensors, or not."""
    return DEFAULT if complete else SPARSE


def load(model: str | Path = DEFAULT, device: torch.device | str = "cpu") -> Model:
    """A shipped model by its name, or any other by its folder.

    Raises
    ------
    ValueError : as :func:`kinertia.learning.checkpoint.load_model`.
    """
    if str(model) not in names():
        return checkpoint.load_model(model, device)
    with resources.as_file(resources.files("kinertia") / "models" / str(model)) as folder:
        return checkpoint.load_model(folder, device)


def ship(model: Path, out: Path, *, name: str = DEFAULT, note: str = "", recipe: str = "") -> int:
    """Write a trained model as a package folder: no deviations of single people, the loss history beside it.

    It will be adapted with the built-in numbers, whatever it was adapted with itself.

    Parameters
    ----------
    model : folder that training wrote.
    out : folder to write ``model.json``, its weights, ``config.json`` and ``history.csv`` into.
    name : of the model.
    note : what the recordings were; number and size of the people are added.
    recipe : command that makes these weights.

    Returns
    -------
    Size of the folder [bytes].

    Raises
    ------
    ValueError : as :func:`kinertia.learning.checkpoint.load_model`, or if the folder would be larger than 8 MB.
    """
    checkpoint.load_model(model)  # whole, and of this version
    tensors, card = checkpoint.read(model, MODEL)
    store.require_small(model, tensors)
    config = replace(card.config, adaptation=AdaptationConfig())
    described = replace(card, config=config, people=(), history=(), name=name, trained_on=_people(card, note), recipe=recipe)
    checkpoint.write(out, tensors, described)
    write_history(out / "history.csv", _thinned(card.history))
    return sum(path.stat().st_size for path in out.iterdir())


def _thinned(history: tuple[dict[str, float], ...]) -> list[dict[str, float]]:
    """At most about 500 rows, the last one among them, with four digits."""
    every = max(len(history) // LARGEST_HISTORY, 1)
    return [{name: float(f"{value:.4g}") for name, value in row.items()} for row in history[::-1][::every][::-1]]


def _people(card: Card, note: str) -> str:
    masses, heights = [p.mass_kg for p in card.people], [p.height_m for p in card.people]
    if not masses:
        return note or card.trained_on
    sizes = f"{min(masses):.0f} to {max(masses):.0f} kg, {min(heights):.2f} to {max(heights):.2f} m"
    return "; ".join(part for part in (note, f"{len(masses)} recordings of people of {sizes}") if part)
