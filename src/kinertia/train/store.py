"""Weights with a card on disk, safetensors and JSON, never pickle: whole at every instant, whenever the process is killed."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from kinertia import __version__
from kinertia.io.files import replacing, write_text
from kinertia.train import configuration
from kinertia.train.state import State

CHECKPOINT_S = 30.0  # time between checkpoints: what a killed training loses at most
EXPORTED = "export.json"
N = TypeVar("N", bound=nn.Module)


@dataclass(frozen=True, kw_only=True)
class Card:
    """What stands beside weights; each training adds what is its own."""

    # format, kind, step: layout of the files, which of the two (model, or state of a training), steps done
    format: int
    kind: str
    step: int
    config: Any  # the configuration, a frozen dataclass
    start: str = ""  # fingerprint of the weights that training started from; empty for random ones
    history: tuple[dict[str, float], ...] = ()  # the recorded losses
    version: str = __version__  # of the package that wrote it
    file: str = ""  # of the weights, where it is not the usual one


C = TypeVar("C", bound=Card)


@dataclass(frozen=True)
class Store(Generic[C]):
    """Folders of one kind of training: a finished model and the state of its training, each weights and a card."""

    card: type[C]  # type of the cards
    format: int  # their format
    # model, state: names of the two
    model: str
    state: str
    command: str  # that writes them; the last word is also what a user does again when they are damaged

    def write(self, folder: Path, tensors: dict[str, Tensor], card: C) -> None:
        """Write weights and card so that at every instant the previous pair or this one is whole.

        Weights get a name that the present card does not refer to; the card that names them is replaced after them, and
        ``config.json`` after that. Last, what the card before referred to is removed.
        """
        folder.mkdir(parents=True, exist_ok=True)
        text = folder / f"{card.kind}.json"
        name, second = (f"{card.kind}-{card.step}{ending}.safetensors" for ending in ("", "b"))
        before = _weights_of(text)
        if before is not None and _holds(folder, tensors, card, before):
            used = before  # a training that was finished is resumed
        else:
            used = second if before == name else name
            with replacing(folder / used) as part:
                save_file({key: x.detach().cpu().contiguous().clone() for key, x in tensors.items()}, part)
            write_text(text, _text(card, used))
        configuration.save(card.config, folder / "config.json")
        if before is not None:
            _remove_weights(folder, card.kind, used)

    def read(self, folder: Path | str, kind: str = "") -> tuple[dict[str, Tensor], C]:
        """Read weights and card, of the model when no kind is given.

        ValueError if the files are missing, damaged or of another format; the message names file and fix.
        """
        folder, kind = Path(folder), kind or self.model
        text, again = folder / f"{kind}.json", self.command.split()[-1]
        if not text.is_file():
            word = "checkpoint" if kind == self.state else "model" if kind == "fitted" else kind
            raise ValueError(f"{text}: no such {word}; give the folder that `{self.command} --out` wrote")
        try:
            content = msgspec.json.decode(text.read_bytes(), type=dict[str, Any])
            version = content.get("format")
            if version != self.format:
                raise ValueError(f"{text}: format {version}, this version reads {self.format}; {again} again")
            card = msgspec.convert({"step": content.get("epoch"), **content}, type=self.card)
            tensors = load_file(folder / (card.file or f"{kind}-{card.step}.safetensors"))
        except (msgspec.MsgspecError, UnicodeDecodeError, SafetensorError, OSError) as error:
            raise ValueError(f"{folder}: {kind} is damaged ({error}); {again} again or restore the folder") from error
        if card.kind != kind:
            raise ValueError(f"{text}: this is a {card.kind}, not a {kind}; restore the folder")
        broken = [name for name, x in tensors.items() if x.is_floating_point() and not bool(torch.isfinite(x).all())]
        if broken:
            what = f"not finite: {', '.join(broken)}"
            raise ValueError(f"{folder}: {kind} is damaged ({what}); {again} again or restore the folder")
        return tensors, card

    def resume(self, folder: Path, state: State, differs: Callable[[C], str]) -> C:
        """Put a training back to where its checkpoint is.

        ``differs`` says of a card what of the training was different then, and what to give instead; empty where nothing was.
        ValueError as :meth:`read`, or if the checkpoint is of something else.
        """
        tensors, card = self.read(folder, self.state)
        if wrong := differs(card):
            raise ValueError(f"{folder}: the checkpoint was {wrong}, or another --out")
        try:
            state.restore(tensors, card.step, card.history)
        except (ValueError, RuntimeError) as error:
            again = self.command.split()[-1]
            raise ValueError(f"{folder}: {self.state} is damaged ({error}); {again} again or restore the folder") from error
        return card

    def retire(self, folder: Path) -> None:
        """Remove a model that another training in this folder replaces, and the graphs that were made of it."""
        (folder / EXPORTED).unlink(missing_ok=True)
        if (card := folder / f"{self.model}.json").is_file():
            card.unlink()
            _remove_weights(folder, self.model, "")


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


def fill(network: N, tensors: dict[str, Tensor], folder: Path | str) -> N:
    """The network with these weights, as it is used; ValueError names the folder where they do not fit."""
    try:
        network.load_state_dict(tensors)
    except RuntimeError as error:
        raise ValueError(f"{folder}: the weights do not fit the configuration beside them: {error}") from error
    return network.eval()


def fingerprint(network: nn.Module) -> str:
    """Short hash of a network's weights."""
    result = sha256()
    for key, tensor in sorted(network.state_dict().items()):
        result.update(key.encode() + tensor.detach().cpu().contiguous().numpy().tobytes())
    return result.hexdigest()[:16]


def _holds(folder: Path, tensors: dict[str, Tensor], card: Card, used: str) -> bool:
    """Whether this pair is there already, with the weights in the file ``used``."""
    if (folder / f"{card.kind}.json").read_text(encoding="utf-8") != _text(card, used):
        return False
    try:
        there = load_file(folder / used)
    except (SafetensorError, OSError):
        return False
    return there.keys() == tensors.keys() and all(torch.equal(there[key], x.detach().cpu()) for key, x in tensors.items())


def _text(card: Card, used: str) -> str:
    """The card as JSON; it names the file of the weights where that is not the usual one."""
    usual = f"{card.kind}-{card.step}.safetensors"
    named = card if used == usual else replace(card, file=used)
    return msgspec.json.format(msgspec.json.encode(named), indent=1).decode() + "\n"


def _weights_of(card: Path) -> str | None:
    """Name of the weights that a card refers to; None without a card."""
    try:
        result = msgspec.json.decode(card.read_bytes())
        return result.get("file") or f"{result['kind']}-{result.get('step', result.get('epoch'))}.safetensors"
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, AttributeError, KeyError):
        return None


def _remove_weights(folder: Path, kind: str, used: str) -> None:
    ours = re.compile(rf"{kind}-\d+b?\.safetensors")
    for path in folder.iterdir():
        if path.name != used and ours.fullmatch(path.name):
            path.unlink()
