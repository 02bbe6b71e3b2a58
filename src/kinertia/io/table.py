"""Any CSV or Parquet table of IMU signals, read through a column map that states units, axes and time.

A map is a TOML or JSON file, found beside the table as ``<stem>.columns.toml`` or ``columns.toml`` (or .json)::

    time = "t_ms"
    time_unit = "ms"
    acc_unit = "g"
    gyro_unit = "deg/s"
    frame = "segment"            # axes below turn the file's axes into x forward, y up, z right; or "sensor"

    [subject]
    mass_kg = 70
    height_m = 1.75

    [[sensors]]
    segment = "tibia_r"
    acc = ["ax", "ay", "az"]
    gyro = ["gx", "gy", "gz"]
    axes = ["+z", "+x", "+y"]    # our x is the file's z, our y its x, our z its y

Without a map, columns named ``acc.<segment>.<axis> [<unit>]``, ``gyro.<segment>.<axis> [<unit>]`` and ``time [<unit>]`` are
understood as they stand, in segment frames; person and sensor positions may then lie in a JSON file of the same stem, and a
reference in further columns (:mod:`kinertia.io.truth_columns`).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np

from kinertia.io import facts, parquet, truth_columns
from kinertia.io.text import TextTable, parse_table, read_text
from kinertia.io.units import ACC_UNITS, GYRO_UNITS, TIME_UNITS, factor
from kinertia.recording import SEGMENTS, Array, Frame, Recording, Sensor, Subject
from kinertia.recording.errors import RecordingError
from kinertia.recording.gaps import to_uniform

_SIGNAL = re.compile(r"^(?P<kind>acc|gyro)\.(?P<segment>\w+)\.(?P<axis>[xyz])\s*(?:\[(?P<unit>[^\]]*)\])?$")
_TIME = re.compile(r"^time\s*(?:\[(?P<unit>[^\]]*)\])?$", re.IGNORECASE)


class SensorColumns(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Columns of one sensor.

    Attributes
    ----------
    segment : segment it sits on.
    acc, gyro : three column names each; an absent signal stays empty.
    axes : our x, y, z as signed axes of the file.
    acc_unit, gyro_unit : override the table's.
    orientation : four column names, quaternion sensor to world (y up), w first; only with unchanged axes.
    name, position_m, misalignment_rad : as in :class:`~kinertia.recording.Sensor`.
    """

    segment: str
    acc: tuple[str, str, str] | None = None
    gyro: tuple[str, str, str] | None = None
    axes: tuple[str, str, str] = ("+x", "+y", "+z")
    acc_unit: str = ""
    gyro_unit: str = ""
    orientation: tuple[str, str, str, str] | None = None
    name: str = ""
    position_m: tuple[float, float, float] | None = None
    misalignment_rad: float | None = None


