"""Encoders and the state of their training on disk: safetensors and JSON, never pickle."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

from torch import Tensor

from kinertia import __version__
from kinertia.learning import shipped
from kinertia.learning.store import Store
from kinertia.pretraining.build import build
from kinertia.pretraining.config import PretrainingConfig
from kinertia.pretraining.encoder import Encoder
from kinertia.pretraining.recurrent import RecurrentEncoder

FORMAT = 1  # of the files; counts up when older code would misread them
ENCODER, STATE = "encoder", "pretraining"
PHYSICS = "physics"
LARGEST_BYTES = 8_000_000  # so that the package stays small


@dataclass(frozen=True)
class Card:
    """What stands beside the weights.

    Attributes
    ----------
    format, kind, step, config : layout of the files, encoder or state of training, steps done, configuration.
    data : fingerprint of the windows.
    windows, recordings : how many.
    history : the recorded losses.
    version : of the package that wrote it.
    note, recipe : of a shipped encoder: the recordings in words, and the command that made it.
    file : of the weights, where it is not the usual one.
    """

    format: int
    kind: str
    step: int
    config: PretrainingConfig
    data: str = ""
    windows: int = 0
    recordings: int = 0
    history: tuple[dict[str, float], ...] = ()
    version: str = __version__
    note: str = ""
    recipe: str = ""
    file: str = ""


@dataclass(frozen=True)
class Pretrained:
    """An encoder and the configuration that it was made with."""

    encoder: Encoder
    config: PretrainingConfig


_STORE = Store(Card, FORMAT, "kinertia pretrain", "pretrain")


def write(folder: Path, tensors: dict[str, Tensor], card: Card) -> None:
    """Write weights and card; see :class:`Store`."""
    _STORE.write(folder, tensors, card)


def read(folder: Path, kind: str) -> tuple[dict[str, Tensor], Card]:
    """Read weights and card; errors as :meth:`Store.read`."""
    return _STORE.read(folder, kind)


def names() -> list[str]:
    """Encoders that come with the package."""
    folder = resources.files("kinertia") / "models" / ENCODER
    found = sorted(entry.name for entry in folder.iterdir() if entry.is_dir()) if folder.is_dir() else []
    return [*found, PHYSICS]


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
        with resources.as_file(resources.files("kinertia") / "models" / ENCODER / str(encoder)) as folder:
            return _load(folder)
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
    """Copy an encoder into a folder of the package; returns its size [bytes].

    Raises
    ------
    ValueError
        As :func:`load`, or if it would take more than 8 MB.
    """
    _load(folder)
    tensors, card = read(folder, ENCODER)
    size = sum(x.numel() * x.element_size() for x in tensors.values())
    if size > LARGEST_BYTES:
        raise ValueError(f"{folder}: the weights take {size / 1e6:.1f} MB, at most {LARGEST_BYTES / 1e6:g} MB are shipped")
    described = replace(card, note=note, recipe=recipe)
    write(out, tensors, described)
    return sum(path.stat().st_size for path in out.iterdir())


def _load(folder: Path) -> Pretrained:
    tensors, card = read(folder, ENCODER)
    encoder = build(card.config)
    try:
        encoder.load_state_dict(tensors)
    except RuntimeError as error:
        raise ValueError(f"{folder}: the weights do not fit the configuration beside them: {error}") from error
    return Pretrained(encoder.eval(), card.config)
