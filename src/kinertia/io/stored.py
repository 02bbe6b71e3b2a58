"""What a table of results cannot hold, as a JSON file beside it: both together give the estimate back.

The signals and the truth of the recording are not stored; what was found about it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from kinertia.estimation import convention
from kinertia.estimation.convention import Knee
from kinertia.estimation.estimate import Bands, Estimate
from kinertia.io import table, write_table
from kinertia.io.files import write_text
from kinertia.io.text import TextTable
from kinertia.io.write_columns import ENDINGS
from kinertia.io.write_opensim import is_translation
from kinertia.recording import Array, Finding, Frame, Recording, RecordingError, Sensor, Subject
from kinertia.recording.gaps import runs

FORMAT = 1  # of the file; counts up when an older reader would misread it
ENDING = "_estimate.json"


@dataclass(frozen=True)
class Session:
    """What the user says of a recording: a heading (who, when, which visit) and notes."""

    heading: str = ""
    note: str = ""


@dataclass(frozen=True)
class Stored:
    """An estimate, its recording without signals and truth, what the user said of it and the sign of the knee."""

    estimate: Estimate
    recording: Recording
    session: Session = field(default_factory=Session)
    knee: Knee = Knee.FLEXION


class _About(msgspec.Struct, frozen=True):
    """The JSON file. Names tell which columns of the table are what; see :class:`Estimate` and :class:`Recording`."""

    format: int
    name: str
    method: str
    rate_hz: float
    begin_s: float
    subject: Subject
    coordinates: tuple[str, ...]
    moments: tuple[str, ...]
    grf: tuple[str, ...]
    cop_x: tuple[str, ...]
    points: tuple[str, ...]
    sensor_segments: tuple[str, ...]
    muscle_forces: tuple[str, ...]
    events: dict[str, list[float]]
    doubts: dict[str, list[int]]
    band_level: float
    bands: dict[str, tuple[str, ...]]
    bands_about: str
    output_delay_s: float
    seconds: float
    convergence: dict[str, float]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
    recording: str
    source: str
    periodic: bool
    frame: Frame
    sensors: tuple[Sensor, ...]
    findings: tuple[Finding, ...]
    remarks: tuple[str, ...]
    knee: Knee
    session: Session
    muscle_activations: tuple[str, ...] = ()
    muscle_reserves: tuple[str, ...] = ()
    contact_forces: tuple[str, ...] = ()


_ALIKE = (  # fields of an estimate that the file holds as they are
    *("name", "method", "rate_hz", "begin_s", "subject", "sensor_segments"),
    *("output_delay_s", "seconds", "warnings", "notes"),
)
_NAMED = (
    "coordinates",
    "moments",
    "grf",
    "cop_x",
    "points",
    "muscle_forces",
    "muscle_activations",
    "muscle_reserves",
    "contact_forces",
)
"""Fields of an estimate of which the file holds the names, and the table the values."""


def write(path: Path, stored: Stored) -> Path:
    """Write the JSON file of a table that :func:`kinertia.io.write_table.write` wrote with the same sign of the knee."""
    estimate, recording = stored.estimate, stored.recording
    about = _About(
        format=FORMAT,
        **{name: getattr(estimate, name) for name in _ALIKE},
        **{name: tuple(getattr(estimate, name)) for name in _NAMED},
        events={name: np.asarray(at, dtype=float).tolist() for name, at in estimate.events.items()},
        doubts={reason: np.ravel(runs(marked)).tolist() for reason, marked in estimate.doubts.items()},
        band_level=estimate.bands.level,
        bands={kind: tuple(getattr(estimate.bands, kind)) for kind in ("coordinates", "moments", "grf")},
        bands_about=estimate.bands.about,
        convergence={name: value for name, value in estimate.convergence.items() if np.isfinite(value)},
        recording=recording.name,
        **{name: getattr(recording, name) for name in ("source", "periodic", "frame", "sensors", "findings")},
        remarks=recording.warnings,
        knee=stored.knee,
        session=stored.session,
    )
    return write_text(path, msgspec.json.format(msgspec.json.encode(about)).decode() + "\n")


def read(path: Path) -> Stored:
    """An estimate from its table, its JSON file, or the folder that holds both and no other.

    RecordingError: something of it is missing or not as it was written.
    """
    about_file, table_file = files(path)
    try:
        about = msgspec.json.decode(about_file.read_bytes(), type=_About)
    except (OSError, msgspec.MsgspecError, ValueError) as error:
        raise RecordingError(f"cannot be read ({error})", file=str(about_file), fix="estimate again") from error
    if about.format != FORMAT:
        raise RecordingError("is of another version of kinertia", file=str(about_file), fix="estimate again")
    cells = table.read_cells(table_file)
    signals = np.full((cells.rows, len(about.sensors), 3), np.nan)
    recording = Recording(
        about.recording,
        about.rate_hz,
        about.sensors,
        signals,
        signals.copy(),
        warnings=about.remarks,
        **{name: getattr(about, name) for name in ("subject", "frame", "periodic", "source", "findings", "begin_s")},
    )
    return Stored(_estimate(about, cells), recording, about.session, about.knee)


def is_stored(path: Path) -> bool:
    """Whether a path names an estimate rather than a recording."""
    known = (ENDING, *(f"_estimate{ending}" for ending in ENDINGS))
    return any(file.name.endswith(known) for file in (path.iterdir() if path.is_dir() else (path,)))


def files(path: Path) -> tuple[Path, Path]:
    """The JSON file and the table of an estimate; parameter and errors as for :func:`read`."""
    if path.is_dir():
        cards = sorted({file.with_suffix(".json") for file in path.glob("*_estimate.*") if file.suffix in (".json", *ENDINGS)})
        if len(cards) != 1:
            which = "no estimate" if not cards else f"{len(cards)} estimates, such as {cards[0].name}"
            raise RecordingError(f"holds {which}", file=str(path), fix=f"name one NAME{ENDING}")
        about = cards[0]
    else:
        about = path.with_suffix(".json")
    tables = [about.with_suffix(ending) for ending in ENDINGS if about.with_suffix(ending).is_file()]
    if path.suffix in ENDINGS and path.is_file():
        tables = [path]
    for missing, what in ((not about.is_file(), about), (not tables, about.with_suffix(ENDINGS[0]))):
        if missing:
            raise RecordingError("is missing, and the estimate cannot be read without it", file=str(what), fix="estimate again")
    return about, tables[0]


def _estimate(about: _About, cells: TextTable) -> Estimate:
    level = f"band_{100.0 * about.band_level:.0f}"

    def each(names: Iterable[str], column: str, scale: float = 1.0, *, signed: bool = False) -> dict[str, Array]:
        """Columns by coordinate; ``column`` is their name in the table, with ``{}`` for the coordinate."""
        return {
            name: scale
            * (convention.sign(name, about.knee) if signed else 1.0)
            * cells.numbers(column.format(convention.name(name, about.knee)))
            for name in names
        }

    def optional(*names: str) -> Array | None:
        """One column (T,), or several (T, N); None where one is not there."""
        if not names or not set(names) <= set(cells.names):
            return None
        return cells.numbers(names[0]) if len(names) == 1 else cells.several(names)

    def signals(kind: str) -> Array | None:
        named = optional(*(write_table.signal(of, channel, kind) for of in about.sensor_segments for channel in range(3)))
        return None if named is None else named.reshape(cells.rows, -1, 3)

    def angle(name: str) -> dict[str, Array]:
        moved = is_translation(name)
        return each([name], "{} [m]" if moved else "{} [deg]", 1.0 if moved else np.pi / 180.0, signed=True)

    activity, settled = optional(write_table.ACTIVITY), optional("settled [0/1]")
    bands = Bands(
        about.band_level,
        each(about.bands["coordinates"], f"{{}}_{level} [deg]", np.pi / 180.0),
        each(about.bands["moments"], f"{{}}_moment_{level} [N m]"),
        each(about.bands["grf"], f"{{}}_{level} [BW]"),
        optional(f"speed_{level} [m/s]"),
        about.bands_about,
    )
    return Estimate(
        **{name: getattr(about, name) for name in _ALIKE},
        coordinates={of: values for name in about.coordinates for of, values in angle(name).items()},
        moments=each(about.moments, "{}_moment [N m]", signed=True),
        grf=each(about.grf, "{} [BW]"),
        cop_x=each(about.cop_x, "cop_x_{} [m]"),
        speed=optional("speed [m/s]"),
        points={name: cells.several([f"{name}_{axis} [m]" for axis in "xy"]) for name in about.points},
        root_residual=optional(*write_table.RESIDUALS),
        imu_measured=signals("measured"),
        imu_virtual=signals("virtual"),
        muscle_forces=each(about.muscle_forces, "{}_force [N]"),
        muscle_activations=each(about.muscle_activations, "{}_activation [0-1]"),
        muscle_reserves=each(about.muscle_reserves, "{}_reserve [N m]", signed=True),
        contact_forces={k: cells.several([f"{k}_contact_{axis} [N]" for axis in "xy"]) for k in about.contact_forces},
        events={name: np.asarray(at) for name, at in about.events.items()},
        bands=bands,
        doubts={reason: _marked(changes, cells.rows) for reason, changes in about.doubts.items()},
        activity=None if activity is None else activity.astype(np.int8),
        settled=None if settled is None else settled > 0.5,
        convergence=about.convergence,
    )


def _marked(changes: list[int], samples: int) -> NDArray[np.bool_]:
    """Marks from the samples at which they begin and end, by turns."""
    marks = np.zeros(samples, dtype=bool)
    for begin, end in zip(changes[::2], changes[1::2], strict=True):
        marks[begin:end] = True
    return marks
