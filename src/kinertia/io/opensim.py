"""OpenSim storage files (.mot, .sto): coordinates, inverse dynamics, ground reaction, as tables and as reference measurements.

What differs between files and is settled here: degrees or radians (``inDegrees``), full state paths or short coordinate names,
and the sign of knee flexion. Axes are OpenSim's: x forward, y up, z right.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from kinertia.io import layout
from kinertia.io.text import lines_of, read_text
from kinertia.recording import Array, Cause, RecordingError

_TRANSLATION = re.compile(r"_t[xyz]$")
_FORCE_COLUMN = re.compile(r"(_moment|_force|(force|torque|moment)s?(_\w+)?_[vpm]?[xyz])$")
_STATE = re.compile(r"^.*/(?P<name>[^/]+)/(?P<what>value|speed)$")
_HEADER_PAIR = re.compile(r"^\s*(?P<key>[A-Za-z]\w*)\s*[=\s]\s*(?P<value>\S+)\s*$")
_KNEES = ("knee_angle_r", "knee_angle_l")
_LEGS = (*_KNEES, "hip_flexion_r", "hip_flexion_l", "ankle_angle_r", "ankle_angle_l")
_IN_DEGREES = re.compile(r"^\s*in[_ ]?degrees\s*[=:\s]\s*(?P<value>yes|no|y|n|true|false|1|0)\b", re.IGNORECASE)
_IN_WORDS = re.compile(r"\b(?:angles?|rotations?|coordinates?)\b[^.\n]*?\b(degrees?|deg|radians?|rad)\b", re.IGNORECASE)
_HEADER_LINE = 1000  # characters that are looked at
_PLAUSIBLE_RAD = 6.3  # no leg joint turns further than this; larger numbers are degrees
_MOST_RAD = 2.8  # no leg joint turns to 160 deg; larger numbers are degrees
_LEAST_DEG = 0.35  # nobody stands with all leg joints within a third of a degree; and radians so small are a pose of 20 deg
_MOVES_RAD = 0.35  # a leg that moves by 20 deg, or that sways by a third of a degree
_KNEE_DECIDES_RAD = 0.35  # a knee that bends less than this does not show the sign of flexion

KneeSign = Literal["positive", "negative"]


@dataclass(frozen=True)
class Table:
    """One storage file."""

    name: str  # first header line, or the file stem
    # column name to (T,); rotations in rad when the file holds coordinates, otherwise as written (SI in OpenSim)
    columns: dict[str, Array]
    time_s: Array  # (T,) time [s]
    in_degrees: bool  # what the file had (its values are converted)
    source: str  # path
    warnings: tuple[str, ...] = ()  # what the reader had to assume

    @property
    def rate_hz(self) -> float:
        """Mean sampling rate [Hz]."""
        return (len(self.time_s) - 1) / float(self.time_s[-1] - self.time_s[0])


def read(path: str | Path, *, in_degrees: bool | None = None) -> Table:
    """Read one .mot or .sto file.

    RecordingError: no ``endheader``, no time column, time that does not increase, another number of rows than the header says
    (a truncated file), a cell that is no number.

    Parameters
    ----------
    path : the file.
    in_degrees : unit of rotations, overriding the header.

    Returns
    -------
    Table with rotations in rad.
    """
    path = Path(path)
    file = str(path)
    text = read_text(path)
    lines = lines_of(text, file)
    end = next((i for i, line in enumerate(lines) if line.strip().lower() == "endheader"), None)
    if end is None:
        fix = "export it from OpenSim again; .mot and .sto files have one"
        raise RecordingError("has no 'endheader' line", file=file, fix=fix)
    header: dict[str, str] = {}
    above = [line[:_HEADER_LINE] for line in lines[:end]]
    for line in above:
        if match := _HEADER_PAIR.match(line):
            header.setdefault(match["key"].lower(), match["value"])
    table = layout.read(text, file=file, start=end + 1)
    warnings: list[str] = []
    if (rows := _count(header, "nrows", "datarows")) not in (None, table.rows):
        message, fix = f"header says {rows} rows, the file has {table.rows}", "the file looks truncated; export it again"
        raise RecordingError(message, file=file, sample=table.rows, fix=fix)
    if (count := _count(header, "ncolumns", "datacolumns")) not in (None, len(table.names)):
        warnings.append(f"{file}: header says {count} columns, the file has {len(table.names)}; taken as it is")
    time_column = next((name for name in table.names if name.lower() == "time"), None)
    if time_column is None:
        raise RecordingError("has no time column", file=file, fix="name the first column 'time'")
    time = table.numbers(time_column)
    wrong = ~(np.diff(time) > 0)
    if len(time) < 2 or wrong.any():
        row = int(np.argmax(wrong)) + 1 if len(time) > 1 else 0
        raise RecordingError("time does not increase", file=file, sensor="time", sample=row, fix="export the motion again")
    if header.get("datatype", "").lower() == "quaternion":
        fix = "give the .mot of joint angles that OpenSense's inverse kinematics makes of it"
        raise RecordingError("holds orientations (quaternions), no coordinates", file=file, fix=fix, cause=Cause.LAYOUT)
    columns = {name: table.numbers(name) for name in table.names if name != time_column}
    degrees, more = _unit(columns, _declared(above), in_degrees, file)
    if degrees:
        columns = {name: np.deg2rad(values) if _is_rotation(name) else values for name, values in columns.items()}
    title = lines[0].strip() if lines and "=" not in lines[0] and lines[0].strip().lower() != "endheader" else path.stem
    return Table(title, columns, time, degrees, file, (*warnings, *more))


def holds_orientations(path: Path) -> bool:
    """Whether a storage file holds quaternions (OpenSense), not numbers."""
    head = [line.strip().lower().replace(" ", "") for line in read_text(path).splitlines()[:30]]
    return "datatype=quaternion" in head[: head.index("endheader")] if "endheader" in head else False


def coordinate_name(column: str) -> str:
    """Coordinate of a column: ``/jointset/hip_r/hip_flexion_r/value`` and ``hip_flexion_r`` both give ``hip_flexion_r``."""
    match = _STATE.match(column)
    return column if match is None else match["name"] if match["what"] == "value" else f"{match['name']}_speed"


def coordinates(table: Table, *, knee_flexion: KneeSign | None = None) -> tuple[dict[str, Array], KneeSign, tuple[str, ...]]:
    """Coordinates in our signs: knee extension positive (flexion negative).

    RecordingError: the knees bend too little for the sign to show and ``knee_flexion`` is not given.

    Parameters
    ----------
    table : coordinates file.
    knee_flexion : sign of knee flexion in the file; default: seen from the knee's range, with a warning.

    Returns
    -------
    coordinate to (T,) [rad or m], the sign the file had, warnings.
    """
    values = {coordinate_name(name): column for name, column in table.columns.items()}
    knees = [name for name in _KNEES if name in values]
    warnings: list[str] = list(table.warnings)
    if knee_flexion is None:
        knee_flexion = _knee_sign([values[name] for name in knees], table.source)
        if knees:
            warnings.append(f"{table.source}: knee flexion looks {knee_flexion} in the file; pass knee_flexion to fix it")
    if knee_flexion == "positive":
        for name in knees:
            values[name] = -values[name]
    return values, knee_flexion, tuple(warnings)


def moments(table: Table, *, knee_flexion: KneeSign) -> dict[str, Array]:
    """Net joint moments of an inverse-dynamics file, coordinate name to (T,) [N m], in our signs.

    ``knee_flexion`` is its sign in the coordinates that the moments were made from (moments alone do not show it).
    RecordingError: no column ``<coordinate>_moment``.
    """
    columns = {name.removesuffix("_moment"): column for name, column in table.columns.items() if name.endswith("_moment")}
    if not columns:
        raise RecordingError("has no moments", file=table.source, fix="expected columns such as hip_flexion_r_moment")
    flip = knee_flexion == "positive"
    return {name: -column if flip and name in _KNEES else column for name, column in columns.items()}


def _count(header: Mapping[str, str], *keys: str) -> int | None:
    return next((int(header[key]) for key in keys if header.get(key, "").isdigit()), None)


def _is_rotation(column: str) -> bool:
    return not _TRANSLATION.search(coordinate_name(column).removesuffix("_speed")) and not _FORCE_COLUMN.search(column)


def _declared(header: Sequence[str]) -> bool | None:
    """Whether a header says degrees, by a key in any spelling or in words; None where it says neither."""
    for line in header:
        if match := _IN_DEGREES.match(line):
            return match["value"].lower()[0] in "yt1"
    words = _IN_WORDS.findall("\n".join(header))
    return words[0].lower().startswith("deg") if len({word.lower()[:3] for word in words}) == 1 else None


def _unit(columns: Mapping[str, Array], declared: bool | None, given: bool | None, file: str) -> tuple[bool, list[str]]:
    """Whether rotations are in degrees, and what had to be assumed."""
    if given is not None:
        return given, []
    legs = [values for name, values in columns.items() if coordinate_name(name) in _LEGS]
    largest = max((float(np.nanmax(np.abs(values))) for values in legs if np.isfinite(values).any()), default=0.0)
    if declared is not None:
        if not declared and largest > _PLAUSIBLE_RAD:
            return False, [
                f"{file}: the header says radians, but joint angles reach {largest:.0f}; pass in_degrees if it is wrong"
            ]
        return declared, []
    if largest > _MOST_RAD:
        return True, [f"{file}: the header does not state the unit of angles; they reach {largest:.3g}, so degrees are assumed"]
    moved = max((float(np.nanmax(v) - np.nanmin(v)) for v in legs if np.isfinite(v).any()), default=0.0)
    if largest > _LEAST_DEG and moved < _MOVES_RAD:
        message = f"the header does not state the unit of angles, and angles up to {largest:.3g} may be degrees or radians"
        fix = "add a header line inDegrees=yes or inDegrees=no, or pass in_degrees"
        raise RecordingError(message, file=file, fix=fix, cause=Cause.LAYOUT)
    return False, []  # OpenSim's own default, and nobody moves a leg by so few degrees only


def _knee_sign(knees: list[Array], file: str) -> KneeSign:
    if not knees:
        return "negative"
    both = np.concatenate(knees)
    low, high = float(np.nanmin(both)), float(np.nanmax(both))
    if max(-low, high) < _KNEE_DECIDES_RAD or min(-low, high) > 0.5 * max(-low, high):
        message = f"knee angles from {np.rad2deg(low):.0f} to {np.rad2deg(high):.0f} deg do not show the sign of flexion"
        raise RecordingError(message, file=file, sensor="knee_angle", fix="pass knee_flexion='positive' or 'negative'")
    return "positive" if high > -low else "negative"
