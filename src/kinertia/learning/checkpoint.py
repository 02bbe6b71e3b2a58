"""Training checkpoints and finished models on disk: safetensors and JSON, never pickle."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import torch

from kinertia import __version__
from kinertia.bodies import SKELETONS
from kinertia.learning import probe
from kinertia.learning.config import Config
from kinertia.learning.network import Network
from kinertia.learning.personal import Deviation
from kinertia.train import store
from kinertia.train.store import Store
from kinertia.uncertainty import store as bands
from kinertia.uncertainty.calibration import Calibration, Uncalibrated

FORMAT = 5  # of the files; counts up when older code would misread them
MODEL, CHECKPOINT = "model", "checkpoint"


@dataclass(frozen=True)
class Person:
    """A recording that a model was trained on, as it was stated, and the deviations learned from that."""

    name: str
    fingerprint: str
    mass_kg: float
    height_m: float
    sensor_angle_rad: tuple[float, ...]
    sensor_shift_m: tuple[tuple[float, float], ...]
    size: float

    @property
    def deviation(self) -> Deviation:
        """What was learned, as estimates use it."""
        return Deviation(torch.tensor(self.sensor_angle_rad), torch.tensor(self.sensor_shift_m), torch.tensor(self.size))


@dataclass(frozen=True, kw_only=True)
class Card(store.Card):
    """What stands beside the weights."""

    config: Config
    people: tuple[Person, ...]  # recordings trained on, with what was learned about each
    # what weights and equations answered to a fixed input when this was written (:mod:`kinertia.learning.probe`)
    probe: tuple[float, ...]
    labels: str = ""  # fingerprint of the labels that were trained with; empty without
    # name, trained_on, recipe: of a shipped model: its name, the recordings in words, and the command that made it
    name: str = ""
    trained_on: str = ""
    recipe: str = ""


@dataclass(frozen=True)
class Model:
    """A trained network with its configuration and people."""

    # network, config, people: the network, how it was trained, and on whom
    network: Network
    config: Config
    people: tuple[Person, ...]
    name: str = ""  # of a shipped model, else empty
    start: str = ""  # fingerprint of the weights that training started from; empty for random ones
    calibration: Calibration | Uncalibrated = field(default_factory=Uncalibrated)  # of the bands around its outputs

    def __repr__(self) -> str:
        names = ", ".join(dict.fromkeys(person.name for person in self.people[:3])) + (", ..." if len(self.people) > 3 else "")
        which = repr(self.name) if self.name else f"trained on {names}"
        bands = "without bands" if isinstance(self.calibration, Uncalibrated) else "with bands"
        return f"Model {which}: body {self.config.body}, {self.config.rate_hz:g} Hz, {bands}"

    @property
    def fingerprint(self) -> str:
        """Short hash of the weights."""
        return store.fingerprint(self.network)

    def person_of(self, fingerprint: str) -> Person | None:
        """Who was recorded, as stated in training; None for a recording that the model has not seen."""
        return next((person for person in self.people if person.fingerprint == fingerprint), None)

    def deviation_of(self, fingerprint: str) -> Deviation:
        """Deviation learned for a recording; none for one that the model has not seen."""
        person = self.person_of(fingerprint)
        return Deviation.none(self.config.sensors) if person is None else person.deviation


STORE = Store(Card, FORMAT, MODEL, CHECKPOINT, "kinertia train")
read, write = STORE.read, STORE.write


def load_model(folder: Path | str, device: torch.device | str = "cpu") -> Model:
    """Load a finished model for estimation.

    ValueError as :meth:`kinertia.train.store.Store.read`, or if weights and code do not belong together.
    """
    tensors, card = STORE.read(folder)
    network = store.fill(Network(card.config.network, SKELETONS[card.config.body], card.config.sensors), tensors, folder)
    check(Path(folder), card, network.requires_grad_(False))
    model = Model(network.to(device), card.config, card.people, card.name, card.start)
    return replace(model, calibration=bands.find(Path(folder), model.fingerprint, card.start))


def check(folder: Path, card: Card, network: Network) -> None:
    """ValueError if weights and equations no longer answer as they did when the card was written."""
    if not probe.agree(card.probe, probe.answer(network, card.config)):
        raise ValueError(
            f"{folder}: these weights and this version ({__version__}) do not belong together: body, decoding or "
            f"equations differ from those of version {card.version} that wrote them, or the files were mixed up; train again"
        )