class ColumnMap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the columns of a table mean.

    Attributes
    ----------
    sensors : one entry per sensor.
    time, time_unit : time column; without one, ``rate_hz`` must be given.
    rate_hz : sampling rate [Hz].
    acc_unit, gyro_unit : units of all sensors that do not say otherwise.
    frame : whether ``axes`` lead to segment frames or the sensors' axes are still to be aligned.
    separator : of a text table; default comma, semicolon or tab, as the header shows.
    subject : ``mass_kg``, ``height_m``, ``sex``.
    """

    sensors: list[SensorColumns]
    time: str = ""
    time_unit: str = "s"
    rate_hz: float | None = None
    acc_unit: str = ""
    gyro_unit: str = ""
    frame: Literal["segment", "sensor"] = "sensor"
    separator: str = ""
    subject: dict[str, Any] = {}


def read_map(path: str | Path) -> ColumnMap:
    """Column map from a TOML or JSON file.

    Raises
    ------
    RecordingError : no such file, unknown or missing entries, naming them.
    """
    content = facts.read_facts(Path(path))
    try:
        return msgspec.convert(content, ColumnMap)
    except msgspec.ValidationError as error:
        raise RecordingError(f"is no column map ({error})", file=str(path), fix="see the example in docs/formats.md") from error


def find_map(path: Path) -> Path | None:
    """Column map beside a table."""
    stems = (path.with_name(f"{path.stem}.columns"), path.with_name("columns"))
    candidates = [stem.with_name(stem.name + suffix) for stem in stems for suffix in (".toml", ".json")]
    return next((candidate for candidate in candidates if candidate.is_file()), None)


def read(
    path: str | Path,
    *,
    columns: ColumnMap | str | Path | None = None,
    rate_hz: float | None = None,
    subject: Subject | None = None,
) -> Recording:
    """Read a CSV or Parquet table.

    Parameters
    ----------
    path : the table.
    columns : column map or its file; default: the one beside the table, else the column names themselves.
    rate_hz : sampling rate [Hz], for tables without a time column.
    subject : the person; default: from the map.

    Returns
    -------
    Recording; uneven time stamps are brought to an even grid with a warning.

    Raises
    ------
    RecordingError : no usable map, an unknown unit, axes that are no rotation, a damaged table; naming column and row.
    """
    path = Path(path)
    file = str(path)
    if columns is None:
        columns = find_map(path)
    map_file = file if columns is None or isinstance(columns, ColumnMap) else str(columns)
    layout = columns if isinstance(columns, ColumnMap) else None if columns is None else read_map(columns)
    table = _read_cells(path, layout.separator if layout else "")
    truth = None
    if layout is None:
        layout = _map_from_names(table, path)
        truth = truth_columns.read(table, layout.subject, about_file=str(path.with_suffix(".json")))
    if not layout.sensors:
        raise RecordingError("names no sensors", file=map_file, fix="add a [[sensors]] entry per sensor")

    sensors: list[Sensor] = []
    blocks: list[Array] = []
    warnings: list[str] = []
    for entry in layout.sensors:
        name = entry.name or entry.segment
        rotation = _axes(entry.axes, map_file, name)
        for kind, names, unit, allowed in (
            ("acc", entry.acc, entry.acc_unit or layout.acc_unit, ACC_UNITS),
            ("gyro", entry.gyro, entry.gyro_unit or layout.gyro_unit, GYRO_UNITS),
        ):
            if names is None:
                warnings.append(f"sensor {name} has no {kind} signal")
                blocks.append(np.full((table.rows, 3), np.nan))
                continue
            if not unit:
                raise RecordingError(
                    f"unit of {kind} is not stated", file=map_file, sensor=name, fix=f"add {kind}_unit, one of {allowed}"
                )
            values = np.stack([table.numbers(column) for column in names], axis=1)
            # one entry per row: picked, not multiplied, so that a missing axis does not take the others with it
            picked, signs = np.abs(rotation).argmax(axis=1), rotation.sum(axis=1)
            blocks.append(values[:, picked] * signs * factor(unit, allowed, file=map_file, sensor=name))
        if entry.orientation is not None and not np.array_equal(rotation, np.eye(3)):
            raise RecordingError(
                "orientation with turned axes is not read", file=map_file, sensor=name, fix="leave axes or orientation out"
            )
        blocks.append(_quaternion(table, entry, name))
        sensors.append(Sensor(name, entry.segment, entry.position_m, entry.misalignment_rad))
    order = {segment: i for i, segment in enumerate(SEGMENTS)}
    rank = sorted(range(len(sensors)), key=lambda k: order.get(sensors[k].segment, len(order)))
    signals = np.concatenate([np.concatenate(blocks[3 * k : 3 * k + 3], axis=1) for k in rank], axis=1)
    rate = rate_hz or layout.rate_hz
    if layout.time:
        scale = factor(layout.time_unit, TIME_UNITS, file=map_file, sensor=layout.time)
        stamps = table.numbers(layout.time) * scale
        uniform = to_uniform(stamps, signals, rate_hz=rate, file=file)
        if truth is not None and uniform.values is not signals:
            truth = truth.over_time(lambda curve: to_uniform(stamps, curve[:, None], rate_hz=rate, file=file).values[:, 0])
        signals, rate = uniform.values, uniform.rate_hz
        warnings.extend(uniform.warnings)
    if not rate or rate <= 0:
        raise RecordingError(
            "has neither a time column nor a rate", file=file, fix="give rate_hz, or name the time column in the map"
        )
    if subject is None:
        subject, assumed = facts.subject(layout.subject, file=map_file)
        warnings.extend(assumed)
    signals = signals.reshape(len(signals), len(sensors), 10)
    orientation = signals[..., 6:]
    length = np.linalg.norm(orientation, axis=-1, keepdims=True)
    return Recording(
        name=path.stem,
        rate_hz=float(rate),
        sensors=tuple(sensors[k] for k in rank),
        acc=signals[..., :3].copy(),
        gyro=signals[..., 3:6].copy(),
        subject=subject,
        frame=Frame(layout.frame),
        orientation=orientation / length if np.isfinite(orientation).any() else None,
        truth=truth,
        source=file,
        warnings=tuple(warnings),
    )


def _read_cells(path: Path, separator: str) -> TextTable:
    if path.suffix.lower() in (".parquet", ".pq"):
        return parquet.read(path)
    text = read_text(path)
    header = text.partition("\n")[0]
    separator = separator or max((",", ";", "\t"), key=header.count)
    return parse_table(text, separator, file=str(path))


def _map_from_names(table: TextTable, path: Path) -> ColumnMap:
    """Map of a table whose columns name kind, segment, axis and unit themselves."""
    found: dict[str, dict[str, dict[str, tuple[str, str]]]] = {}
    time, time_unit = "", "s"
    for name in table.names:
        if match := _SIGNAL.match(name):
            found.setdefault(match["segment"], {}).setdefault(match["kind"], {})[match["axis"]] = (name, match["unit"] or "")
        elif match := _TIME.match(name):
            time, time_unit = name, match["unit"] or "s"
    if not found:
        raise RecordingError(
            "the meaning of the columns is not known",
            file=table.file,
            fix=f"write a column map {path.stem}.columns.toml (see docs/formats.md), or name columns 'acc.tibia_r.x [m/s^2]'",
        )
    beside = path.with_suffix(".json")
    about = facts.read_facts(beside) if beside.is_file() else {}
    positions, misalignments = (
        value if isinstance(value := about.get(key), dict) else {} for key in ("sensor_position_m", "sensor_misalignment_rad")
    )
    entries = []
    for segment, kinds in found.items():
        names: dict[str, tuple[str, str, str]] = {}
        units: dict[str, str] = {}
        for kind, axes in kinds.items():
            if len(axes) < 3:
                missing = next(axis for axis in "xyz" if axis not in axes)
                raise RecordingError(
                    f"column {kind}.{segment}.{missing} is missing", file=table.file, sensor=segment, fix="give x, y, z"
                )
            if len({unit for _, unit in axes.values()}) > 1:
                raise RecordingError(
                    f"axes of {kind}.{segment} have unlike units", file=table.file, sensor=segment, fix="use one unit"
                )
            names[kind] = (axes["x"][0], axes["y"][0], axes["z"][0])
            units[kind] = axes["x"][1]
        entries.append(
            SensorColumns(
                segment,
                names.get("acc"),
                names.get("gyro"),
                acc_unit=units.get("acc", ""),
                gyro_unit=units.get("gyro", ""),
                position_m=facts.position(positions.get(segment), file=str(beside), sensor=segment),
                misalignment_rad=facts.number(misalignments, segment),
            )
        )
    return ColumnMap(entries, time, time_unit, facts.number(about, "rate_hz"), frame="segment", subject=about)


def _axes(axes: tuple[str, str, str], file: str, sensor: str) -> Array:
    """Rotation from the file's axes to ours."""
    rotation = np.zeros((3, 3))
    for row, axis in enumerate(axes):
        letter, sign = axis.lstrip("+-").lower(), -1.0 if axis.startswith("-") else 1.0
        if letter not in ("x", "y", "z") or len(axis) > 2:
            raise RecordingError(f"axis {axis!r} is not understood", file=file, sensor=sensor, fix='write "+x", "-y", ...')
        rotation[row, "xyz".index(letter)] = sign
    if round(float(np.linalg.det(rotation))) != 1:
        raise RecordingError(
            f"axes {list(axes)} are no rotation",
            file=file,
            sensor=sensor,
            fix="use each axis once and turn one sign (right-handed axes)",
        )
    return rotation


def _quaternion(table: TextTable, entry: SensorColumns, sensor: str) -> Array:
    if entry.orientation is None:
        return np.full((table.rows, 4), np.nan)
    values = np.stack([table.numbers(column) for column in entry.orientation], axis=1)
    length = np.linalg.norm(values, axis=1)
    wrong = np.abs(length - 1) > 0.05
    if wrong.any():
        row = int(np.argmax(wrong))
        raise RecordingError(
            f"quaternion has length {length[row]:.3g}",
            file=table.file,
            sensor=sensor,
            sample=row,
            fix="check the orientation columns",
        )
    return values
