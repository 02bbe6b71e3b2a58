"""Encoders and the state of their training on disk: safetensors and JSON, never pickle."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from experiments.encoders.build import build
from experiments.encoders.config import PretrainingConfig
from experiments.encoders.encoder import Encoder
from experiments.encoders.recurrent import RecurrentEncoder
from experiments.shipping import require_small
from kinertia.learning import shipped
from kinertia.train import store
from kinertia.train.store import Store

FORMAT = 1  # of the files; counts up when older code would misread them
ENCODER, STATE = "encoder", "pretraining"
PHYSICS = "physics"
SHIPPED = Path(__file__).parent / "shipped"


@dataclass(frozen=True, kw_only=True)
class Card(store.Card):
    """What stands beside the weights.

    Attributes
    ----------
    data : fingerprint of the windows.
    windows, recordings : how many.
    note, recipe : of a shipped encoder: the recordings in words, and the command that made it.
    """

    config: PretrainingConfig
    data: str = ""
    windows: int = 0
    recordings: int = 0
    note: str = ""
    recipe: str = ""


@dataclass(frozen=True)
class Pretrained:
    """An encoder and the configuration that it was made with."""

    encoder: Encoder
    config: PretrainingConfig


STORE = Store(Card, FORMAT, ENCODER, STATE, "kinertia pretrain")
read, write = STORE.read, STORE.write


def names() -> list[str]:
    """Encoders that come with the checkout."""
    return [*sorted(entry.name for entry in SHIPPED.iterdir() if entry.is_dir()), PHYSICS]


def load(encoder: str | Path) -> Pretrained:
    """An encoder by its name, or by the folder that ``kinertia pretrain`` or ``kinertia train`` wrote.

    ``physics`` is that of the model that comes with the package.

    Raises
    ------
    ValueError
        If there is none, it is damaged, or weights and configuration do not belong together.
    """
    if str(encoder) == PHYSICS:
        return from_model(shipped.DEFAULT)
    if str(encoder) in names():
        return _load(SHIPPED / str(encoder))
    folder = Path(encoder)
    if (folder / f"{ENCODER}.json").is_file():
        return _load(folder)
    if (folder / "model.json").is_file():
        return from_model(folder)
    raise ValueError(
        f"{encoder}: no encoder; give one of {', '.join(names())}, or a folder that `kinertia pretrain` or `kinertia train` "
        "wrote"
    )


def from_model(model: str | Path) -> Pretrained:
    """A network that was trained on the equations of motion, as an encoder.

    Raises
    ------
    ValueError
        If the model cannot be loaded.
    """
    loaded = shipped.load(model)
    config = PretrainingConfig(method=PHYSICS, rate_hz=loaded.config.rate_hz, network=loaded.config.network)
    encoder = build(config)
    assert isinstance(encoder, RecurrentEncoder)
    encoder.network.load_state_dict(loaded.network.state_dict())
    return Pretrained(encoder.eval(), config)


def ship(folder: Path, out: Path, *, note: str = "", recipe: str = "") -> int:
    """Copy an encoder into a folder of :data:`SHIPPED`; returns its size [bytes].

    Raises
    ------
    ValueError
        As :func:`load`, or if it would take more than 8 MB.
    """
    _load(folder)
    tensors, card = read(folder)
    require_small(folder, tensors)
    described = replace(card, note=note, recipe=recipe)
    write(out, tensors, described)
    return sum(path.stat().st_size for path in out.iterdir())


def _load(folder: Path) -> Pretrained:
    tensors, card = read(folder)
    return Pretrained(store.fill(build(card.config), tensors, folder), card.config)
