"""Supervised models and the state of their training on disk: safetensors and JSON, never pickle."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import msgspec
from torch import Tensor

from kinertia import __version__
from kinertia.learning.store import Store
from kinertia.supervised.config import FitConfig
from kinertia.supervised.layout import Layout
from kinertia.supervised.networks import Network
from kinertia.supervised.scale import Scale

FORMAT = 1  # of the files; counts up when older code would misread them
FITTED, STATE = "fitted", "fitting"
NETWORK, SCALE = "network.", "scale."


@dataclass(frozen=True)
class Card:
    """What stands beside the weights.

    Attributes
    ----------
    format, kind, epoch, config : layout of the files, model or state of training, passes done, configuration.
    columns, targets, peaks : names of what is read and predicted.
    people : who was learned from.
    regime : ``individual``, ``general`` or ``adaptive``.
    data : fingerprint of the examples that were learned from and of those that say when to stop.
    start : fingerprint of the model that training started from; empty for random weights.
    history : the recorded losses.
    best, waited : of early stopping: smallest loss of the people held back, passes since then.
    weights : fingerprint of the network, to notice files that were mixed up.
    version : of the package that wrote it.
    file : of the weights, where it is not the usual one.
    """

    format: int
    kind: str
    epoch: int
    config: FitConfig
    columns: tuple[str, ...]
    targets: tuple[str, ...]
    peaks: tuple[str, ...]
    people: tuple[str, ...]
    regime: str
    data: str
    start: str = ""
    history: tuple[dict[str, float], ...] = ()
    best: float | None = None
    waited: int = 0
    weights: str = ""
    version: str = __version__
    file: str = ""

    @property
    def step(self) -> int:
        """Passes done."""
        return self.epoch


@dataclass(frozen=True)
class Fitted:
    """A trained network with what belongs to it.

    Attributes
    ----------
    network, scale, config : weights, means and spreads of the examples learned from, configuration.
    layout, targets, peaks : names of what is read and predicted.
    people : who was learned from.
    regime : how, see :mod:`kinertia.supervised.regimes`.
    history : losses of every pass.
    """

    network: Network
    scale: Scale
    config: FitConfig
    layout: Layout
    targets: tuple[str, ...]
    peaks: tuple[str, ...]
    people: tuple[str, ...]
    regime: str = "general"
    history: tuple[dict[str, float], ...] = ()

    @property
    def fingerprint(self) -> str:
        """Short hash of the weights."""
        return fingerprint(self.network)


def fingerprint(network: Network) -> str:
    """Short hash of a network's weights."""
    found = sha256()
    for name, tensor in sorted(network.state_dict().items()):
        found.update(name.encode() + tensor.detach().cpu().contiguous().numpy().tobytes())
    return found.hexdigest()[:16]


def is_fitted(folder: Path | str) -> bool:
    """Whether a folder holds a supervised model."""
    return (Path(folder) / f"{FITTED}.json").is_file()


_STORE = Store(Card, FORMAT, "kinertia fit", "fit")


def write(folder: Path, tensors: dict[str, Tensor], card: Card) -> None:
    """Write weights and card, and the configuration beside them as ``config.json``; see :class:`Store`."""
    _STORE.write(folder, tensors, card, encode(card.config))


def read(folder: Path, kind: str) -> tuple[dict[str, Tensor], Card]:
    """Weights and card of a folder; errors as :meth:`Store.read`."""
    return _STORE.read(folder, kind)


def encode(config: FitConfig) -> bytes:
    """A configuration as indented JSON."""
    return msgspec.json.format(msgspec.json.encode(config), indent=1) + b"\n"


def save(folder: Path, fitted: Fitted, data: str, start: str = "") -> None:
    """Write a finished model."""
    tensors = {f"{NETWORK}{name}": x for name, x in fitted.network.state_dict().items()}
    tensors |= {f"{SCALE}{name}": x for name, x in fitted.scale.tensors().items()}
    card = Card(
        FORMAT,
        FITTED,
        len(fitted.history),
        fitted.config,
        fitted.layout.names,
        fitted.targets,
        fitted.peaks,
        fitted.people,
        fitted.regime,
        data,
        start,
        fitted.history,
        weights=fitted.fingerprint,
    )
    write(folder, tensors, card)


def load(folder: Path | str) -> Fitted:
    """A finished model.

    Raises
    ------
    ValueError
        As :func:`read`, or if weights and card do not belong together.
    """
    tensors, card = read(Path(folder), FITTED)
    network = Network(card.config.network, len(card.columns), len(card.targets), len(card.peaks))
    try:
        network.load_state_dict({name.removeprefix(NETWORK): x for name, x in tensors.items() if name.startswith(NETWORK)})
        scale = Scale(**{name.removeprefix(SCALE): x for name, x in tensors.items() if name.startswith(SCALE)})
    except (RuntimeError, TypeError) as error:
        raise ValueError(f"{folder}: the weights do not fit the card beside them: {error}") from error
    if fingerprint(network) != card.weights:
        raise ValueError(f"{folder}: weights and card do not belong together; fit again or restore the folder")
    network.requires_grad_(False).eval()
    columns = Layout(card.columns)
    return Fitted(network, scale, card.config, columns, card.targets, card.peaks, card.people, card.regime, card.history)
