"""Weights with a card on disk, safetensors and JSON, never pickle: whole at every instant, whenever the process is killed."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic, Protocol, TypeVar

import msgspec
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from kinertia.io.files import replacing, write_text

CHECKPOINT_S = 30.0
"""Time between checkpoints: what a killed training loses at most."""
EXPORTED = "export.json"
WORDS = {"fitted": "model", "fitting": "checkpoint", "pretraining": "checkpoint"}
"""For users."""


class Card(Protocol):
    """What stands beside weights; a frozen dataclass."""

    @property
    def kind(self) -> str: ...
    @property
    def step(self) -> int: ...
    @property
    def file(self) -> str: ...


C = TypeVar("C", bound=Card)


@dataclass(frozen=True)
class _Version:
    format: int


@dataclass(frozen=True)
class Store(Generic[C]):
    """Weights and cards of one kind of training.

    Attributes
    ----------
    card : type of the cards.
    format : their format.
    command : that writes them.
    again : what a user does when they are damaged.
    """

    card: type[C]
    format: int
    command: str
    again: str

    def write(self, folder: Path, tensors: dict[str, Tensor], card: C, config: bytes | None = None) -> None:
        """Write weights and card so that at every instant the previous pair or this one is whole.

        Weights get a name that the present card does not refer to; the card that names them is replaced after them, and
        ``config.json``, where there is a configuration to state, after that. Last, what the card before referred to is removed.
        """
        folder.mkdir(parents=True, exist_ok=True)
        text = folder / f"{card.kind}.json"
        name, second = (f"{card.kind}-{card.step}{ending}.safetensors" for ending in ("", "b"))
        before = _weights_of(text)
        if before is not None and self._holds(folder, tensors, card, before):
            used = before  # a training that was finished is resumed
        else:
            used = second if before == name else name
            with replacing(folder / used) as part:
                save_file({key: x.detach().cpu().contiguous().clone() for key, x in tensors.items()}, part)
            write_text(text, _text(card, used))
        if config is not None:
            keep_config(folder, config)
        if before is not None:
            _remove_weights(folder, card.kind, used)

    def _holds(self, folder: Path, tensors: dict[str, Tensor], card: C, used: str) -> bool:
        """Whether this pair is there already, with the weights in the file ``used``."""
        if (folder / f"{card.kind}.json").read_text(encoding="utf-8") != _text(card, used):
            return False
        try:
            there = load_file(folder / used)
        except (SafetensorError, OSError):
            return False
        return there.keys() == tensors.keys() and all(torch.equal(there[key], x.detach().cpu()) for key, x in tensors.items())

    def read(self, folder: Path, kind: str) -> tuple[dict[str, Tensor], C]:
        """Read weights and card.

        Raises
        ------
        ValueError
            If the files are missing, damaged or of another format; the message names file and fix.
        """
        text = folder / f"{kind}.json"
        if not text.is_file():
            raise ValueError(f"{text}: no such {WORDS.get(kind, kind)}; give the folder that `{self.command} --out` wrote")
        try:
            content = text.read_bytes()
            version = msgspec.json.decode(content, type=_Version).format
            if version != self.format:
                raise ValueError(f"{text}: format {version}, this version reads {self.format}; {self.again} again")
            card = msgspec.json.decode(content, type=self.card)
            tensors = load_file(folder / (card.file or f"{kind}-{card.step}.safetensors"))
        except (msgspec.DecodeError, UnicodeDecodeError, SafetensorError, OSError) as error:
            raise ValueError(f"{folder}: {kind} is damaged ({error}); {self.again} again or restore the folder") from error
        if card.kind != kind:
            raise ValueError(f"{text}: this is a {card.kind}, not a {kind}; restore the folder")
        broken = [name for name, x in tensors.items() if x.is_floating_point() and not bool(torch.isfinite(x).all())]
        if broken:
            what = f"not finite: {', '.join(broken)}"
            raise ValueError(f"{folder}: {kind} is damaged ({what}); {self.again} again or restore the folder")
        return tensors, card


def _text(card: Card, used: str) -> str:
    """The card as JSON; it names the file of the weights where that is not the usual one."""
    usual = f"{card.kind}-{card.step}.safetensors"
    named = card if used == usual else replace(card, file=used)  # type: ignore[type-var]
    return msgspec.json.format(msgspec.json.encode(named), indent=1).decode() + "\n"


@dataclass
class Clock:
    """When a checkpoint is due: every so many seconds, by default :data:`CHECKPOINT_S`."""

    every_s: float | None = None
    last_s: float = -1.0

    def due(self) -> bool:
        """Whether it is time; begins to count at the first question, and again at every yes."""
        now = time.monotonic()
        if self.last_s < 0.0:
            self.last_s = now
        if now - self.last_s < (CHECKPOINT_S if self.every_s is None else self.every_s):
            return False
        self.last_s = now
        return True


def retire(folder: Path, kind: str) -> None:
    """Remove a model that another training in this folder replaces, and the graphs that were made of it."""
    (folder / EXPORTED).unlink(missing_ok=True)
    if (card := folder / f"{kind}.json").is_file():
        card.unlink()
        _remove_weights(folder, kind, "")


def keep_config(folder: Path, content: bytes) -> None:
    """Write ``config.json``, unless it says the same already."""
    path = folder / "config.json"
    if not path.is_file() or path.read_bytes() != content:
        with replacing(path) as part:
            part.write_bytes(content)


def _weights_of(card: Path) -> str | None:
    """Name of the weights that a card refers to; None without a card."""
    try:
        found = msgspec.json.decode(card.read_bytes())
        return found.get("file") or f"{found['kind']}-{found.get('step', found.get('epoch'))}.safetensors"
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, AttributeError, KeyError):
        return None


def _remove_weights(folder: Path, kind: str, used: str) -> None:
    ours = re.compile(rf"{kind}-\d+b?\.safetensors")
    for path in folder.iterdir():
        if path.name != used and ours.fullmatch(path.name):
            path.unlink()
