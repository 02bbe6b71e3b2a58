"""What stands beside an exported model's graphs, and what their output vector holds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import msgspec
import numpy as np

from kinertia.estimation.series import Series
from kinertia.recording import LOWER_BODY, Array, SensorSet

FORMAT = 3  # of what is written: the graph of one step says what it takes from that of a person
READ = (2, FORMAT)  # format 2 had six arrays of fixed names between the graphs
CARD, STEP, PERSON = "export.json", "step.onnx", "person.onnx"
GROUPS = ("coordinates", "moments", "residual", "grf", "speed", "virtual", "points", "cop", "pressure")
ALL = (*GROUPS, "muscles")  # muscles are no part of the graph


def _slice(group: str) -> cached_property[slice]:
    """Where a group stands in the vector."""
    at = ALL.index(group)
    return cached_property(lambda layout: slice(sum(layout.sizes[:at]), sum(layout.sizes[: at + 1])))


@dataclass(frozen=True)
class Layout:
    """Names of the entries of an output vector, group after group in the order of :data:`ALL`.

    Attributes
    ----------
    names : one per entry: coordinates [m, rad], ``<coordinate>_moment`` [N m], ``residual_x``, ``residual_y`` [BW],
        ``residual_moment`` [BWBH], ``grf_x_r``, ``grf_y_r``, ``grf_x_l``, ``grf_y_l`` [BW], ``speed`` [m/s], virtual signals
        ``<segment>_acc_x``, ``<segment>_acc_y`` [m/s^2], ``<segment>_gyro_z`` [rad/s], landmarks ``<name>_x``, ``<name>_y``
        and centres of pressure ``cop_x_r``, ``cop_x_l`` [m] (NaN in the air), these relative to the pelvis along x;
        ``pressure_r``, ``pressure_l``: vertical force times its forward distance from the pelvis [BW m]; where they were
        asked for, muscles (:mod:`kinertia.runtime.muscles`).
    sizes : entries in each group; graphs know no muscles, and their cards need not name them.
    """

    names: tuple[str, ...]
    sizes: tuple[int, ...]

    def __post_init__(self) -> None:
        if (
            not len(GROUPS) <= len(self.sizes) <= len(ALL)
            or sum(self.sizes) != len(self.names)
            or len(set(self.names)) != len(self.names)
        ):
            raise ValueError(f"{len(self.names)} names do not fit groups of {self.sizes}")

    coordinates = _slice("coordinates")
    moments = _slice("moments")
    residual = _slice("residual")
    grf = _slice("grf")
    virtual = _slice("virtual")
    points = _slice("points")
    cop = _slice("cop")
    pressure = _slice("pressure")
    muscles = _slice("muscles")

    @cached_property
    def speed(self) -> int:
        """Position of the speed."""
        return sum(self.sizes[: GROUPS.index("speed")])

    @cached_property
    def index(self) -> dict[str, int]:
        """Name to position."""
        return {name: i for i, name in enumerate(self.names)}


@dataclass(frozen=True)
class Wearer:
    """What training learned about a person with sensors; see :class:`kinertia.learning.personal.Deviation`."""

    name: str  # name, fingerprint: of the recording that it was learned from
    fingerprint: str
    mass_kg: float  # mass_kg, height_m: as they were stated then
    height_m: float
    angle_rad: tuple[float, ...]  # (S,) rotation of the sensors about z
    shift_m: tuple[tuple[float, float], ...]  # (S, 2) displacement of the sensors in their segments' frames
    size: float  # lengths of the body over the stated ones


@dataclass(frozen=True)
class Card:
    """Facts about an exported model."""

    format: int  # format, version: of the files, and of the package that wrote them
    version: str
    name: str  # of a shipped model, else empty
    model: str  # fingerprint of the weights
    body: str  # body, coordinates: name of the skeleton, and of its coordinates
    coordinates: tuple[str, ...]
    rate_hz: float  # rate_hz, delay_samples: of the inputs, and how many samples the outputs are behind them
    delay_samples: int
    states: dict[str, int]  # name and width of each recurrent state, single precision
    raw: int  # raw outputs per sample
    layout: Layout  # of the output vector
    people: tuple[Wearer, ...]  # recordings trained on, with what was learned about each
    checksums: dict[str, str]  # SHA-256 of the graphs' files, by name
    start: str = ""  # fingerprint of the weights that training started from; empty where it is not known
    # what it reads: S segments, C channels of each; cards of older exports do not say it and mean the default
    sensors: SensorSet = LOWER_BODY
    look_ahead: int = 0  # how many of ``delay_samples`` the network waits for; the others are for differences

    def file(self, graph: str) -> str:
        """Name of a graph's file: the graph's own, or one beside it where a newer export replaced an older one."""
        return next((name for name in self.checksums if name.split(".")[0].removesuffix("-b") == graph.split(".")[0]), graph)

    def series(self, values: Array) -> Series:
        """Series of (T, M) output vectors."""
        layout = self.layout
        points, names = values[:, layout.points], layout.names[layout.points]
        return Series(
            names=self.coordinates,
            q=values[:, layout.coordinates],
            speed=values[:, layout.speed],
            moments=values[:, layout.moments],
            residual=values[:, layout.residual],
            grf=values[:, layout.grf],
            pressure=values[:, layout.pressure],
            virtual=values[:, layout.virtual].reshape(-1, *self.sensors.shape),
            points={names[k].removesuffix("_x"): points[:, k : k + 2] for k in range(0, len(names), 2)},
        )

    def values(self, series: Series) -> Array:
        """(T, M) output vectors of series in which every foot is loaded; the reverse of :meth:`series`."""
        layout = self.layout
        result = np.empty((len(series.q), len(layout.names)))
        result[:, layout.coordinates], result[:, layout.moments] = series.q, series.moments
        result[:, layout.residual], result[:, layout.grf], result[:, layout.speed] = series.residual, series.grf, series.speed
        result[:, layout.virtual] = series.virtual.reshape(len(result), -1)
        result[:, layout.points] = np.concatenate(list(series.points.values()), axis=1)
        result[:, layout.cop], result[:, layout.pressure] = series.pressure / series.grf[:, [1, 3]], series.pressure
        return result


@dataclass(frozen=True)
class _Version:
    format: int


def read(folder: Path) -> Card:
    """The card of an exported model.

    ValueError if there is none, or it is damaged or of another format; the message names file and fix.
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
