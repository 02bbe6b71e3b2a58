"""What the columns of a table mean: a column map in a file beside it, or the names of the columns themselves."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np

from kinertia.io import facts, naming
from kinertia.io.text import TextTable
from kinertia.io.units import STANDARD_GRAVITY
from kinertia.recording import Array, Cause, RecordingError

_SIGNAL = re.compile(r"^(?P<kind>acc|gyro)\.(?P<segment>\w+)\.(?P<axis>[xyz])\s*(?:\[(?P<unit>[^\]]*)\])?$")
_TIME = re.compile(r"^time\s*(?:\[(?P<unit>[^\]]*)\])?$", re.IGNORECASE)


class SensorColumns(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Columns of one sensor."""

    segment: str  # segment it sits on
    # acc, gyro: three column names each; an absent signal stays empty
    acc: tuple[str, str, str] | None = None
    gyro: tuple[str, str, str] | None = None
    axes: tuple[str, str, str] = ("+x", "+y", "+z")  # our x, y, z as signed axes of the file
    # acc_unit, gyro_unit: override the table's
    acc_unit: str = ""
    gyro_unit: str = ""
    # time, time_unit: its own time column, where sensors have each their own; else the table's
    time: str = ""
    time_unit: str = ""
    # four column names, quaternion sensor to world (y up), w first; only with unchanged axes
    orientation: tuple[str, str, str, str] | None = None
    # name, position_m, misalignment_rad: as in :class:`~kinertia.recording.Sensor`
    name: str = ""
    position_m: tuple[float, float, float] | None = None
    misalignment_rad: float | None = None


class Counts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Readings as integers of a converter, for tables that state no units."""

    full_scale: int  # count at the end of the range
    acc_g: float  # range of the accelerometers [g]
    gyro_dps: tuple[float, ...]  # ranges that gyroscopes may have run at [deg/s], the usual first
    # median rate of a movement [rad/s] above which the usual range is not what a gyroscope ran at
    fastest_rad_s: float = np.inf

    def scale(self, kind: str, counts: Array) -> tuple[float, float]:
        """SI units a count of (T, 3) readings, and the range [g or deg/s] that this takes them to have."""
        if kind == "acc":
            return self.acc_g * STANDARD_GRAVITY / self.full_scale, self.acc_g
        scales = [float(np.deg2rad(span)) / self.full_scale for span in self.gyro_dps]
        typical = float(np.median(np.linalg.norm(counts, axis=1)))
        k = next((k for k, scale in enumerate(scales) if typical * scale <= self.fastest_rad_s), len(scales) - 1)
        return scales[k], self.gyro_dps[k]

    def check(self, table: TextTable, name: str, counts: Array) -> None:
        """Raise a RecordingError where a column holds anything but integers of the converter."""
        with np.errstate(invalid="ignore"):
            bad = ~((counts >= -self.full_scale) & (counts < self.full_scale) & (counts == np.round(counts)))
        if bad.any():
            row = int(np.argmax(bad))
            message = f"line {table.first_line + row}: {counts[row]:g} is no {self.full_scale.bit_length()}-bit integer"
            fix = "files of this layout hold raw integers; say with a column map what converted data are"
            raise RecordingError(message, file=table.file, sensor=name, sample=row, fix=fix)


class ColumnMap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the columns of a table mean."""

    # one entry per sensor; none where the columns name their sensor, kind and axis themselves
    sensors: list[SensorColumns] = []
    # time, time_unit: time column; without one, ``rate_hz`` must be given
    time: str = ""
    time_unit: str = ""
    # rate_hz, assumed_rate_hz: sampling rate [Hz]; one that is assumed where none is given
    rate_hz: float | None = None
    # acc_unit, gyro_unit: units of all sensors that do not say otherwise
    acc_unit: str = ""
    gyro_unit: str = ""
    assumed_rate_hz: float | None = None
    counts: Counts | None = None  # what raw integers mean, where there are no units
    # whether ``axes`` lead to segment frames or the sensors' axes are still to be aligned
    frame: Literal["segment", "sensor"] = "sensor"
    separator: str = ""  # of a text table; default as its rows show
    subject: dict[str, Any] = {}  # ``mass_kg``, ``height_m``, ``sex``


