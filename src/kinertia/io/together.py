"""Tables that are parts of one recording by their names: a file per sensor, or per signal (``Accelerometer.csv``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kinertia.io import columns as maps
from kinertia.io import devices, naming, table
from kinertia.io.columns import ColumnMap
from kinertia.io.text import TextTable
from kinertia.io.units import TIME_UNITS, factor
from kinertia.recording import Array, Cause, Finding, Recording, RecordingError, Severity, time_axis

_SUFFIXES = (".csv", ".tsv", ".txt")
_FREE = "free"  # kind of acceleration without gravity
_MILLISECONDS = 3  # digits at the end of a name that says when a file was opened


@dataclass(frozen=True)
class _Part:
    """One file: its cells, the sensor and kind that its name says, its time column and its stamps [s] (empty without)."""

    path: Path
    cells: TextTable
    sensor: str
    kind: str
    time: str
    stamps: Array


def group(path: Path) -> list[Path]:
    """The files of the recording that ``path`` is a part of, sorted; empty where it is a whole recording.

    Files belong together when their names differ in body part or kind of signal alone (``walk_acc``, ``walk_gyro``; in numbers
    too, where body parts tell them apart: ``Pelvis_0836``, ``LTibia_0811``), or where their device says so, and none has a map
    of its own. Acceleration without gravity is left out where there is one with it.
    """
    mine = _said(path)
    if not (mine.sensor or mine.kind) or not _alone(path):
        return []
    beside = [p for p in sorted(path.parent.iterdir()) if p.suffix.lower() == path.suffix.lower() and p.is_file() and _alone(p)]
    parts = {p: part for p in beside if (part := _said(p)).sensor or part.kind}
    if any(part.kind == "acc" for part in parts.values()):
        parts = {p: part for p, part in parts.items() if part.kind != _FREE}
    for key in (lambda part: part.rest, lambda part: part.words):
        files = [p for p, part in parts.items() if key(part) == key(mine)]
        apart = {(parts[p].sensor, parts[p].kind) for p in files}
        if len(files) > 1 and len(apart) == len(files) and len({bool(sensor) for sensor, _ in apart}) == 1:
            return files
    return []


def _said(path: Path) -> naming.Part:
    """Sensor and kind of a file by its name, or as its device says them: by the names of files, or above the table."""
    said = naming.part(path.stem)
    device = devices.find(path)
    if device is None or path.suffix.lower() not in _SUFFIXES:
        return said
    if device.files:
        return naming.Part("", device.files.get(path.stem.lower(), ""), "", "", "")
    if device.tag and not said.sensor and (tag := devices.tag(path, device)):
        pieces = [piece for piece in path.stem.split("_") if piece != tag]
        rest = "_".join(pieces[:-1] if len(pieces) > 1 and len(pieces[-1]) <= _MILLISECONDS else pieces)  # when it was opened
        return naming.Part(tag, "", rest, rest.lower(), rest.lower())
    return said


def _alone(path: Path) -> bool:
    """Whether nothing beside or in a table says that it is a whole recording."""
    own = (path.with_suffix(suffix) for suffix in (".columns.toml", ".columns.json", ".json"))
    if path.suffix.lower() not in _SUFFIXES or any(file.is_file() for file in own):
        return False
    device = devices.find(path)
    return device is None or bool(device.files or device.tag)


def read(
    files: Sequence[Path],
    *,
    columns: ColumnMap | str | Path | None = None,
    placement: Mapping[str, Any] | str | Path | None = None,
    rate_hz: float | None = None,
) -> Recording:
    """Read the parts of one recording, as :func:`group` gives them, joined on common time; the rest as for a table.

    The column map of the whole is ``<common name>.columns.toml`` or ``columns.toml`` beside them. RecordingError: parts of
    unlike length without time stamps, or as for a table.
    """
    names = [_said(file).name.split("_") for file in files]
    shared = [piece for piece in names[0] if all(piece in other for other in names)]
    name = "_".join(shared) or files[0].parent.resolve().name
    whole = files[0].with_name(f"{name}.csv")
    parts = [_part(path) for path in files]
    cells = _joined(parts, str(whole.with_suffix("")))
    asked, columns = table.preset(columns)
    device = asked or devices.find(files[0])
    return table.interpret(cells, whole, columns=columns, placement=placement, rate_hz=rate_hz, device=device)


def _part(path: Path) -> _Part:
    cells, said, device = table.read_cells(path), _said(path), devices.find(path)
    cells = cells if device is None else device.with_names(cells)
    time = next((s for s in naming.signals(cells.names, cells.units) if s.kind == "time"), None)
    stamps = np.zeros(0)
    if time is not None:
        stamps = cells.numbers(time.column) * factor(time.unit or "s", TIME_UNITS, file=str(path), sensor=time.column)
    return _Part(path, cells, said.sensor, said.kind, "" if time is None else time.column, stamps)


def _joined(parts: Sequence[_Part], file: str) -> TextTable:
    """One table: columns of all parts, named by sensor and kind where they do not say these themselves."""
    message = f"{len(parts)} files are joined into one recording: {', '.join(part.path.name for part in parts)}"
    findings = [Finding(Cause.LAYOUT, Severity.INFO, message, mended=True)]
    bases: dict[str, _Part] = {}
    for part in parts:
        bases.setdefault(part.sensor, part)
    shared = all(np.array_equal(part.stamps, parts[0].stamps, equal_nan=True) for part in bases.values())
    rows = max(part.cells.rows for part in bases.values())
    names: list[str] = []
    blocks: list[Array] = []
    wrong: dict[int, tuple[int, str]] = {}
    units: dict[str, str] = {}
    for part in parts:
        base = bases[part.sensor]
        values = part.cells.values if part is base else _at(part, base)
        for k, column in enumerate(part.cells.names):
            if column == part.time and (part is not base or (shared and part is not parts[0])):
                continue
            name = _named(column, part, own_time=not shared)
            if k in part.cells.wrong:
                wrong[len(names)] = part.cells.wrong[k]
            if column in part.cells.units:
                units[name] = part.cells.units[column]
            names.append(name)
            blocks.append(np.pad(values[:, k], (0, rows - len(values)), constant_values=np.nan))
        findings.extend(f for f in part.cells.findings if f not in findings)
    doubled = next((name for name in names if names.count(name) > 1), None)
    if doubled is not None:
        message = f"column {doubled!r} is in more than one of {', '.join(part.path.name for part in parts)}"
        fix = "name the files by body part and side, or by accelerometer and gyroscope"
        raise RecordingError(message, file=file, fix=fix, cause=Cause.LAYOUT)
    first, preamble = parts[0].cells.first_line, parts[0].cells.preamble
    return TextTable(tuple(names), np.stack(blocks, axis=1), wrong, file, first, units, preamble, tuple(findings))


def _named(column: str, part: _Part, *, own_time: bool) -> str:
    """Name of a column of a part in the whole table."""
    if column == part.time:
        return f"{part.sensor}_{column}" if part.sensor and own_time else column
    kind = f"{_FREE} acc" if part.kind == _FREE else part.kind
    kind = kind if kind and not naming.signals([column], {}) else ""
    sensor = part.sensor if not maps.plain(part.cells) else ""
    return "_".join(word for word in (sensor, kind, column) if word)


def _at(part: _Part, base: _Part) -> Array:
    """(T, C) columns of a part at the stamps of another of the same sensor."""
    values = part.cells.values
    if np.array_equal(part.stamps, base.stamps, equal_nan=True) and part.cells.rows == base.cells.rows:
        return values
    if not len(part.stamps) or not len(base.stamps):
        message = f"has {part.cells.rows} rows and no time stamps, {base.path.name} has {base.cells.rows}"
        raise RecordingError(message, file=str(part.path), fix="export both with time stamps", cause=Cause.TIME_STAMPS)
    return time_axis.find(part.stamps, values, file=str(part.path)).at(base.stamps, values)
