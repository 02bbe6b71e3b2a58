"""What a table of results cannot hold, as a JSON file beside it: both together give the estimate back.

The signals and the truth of the recording are not stored; what was found about it is.
"""

from __future__ import annotations

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
    coordinates: list[str]
    moments: list[str]
    grf: list[str]
    cop_x: list[str]
    points: list[str]
    sensor_segments: list[str]
    muscle_forces: list[str]
    events: dict[str, list[float]]
    doubts: dict[str, list[int]]
    band_level: float
    bands: dict[str, list[str]]
    bands_about: str
    output_delay_s: float
    seconds: float
    convergence: dict[str, float]
    warnings: list[str]
    notes: list[str]
    recording: str
    source: str
    periodic: bool
    frame: Frame
    sensors: list[Sensor]
    findings: list[Finding]
    remarks: list[str]
    knee: Knee
    session: Session


def write(path: Path, stored: Stored) -> Path:
    """Write the JSON file of a table that :func:`kinertia.io.write_table.write` wrote with the same sign of the knee."""
    estimate, recording = stored.estimate, stored.recording
    about = _About(
        format=FORMAT,
        name=estimate.name,
        method=estimate.method,
        rate_hz=estimate.rate_hz,
        begin_s=estimate.begin_s,
        subject=estimate.subject,
        coordinates=list(estimate.coordinates),
        moments=list(estimate.moments),
        grf=list(estimate.grf),
        cop_x=list(estimate.cop_x),
        points=list(estimate.points),
        sensor_segments=list(estimate.sensor_segments),
        muscle_forces=list(estimate.muscle_forces),
        events={name: np.asarray(at, dtype=float).tolist() for name, at in estimate.events.items()},
        doubts={reason: _changes(marked) for reason, marked in estimate.doubts.items()},
        band_level=estimate.bands.level,
        bands={kind: list(getattr(estimate.bands, kind)) for kind in ("coordinates", "moments", "grf")},
        bands_about=estimate.bands.about,
        output_delay_s=estimate.output_delay_s,
        seconds=estimate.seconds,
        convergence={name: value for name, value in estimate.convergence.items() if np.isfinite(value)},
        warnings=list(estimate.warnings),
        notes=list(estimate.notes),
        recording=recording.name,
        source=recording.source,
        periodic=recording.periodic,
        frame=recording.frame,
        sensors=list(recording.sensors),
        findings=list(recording.findings),
        remarks=list(recording.warnings),
        knee=stored.knee,
        session=stored.session,
    )
    return write_text(path, msgspec.json.format(msgspec.json.encode(about)).decode() + "\n")


def read(path: Path) -> Stored:
    """An estimate from its table, its JSON file, or the folder that holds both and no other.

    Raises
    ------
    RecordingError : something of it is missing or not as it was written.
    """
    about_file, table_file = files(path)
    try:
        about = msgspec.json.decode(about_file.read_bytes(), type=_About)
    except (OSError, msgspec.MsgspecError, ValueError) as error:
        raise RecordingError(f"cannot be read ({error})", file=str(about_file), fix="estimate again") from error
    if about.format != FORMAT:
        raise RecordingError("is of another version of kinertia", file=str(about_file), fix="estimate again")
    cells = table.read_cells(table_file)
    recording = Recording(
        about.recording,
        about.rate_hz,
        tuple(about.sensors),
        acc=np.full((cells.rows, len(about.sensors), 3), np.nan),
        gyro=np.full((cells.rows, len(about.sensors), 3), np.nan),
        subject=about.subject,
        frame=about.frame,
        periodic=about.periodic,
        source=about.source,
        warnings=tuple(about.remarks),
        findings=tuple(about.findings),
        begin_s=about.begin_s,
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

    def each(names: list[str], column: str, scale: float = 1.0) -> dict[str, Array]:
        """Columns by coordinate; ``column`` is their name in the table, with ``{}`` for the coordinate."""
        return {name: scale * cells.numbers(column.format(convention.name(name, about.knee))) for name in names}

    def signed(curves: dict[str, Array]) -> dict[str, Array]:
        return {name: convention.sign(name, about.knee) * values for name, values in curves.items()}

    def optional(name: str) -> Array | None:
        return cells.numbers(name) if name in cells.names else None

    rotations = each([n for n in about.coordinates if not is_translation(n)], "{} [deg]", np.pi / 180.0)
    translations = each([n for n in about.coordinates if is_translation(n)], "{} [m]")
    coordinates = signed(rotations | translations)
    residual = [optional(name) for name in write_table.RESIDUALS]
    activity = optional(write_table.ACTIVITY)
    settled = optional("settled [0/1]")
    bands = Bands(
        about.band_level,
        each(about.bands["coordinates"], f"{{}}_{level} [deg]", np.pi / 180.0),
        each(about.bands["moments"], f"{{}}_moment_{level} [N m]"),
        each(about.bands["grf"], f"{{}}_{level} [BW]"),
        optional(f"speed_{level} [m/s]"),
        about.bands_about,
    )
    return Estimate(
        about.name,
        about.method,
        about.rate_hz,
        about.subject,
        {name: coordinates[name] for name in about.coordinates},
        signed(each(about.moments, "{}_moment [N m]")),
        each(about.grf, "{} [BW]"),
        {side: cells.numbers(f"cop_x_{side} [m]") for side in about.cop_x},
        optional("speed [m/s]"),
        {name: np.stack([cells.numbers(f"{name}_{axis} [m]") for axis in "xy"], axis=1) for name in about.points},
        None if any(part is None for part in residual) else np.stack([part for part in residual if part is not None], axis=1),
        _signals(about, cells, "measured"),
        _signals(about, cells, "virtual"),
        tuple(about.sensor_segments),
        each(about.muscle_forces, "{}_force [N]"),
        {name: np.asarray(at) for name, at in about.events.items()},
        about.output_delay_s,
        about.seconds,
        bands,
        {reason: _marked(changes, cells.rows) for reason, changes in about.doubts.items()},
        None if activity is None else activity.astype(np.int8),
        None if settled is None else settled > 0.5,
        about.begin_s,
        about.convergence,
        tuple(about.warnings),
        tuple(about.notes),
    )


def _signals(about: _About, cells: TextTable, kind: str) -> Array | None:
    names = [write_table.signal(segment, channel, kind) for segment in about.sensor_segments for channel in range(3)]
    if not names or names[0] not in cells.names:
        return None
    return np.stack([cells.numbers(name) for name in names], axis=1).reshape(cells.rows, -1, 3)


def _changes(marked: NDArray[np.bool_]) -> list[int]:
    """Samples at which marks begin and end, by turns."""
    return np.flatnonzero(np.diff(np.concatenate([[False], marked, [False]]).astype(int))).tolist()


def _marked(changes: list[int], samples: int) -> NDArray[np.bool_]:
    marks = np.zeros(samples, dtype=bool)
    for begin, end in zip(changes[::2], changes[1::2], strict=True):
        marks[begin:end] = True
    return marks