def read_map(path: str | Path) -> ColumnMap:
    """Column map from a TOML or JSON file; RecordingError: no such file, unknown or missing entries, naming them."""
    return of_facts(facts.read_facts(Path(path)), str(path))


def of_facts(content: Mapping[str, Any], file: str = "columns") -> ColumnMap:
    """Column map of what would be in such a file; errors as :func:`read_map`."""
    try:
        return msgspec.convert(content, ColumnMap)
    except msgspec.ValidationError as error:
        raise RecordingError(f"is no column map ({error})", file=file, fix="see the example in docs/formats.md") from error


def find_map(path: Path) -> Path | None:
    """Column map beside a table."""
    stems = (path.with_name(f"{path.stem}.columns"), path.with_name("columns"))
    candidates = [stem.with_name(stem.name + suffix) for stem in stems for suffix in (".toml", ".json")]
    return next((candidate for candidate in candidates if candidate.is_file()), None)


def plain(table: TextTable) -> bool:
    """Whether columns are named as :mod:`kinertia.io.write_recording` names them."""
    return any(_SIGNAL.match(name) for name in table.names)


def of_plain_names(table: TextTable, path: Path) -> ColumnMap:
    """Map of a table whose columns are named ``acc.<segment>.<axis> [<unit>]``, in segment frames.

    RecordingError: an axis is missing, axes have unlike units, a damaged JSON beside the table.
    """
    sensors: dict[str, dict[str, dict[str, tuple[str, str]]]] = {}
    time, time_unit = "", "s"
    for name in table.names:
        if match := _SIGNAL.match(name):
            unit = match["unit"] or table.units.get(name, "")
            sensors.setdefault(match["segment"], {}).setdefault(match["kind"], {})[match["axis"]] = (name, unit)
        elif match := _TIME.match(name):
            time, time_unit = name, match["unit"] or table.units.get(name, "s")
    beside = path.with_suffix(".json")
    about = facts.read_facts(beside) if beside.is_file() else {}
    positions, misalignments = (about.get(key) or {} for key in ("sensor_position_m", "sensor_misalignment_rad"))
    if not isinstance(positions, dict) or not isinstance(misalignments, dict):
        message, fix = "sensor_position_m and sensor_misalignment_rad must map segments to values", "write one entry per sensor"
        raise RecordingError(message, file=str(beside), fix=fix)
    entries = [
        SensorColumns(
            segment,
            **_three_axes(kinds, segment, table.file),
            position_m=facts.position(positions.get(segment), file=str(beside), sensor=segment),
            misalignment_rad=facts.number(misalignments, segment),
        )
        for segment, kinds in sensors.items()
    ]
    return ColumnMap(entries, time, time_unit, facts.number(about, "rate_hz"), frame="segment", subject=about)


def of_names(table: TextTable, path: Path, given: ColumnMap, known: Callable[[str], tuple[str, str]]) -> ColumnMap:
    """Map of a table whose columns name kind and axis in their own way (``Accel_LN_X``, ``left_gyr_z``), in sensor frames.

    RecordingError: nothing recognised, gravity was removed, an axis is missing, axes have unlike units.

    Parameters
    ----------
    table : names, and units from a separate row.
    path : its stem names a single sensor.
    given : what a column map states (units, rate, time, person) without saying which columns are whose.
    known : name of a sensor in the columns to its name and its segment, empty where it says none.
    """
    signals = naming.signals(table.names, table.units)
    sensors: dict[str, dict[str, dict[str, tuple[str, str]]]] = {}
    for signal in sorted(signals, key=lambda signal: signal.wide):  # of two accelerometers, that with the larger range stays
        if signal.kind in ("acc", "gyro"):
            sensors.setdefault(signal.sensor, {}).setdefault(signal.kind, {})[signal.axis] = (signal.column, signal.unit)
    if any(signal.kind == "free" for signal in signals) and not any("acc" in kinds for kinds in sensors.values()):
        rate = "" if sensors else ", and no angular rate"
        message = f"holds free acceleration only, from which gravity was removed{rate}"
        fix = "record or export raw acceleration and angular rate (Xsens DOT: 'Rate quantities'; Sensor Logger: "
        fix += "TotalAcceleration)"
        raise RecordingError(message, file=table.file, fix=fix, cause=Cause.FREE_ACCELERATION)
    if not sensors:
        fix = f"write a column map {path.stem}.columns.toml (see docs/formats.md), or name columns 'acc.tibia_r.x [m/s^2]'"
        raise RecordingError("the meaning of the columns is not known", file=table.file, fix=fix, cause=Cause.LAYOUT)
    times = {signal.sensor: signal for signal in reversed(signals) if signal.kind == "time"}
    common = times.get("") or (next(iter(times.values())) if len(times) == 1 else None)
    entries = []
    for sensor, kinds in sensors.items():
        name, segment = known(sensor or path.stem)
        entry = SensorColumns(segment or name, **_three_axes(kinds, name, table.file), name=name)
        if common is None and (own := times.get(sensor)) is not None:
            entry = msgspec.structs.replace(entry, time=own.column, time_unit=own.unit)
        entries.append(entry)
    time = given.time or (common.column if common else "")
    unit = given.time_unit or (common.unit if common and not given.time else "")
    return msgspec.structs.replace(given, sensors=entries, time=time, time_unit=unit)


