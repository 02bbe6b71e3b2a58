"""Trained models as folders that come with the package."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from torch import Tensor

from kinertia.learning import checkpoint, shipped
from kinertia.learning.checkpoint import MODEL, Card
from kinertia.learning.config import AdaptationConfig
from kinertia.learning.training import write_history

LARGEST_BYTES = 8_000_000
"""Of weights that come with the package."""
LARGEST_HISTORY = 500  # lines


def ship(model: Path, out: Path, *, name: str = shipped.DEFAULT, note: str = "", recipe: str = "") -> int:
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
    require_small(model, tensors)
    config = replace(card.config, adaptation=AdaptationConfig())
    described = replace(card, config=config, people=(), history=(), name=name, trained_on=_people(card, note), recipe=recipe)
    checkpoint.write(out, tensors, described)
    write_history(out / "history.csv", _thinned(card.history))
    return sum(path.stat().st_size for path in out.iterdir())


def require_small(folder: Path, tensors: dict[str, Tensor]) -> None:
    """ValueError if weights are too large to come with the package."""
    size = sum(x.numel() * x.element_size() for x in tensors.values())
    if size > LARGEST_BYTES:
        raise ValueError(f"{folder}: the weights take {size / 1e6:.1f} MB, at most {LARGEST_BYTES / 1e6:g} MB are shipped")


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
