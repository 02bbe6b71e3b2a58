"""What stands beside an exported model's graphs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from kinertia.recording import LOWER_BODY, SensorSet
from kinertia.runtime.layout import Layout

FORMAT = 3
"""Of what is written: the graph of one step says what it takes from that of a person."""
READ = (2, FORMAT)
"""Format 2 had six arrays of fixed names between the graphs."""
CARD, STEP, PERSON = "export.json", "step.onnx", "person.onnx"


@dataclass(frozen=True)
class Wearer:
    """What training learned about a person with sensors; see :class:`kinertia.learning.personal.Deviation`.

    Attributes
    ----------
    name, fingerprint : of the recording that it was learned from.
    mass_kg, height_m : as they were stated then.
    angle_rad : (S,) rotation of the sensors about z.
    shift_m : (S, 2) displacement of the sensors in their segments' frames.
    size : lengths of the body over the stated ones.
    """

    name: str
    fingerprint: str
    mass_kg: float
    height_m: float
    angle_rad: tuple[float, ...]
    shift_m: tuple[tuple[float, float], ...]
    size: float


@dataclass(frozen=True)
class Card:
    """Facts about an exported model.

    Attributes
    ----------
    format, version : of the files, and of the package that wrote them.
    name : of a shipped model, else empty.
    model : fingerprint of the weights.
    body : name of the skeleton.
    coordinates : its coordinates' names.
    rate_hz, delay_samples : of the inputs, and how many samples the outputs are behind them.
    states : name and width of each recurrent state, single precision.
    raw : raw outputs per sample.
    layout : of the output vector.
    people : recordings trained on, with what was learned about each.
    checksums : SHA-256 of the graphs' files, by name.
    start : fingerprint of the weights that training started from; empty where it is not known.
    sensors : what it reads: S segments, C channels of each; cards of older exports do not say it and mean the default.
    """

    format: int
    version: str
    name: str
    model: str
    body: str
    coordinates: tuple[str, ...]
    rate_hz: float
    delay_samples: int
    states: dict[str, int]
    raw: int
    layout: Layout
    people: tuple[Wearer, ...]
    checksums: dict[str, str]
    start: str = ""
    sensors: SensorSet = LOWER_BODY

    def file(self, graph: str) -> str:
        """Name of a graph's file: the graph's own, or one beside it where a newer export replaced an older one."""
        return next((name for name in self.checksums if name.split(".")[0].removesuffix("-b") == graph.split(".")[0]), graph)


@dataclass(frozen=True)
class _Version:
    format: int


def read(folder: Path) -> Card:
    """The card of an exported model.

    Raises
    ------
    ValueError
        If there is none, or it is damaged or of another format; the message names file and fix.
    """
    path = folder / CARD
    if not path.is_file():
        raise ValueError(f"{path}: no exported model; make one with `kinertia export --model FOLDER --out FOLDER`")
    try:
        content = path.read_bytes()
        version = msgspec.json.decode(content, type=_Version).format
        if version not in READ:
            readable = " and ".join(str(known) for known in READ)
            raise ValueError(f"{path}: format {version}, this version reads {readable}; export the model again")
        return msgspec.json.decode(content, type=Card)
    except (msgspec.DecodeError, OSError) as error:
        raise ValueError(f"{path}: damaged ({error}); export the model again") from error
