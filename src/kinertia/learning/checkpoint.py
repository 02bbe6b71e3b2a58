"""Training checkpoints and finished models on disk: safetensors and JSON, never pickle."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

import torch
from torch import Tensor

from kinertia import __version__
from kinertia.bodies import SKELETONS
from kinertia.learning import config as configuration
from kinertia.learning import probe
from kinertia.learning.config import Config
from kinertia.learning.network import Network
from kinertia.learning.personal import Deviation
from kinertia.learning.store import Store
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


@dataclass(frozen=True)
class Card:
    """What stands beside the weights.

    Attributes
    ----------
    format, kind, step, config : layout of the files, model or checkpoint, training steps done, configuration.
    people : recordings trained on, with what was learned about each.
    probe : what weights and equations answered to a fixed input when this was written (:mod:`kinertia.learning.probe`).
    history : the recorded loss terms.
    version : of the package that wrote it.
    start : fingerprint of the weights that training started from; empty for random ones.
    labels : fingerprint of the labels that were trained with; empty without.
    name, trained_on, recipe : of a shipped model: its name, the recordings and what was done in words, and the command that
        makes such weights.
    file : of the weights, where it is not the usual one.
    """

    format: int
    kind: str
    step: int
    config: Config
    people: tuple[Person, ...]
    probe: tuple[float, ...]
    history: tuple[dict[str, float], ...] = ()
    version: str = __version__
    start: str = ""
    labels: str = ""
    name: str = ""
    trained_on: str = ""
    recipe: str = ""
    file: str = ""


@dataclass(frozen=True)
class Model:
    """A trained network with its configuration and people.

    Attributes
    ----------
    network, config, people : the network, how it was trained, and on whom.
    name : of a shipped model, else empty.
    start : fingerprint of the weights that training started from; empty for random ones.
    calibration : of the bands around its outputs.
    """

    network: Network
    config: Config
    people: tuple[Person, ...]
    name: str = ""
    start: str = ""
    calibration: Calibration | Uncalibrated = field(default_factory=Uncalibrated)

    def __repr__(self) -> str:
        names = ", ".join(dict.fromkeys(person.name for person in self.people[:3])) + (", ..." if len(self.people) > 3 else "")
        which = repr(self.name) if self.name else f"trained on {names}"
        bands = "without bands" if isinstance(self.calibration, Uncalibrated) else "with bands"
        return f"Model {which}: body {self.config.body}, {self.config.rate_hz:g} Hz, {bands}"

    @property
    def fingerprint(self) -> str:
        """Short hash of the weights."""
        found = sha256()
        for key, tensor in sorted(self.network.state_dict().items()):
            found.update(key.encode() + tensor.detach().cpu().contiguous().numpy().tobytes())
        return found.hexdigest()[:16]

    def person_of(self, fingerprint: str) -> Person | None:
        """Who was recorded, as stated in training; None for a recording that the model has not seen."""
        return next((person for person in self.people if person.fingerprint == fingerprint), None)

    def deviation_of(self, fingerprint: str) -> Deviation:
        """Deviation learned for a recording; none for one that the model has not seen."""
        person = self.person_of(fingerprint)
        return Deviation.none() if person is None else person.deviation


_STORE = Store(Card, FORMAT, "kinertia train", "train")


def write(folder: Path, tensors: dict[str, Tensor], card: Card) -> None:
    """Write weights and card, and the configuration beside them as ``config.json``; see :class:`Store`."""
    _STORE.write(folder, tensors, card, configuration.encode(card.config))


def read(folder: Path, kind: str) -> tuple[dict[str, Tensor], Card]:
    """Read weights and card; errors as :meth:`Store.read`."""
    return _STORE.read(folder, kind)


def load_model(folder: Path | str, device: torch.device | str = "cpu") -> Model:
    """Load a finished model for estimation.

    Raises
    ------
    ValueError
        As in :func:`read`, or if weights and code do not belong together.
    """
    tensors, card = read(Path(folder), MODEL)
    network = Network(card.config.network, SKELETONS[card.config.body])
    try:
        network.load_state_dict(tensors)
    except RuntimeError as error:
        raise ValueError(f"{folder}: the weights do not fit the configuration beside them: {error}") from error
    network.requires_grad_(False).eval()
    check(Path(folder), card, network)
    model = Model(network.to(device), card.config, card.people, card.name, card.start)
    return replace(model, calibration=bands.find(Path(folder), model.fingerprint, card.start))


def check(folder: Path, card: Card, network: Network) -> None:
    """ValueError if weights and equations no longer answer as they did when the card was written."""
    if not probe.agree(card.probe, probe.answer(network, card.config)):
        raise ValueError(
            f"{folder}: these weights and this version ({__version__}) do not belong together: body, decoding or "
            f"equations differ from those of version {card.version} that wrote them, or the files were mixed up; train again"
        )
