"""Encoders and the state of their training on disk: safetensors and JSON, never pickle."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

import msgspec
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from kinertia import __version__
from kinertia.io.files import replacing, write_text
from kinertia.learning import shipped
from kinertia.pretraining.build import build
from kinertia.pretraining.config import PretrainingConfig
from kinertia.pretraining.encoder import Encoder
from kinertia.pretraining.recurrent import RecurrentEncoder

FORMAT = 1
ENCODER, STATE = "encoder", "pretraining"
PHYSICS = "physics"
LARGEST_BYTES = 8_000_000


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


@dataclass(frozen=True)
class Pretrained:
    """An encoder and the configuration that it was made with."""

    encoder: Encoder
    config: PretrainingConfig


@dataclass(frozen=True)
class _Version:
    format: int


def write(folder: Path, tensors: dict[str, Tensor], card: Card) -> None:
    """Write weights and card so that an interruption leaves the previous pair intact."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = folder / f"{card.kind}-{card.step}.safetensors"
    with replacing(weights) as part:
        save_file({name: x.detach().cpu().contiguous() for name, x in tensors.items()}, part)
    write_text(folder / f"{card.kind}.json", msgspec.json.format(msgspec.json.encode(card), indent=1).decode() + "\n")
    for old in folder.glob(f"{card.kind}-*.safetensors"):
        if old != weights:
            old.unlink()


def read(folder: Path, kind: str) -> tuple[dict[str, Tensor], Card]:
    """Read weights and card.

    Raises
    ------
    ValueError
        If the files are missing, damaged or of another format; the message names file and fix.
    """
    text = folder / f"{kind}.json"
    if not text.is_file():
        raise ValueError(f"{text}: no such file; give a folder that `kinertia pretrain --out` wrote")
    try:
        content = text.read_bytes()
        version = msgspec.json.decode(content, type=_Version).format
        if version != FORMAT:
            raise ValueError(f"{text}: format {version}, this version reads {FORMAT}; pretrain again")
        card = msgspec.json.decode(content, type=Card)
        tensors = load_file(folder / f"{kind}-{card.step}.safetensors")
    except (msgspec.DecodeError, UnicodeDecodeError, SafetensorError, OSError) as error:
        raise ValueError(f"{folder}: {kind} is damaged ({error}); pretrain again or restore the folder") from error
    if card.kind != kind:
        raise ValueError(f"{text}: this is of kind {card.kind}, not {kind}; restore the folder")
    broken = [name for name, x in tensors.items() if x.is_floating_point() and not bool(torch.isfinite(x).all())]
    if broken:
        raise ValueError(f"{folder}: {kind} is damaged (not finite: {', '.join(broken)}); pretrain again or restore the folder")
    return tensors, card


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