def placed(meaning: ColumnMap, file: Mapping[str, Any] | str | Path | None) -> ColumnMap:
    """The map with segments, positions and person of a placement or its file; sensors that it does not list are left out.

    RecordingError: none of the sensors is listed.
    """
    if file is None:
        return meaning
    where, person = facts.read_placement(file)
    worn = [(entry, sensor) for entry in meaning.sensors if (sensor := where.find(entry.name or entry.segment)) is not None]
    if not worn:
        fix = f"name them as the columns do: {', '.join(entry.name or entry.segment for entry in meaning.sensors)}"
        raise RecordingError("lists none of the sensors of the table", file=where.source, fix=fix, cause=Cause.LAYOUT)
    entries = [
        msgspec.structs.replace(e, name=e.name or e.segment, segment=s.segment, position_m=s.position_m or e.position_m)
        for e, s in worn
    ]
    return msgspec.structs.replace(meaning, sensors=entries, subject={**person, **meaning.subject})


def _three_axes(kinds: dict[str, dict[str, tuple[str, str]]], sensor: str, file: str) -> dict[str, Any]:
    """Columns and unit of each kind, as fields of :class:`SensorColumns`."""
    fields: dict[str, Any] = {}
    for kind, axes in kinds.items():
        if len(axes) < 3:
            if sensor.endswith(("_measured", "_virtual")):  # the names that write_table gives signals in the sagittal plane
                raise RecordingError("is an estimate, not a recording", file=file, fix="name what it was estimated from")
            missing = next(axis for axis in "xyz" if axis not in axes)
            raise RecordingError(f"column {kind}.{sensor}.{missing} is missing", file=file, sensor=sensor, fix="give x, y, z")
        if len({unit for _, unit in axes.values()}) > 1:
            raise RecordingError(f"axes of {kind}.{sensor} have unlike units", file=file, sensor=sensor, fix="use one unit")
        fields |= {kind: tuple(axes[axis][0] for axis in "xyz"), f"{kind}_unit": axes["x"][1]}
    return fields


def rotation(axes: tuple[str, str, str], file: str, sensor: str) -> Array:
    """Rotation (3, 3) from the file's axes to ours.

    RecordingError: an axis that is not understood, or axes that are no rotation.
    """
    matrix = np.zeros((3, 3))
    for row, axis in enumerate(axes):
        letter, sign = axis.lstrip("+-").lower(), -1.0 if axis.startswith("-") else 1.0
        if letter not in ("x", "y", "z") or len(axis) > 2:
            raise RecordingError(f"axis {axis!r} is not understood", file=file, sensor=sensor, fix='write "+x", "-y", ...')
        matrix[row, "xyz".index(letter)] = sign
    if round(float(np.linalg.det(matrix))) != 1:
        message, fix = f"axes {list(axes)} are no rotation", "use each axis once and turn one sign (right-handed axes)"
        raise RecordingError(message, file=file, sensor=sensor, fix=fix)
    return matrix
