"""Supervised models on disk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from kinertia.supervised.channels import Layout
from kinertia.supervised.config import FitConfig
from kinertia.supervised.examples import Scale
from kinertia.supervised.networks import Network
from kinertia.train import store
from kinertia.train.store import Store

FORMAT = 1  # of the files; counts up when older code would misread them
FITTED, STATE = "fitted", "fitting"
NETWORK, SCALE = "network.", "scale."


@dataclass(frozen=True, kw_only=True)
class Card(store.Card):
    """What stands beside the weights; steps are passes over the examples."""

    config: FitConfig
    columns: tuple[str, ...]  # names of what is read
    targets: tuple[str, ...]  # names of the curves that are predicted
    peaks: tuple[str, ...]  # names of the peaks
    people: tuple[str, ...]  # who was learned from
    regime: str  # ``individual``, ``general`` or ``adaptive``
    data: str  # fingerprint of the examples that were learned from and of those that say when to stop
    weights: str = ""  # fingerprint of the network of a model, to notice files that were mixed up


@dataclass(frozen=True)
class Fitted:
    """A trained network with means and spreads of the examples that it learned from, and what stands beside them in a file."""

    network: Network
    scale: Scale
    card: Card

    @property
    def config(self) -> FitConfig:
        return self.card.config

    @property
    def layout(self) -> Layout:
        """Columns of what is read."""
        return Layout(self.card.columns)

    @property
    def targets(self) -> tuple[str, ...]:
        """Names of the curves."""
        return self.card.targets

    @property
    def fingerprint(self) -> str:
        """Short hash of the weights."""
        return store.fingerprint(self.network)

    def tensors(self) -> dict[str, Tensor]:
        """Weights, means and spreads by name, for a file."""
        network = {f"{NETWORK}{name}": x for name, x in self.network.state_dict().items()}
        return network | {f"{SCALE}{name}": x for name, x in vars(self.scale).items()}


STORE = Store(Card, FORMAT, FITTED, STATE, "kinertia fit")
read = STORE.read


def is_fitted(folder: Path | str) -> bool:
    """Whether a folder holds a supervised model."""
    return (Path(folder) / f"{FITTED}.json").is_file()


def load(folder: Path | str) -> Fitted:
    """A finished model.

    ValueError: as :meth:`kinertia.train.store.Store.read`, or if weights and card do not belong together.
    """
    tensors, card = STORE.read(folder)
    network = Network(card.config.network, len(card.columns), len(card.targets), len(card.peaks))
    store.fill(network, {name.removeprefix(NETWORK): x for name, x in tensors.items() if name.startswith(NETWORK)}, folder)
    try:
        scale = Scale(**{name.removeprefix(SCALE): x for name, x in tensors.items() if name.startswith(SCALE)})
    except TypeError as error:
        raise ValueError(f"{folder}: the weights do not fit the card beside them: {error}") from error
    if store.fingerprint(network) != card.weights:
        raise ValueError(f"{folder}: weights and card do not belong together; fit again or restore the folder")
    return Fitted(network.requires_grad_(False), scale, card)
