"""Any CSV, text or Parquet table of IMU signals, read through a column map or by the names of its columns.

A map is a TOML or JSON file beside the table, ``<stem>.columns.toml`` or ``columns.toml`` (or .json), with the fields of
:class:`~kinertia.io.columns.ColumnMap`; an example stands in docs/formats.md. Without one, columns named
``acc.<segment>.<axis> [<unit>]``, ``gyro.<segment>.<axis> [<unit>]`` and ``time [<unit>]`` are understood as they stand, in
segment frames; person and sensor positions may then lie in a JSON file of the same stem, and a reference in further columns
(:mod:`kinertia.io.truth_columns`). Other names that say kind, axis and unit are understood in sensor frames
(:mod:`kinertia.io.naming`), with what is known of devices (:mod:`kinertia.io.devices`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kinertia.io import columns as maps
from kinertia.io import devices, facts, layout, long_text, naming, parquet, stated, truth_columns
from kinertia.io.columns import ColumnMap, Counts, SensorColumns
from kinertia.io.devices import Device
from kinertia.io.text import TextTable, read_text
from kinertia.io.units import ACC_UNITS, GYRO_UNITS, TIME_UNITS, factor
from kinertia.recording import (
    LOWER_BODY,
    Array,
    Cause,
    Frame,
    Recording,
    RecordingError,
    Sensor,
    Truth,
    common_time,
    time_axis,
)
from kinertia.recording.common_time import Stream

_PARTS = (slice(3), slice(3, 6), slice(6, None))  # of a sensor's columns: acceleration, angular rate, orientation
_HEAD_LINES = 100  # enough for any preamble
SUFFIXES = (".csv", ".tsv", ".parquet", ".pq")


def is_table(path: Path) -> bool:
    """Whether ``path`` is a table by its ending, or a text file with a column map beside it or columns that name themselves."""
    if path.suffix.lower() in SUFFIXES:
        return True
    if path.suffix.lower() not in (".txt", ".dat") or not path.is_file():
        return False
    if devices.find(path) or any(path.with_suffix(f".columns.{kind}").is_file() for kind in ("toml", "json")):
        return True
    try:
        cells = layout.read("\n".join(read_text(path).splitlines()[:_HEAD_LINES]), file=str(path))
    except RecordingError:
        return False
    return maps.plain(cells) or any(
        signal.kind in ("acc", "gyro", "free") for signal in naming.signals(cells.names, cells.units)
    )


def read(
    path: str | Path,
    *,
    columns: ColumnMap | str | Path | None = None,
    placement: Mapping[str, Any] | str | Path | None = None,
    rate_hz: float | None = None,
) -> Recording:
    """Read a CSV, text or Parquet table.

    RecordingError: no usable map, an unknown unit, axes that are no rotation, a damaged table; naming column and row.

    Parameters
    ----------
    path : the table.
    columns : column map or its file, or the name of a known layout (:mod:`kinertia.io.devices`); default: the map beside the
        table, else what the columns' names and the layouts of known devices say.
    placement : which sensor, as the columns name it, sits where, or a file that says so; default ``<stem>.placement.toml``
        or ``placement.toml`` (or .json) beside the table, unless a map or the columns' names say it.
    rate_hz : sampling rate [Hz], for tables without a time column.

    Returns
    -------
    Recording; what was mended in layout and time stamps is among its findings.
    """
    path = Path(path)
    asked, columns = preset(columns)
    given, _ = _given(path, columns)
    device = asked or devices.find(path)
    if device is not None and (whole := device.whole(path, given)) is not None:
        cells, meaning = whole
        return placed_build(cells, path, meaning, placement=placement)
    cells = read_cells(path, given.separator if given else "")
    return interpret(cells, path, columns=columns, placement=placement, rate_hz=rate_hz, device=device)


def preset(columns: ColumnMap | str | Path | None) -> tuple[Device | None, ColumnMap | str | Path | None]:
    """The layout that is named in place of a column map, None where none is; and the column map."""
    if columns is None or isinstance(columns, ColumnMap) or Path(columns).is_file():
        return None, columns
    device = devices.preset(str(columns))
    return device, None if device else columns


def interpret(
    table: TextTable,
    path: Path,
    *,
    columns: ColumnMap | str | Path | None = None,
    placement: Mapping[str, Any] | str | Path | None = None,
    rate_hz: float | None = None,
    device: Device | None = None,
) -> Recording:
    """Recording of the cells of a table, which ``device`` wrote, where that is known.

    The column map is looked for beside ``path``. The rest as for :func:`read`.
    """
    meaning, map_file = _given(path, columns)
    truth, person_file = None, map_file
    if meaning is None and maps.plain(table):
        meaning, person_file = maps.of_plain_names(table, path), str(path.with_suffix(".json"))
        truth = truth_columns.read(table, meaning.subject, about_file=person_file)
    elif meaning is None or not meaning.sensors:
        device = device or devices.find(path, table.preamble) or Device("")
        table = device.with_names(table)
        meaning = maps.of_names(table, path, device.complete(meaning), device.sensor)
        placement = placement or facts.find_placement(path.parent, path.stem)
    meaning = maps.placed(meaning, placement)
    return build(table, path, meaning, map_file=map_file, person_file=person_file, truth=truth, rate_hz=rate_hz)


def placed_build(
    table: TextTable, path: Path, meaning: ColumnMap, *, placement: Mapping[str, Any] | str | Path | None = None
) -> Recording:
    """Recording of cells whose meaning the file itself states, with a placement that is given or lies beside it."""
    placement = placement or facts.find_placement(path.parent, path.stem)
    return build(table, path, maps.placed(meaning, placement), map_file=str(path), person_file=str(path))


def build(
    table: TextTable,
    path: Path,
    meaning: ColumnMap,
    *,
    map_file: str,
    person_file: str,
    truth: Truth | None = None,
    rate_hz: float | None = None,
) -> Recording:
    """Recording of cells whose meaning is known; ``map_file`` says it and ``person_file`` who wears the sensors, for errors."""
    file = table.file
    order = {segment: i for i, segment in enumerate(LOWER_BODY.segments)}
    entries = sorted(meaning.sensors, key=lambda entry: order.get(entry.segment, len(order)))
    warnings: list[str] = []
    try:
        blocks = [_signals(table, entry, meaning, map_file, path.stem, warnings) for entry in entries]
    except RecordingError as error:
        raise _with_layout(error, table) from error

    if meaning.counts is not None:
        warnings += _other_ranges(table, entries, meaning.counts)
    findings = list(table.findings)
    said = rate_hz or meaning.rate_hz
    begin_s = 0.0
    own = [entry.time or meaning.time for entry in entries]
    if len(set(own)) > 1 and all(own):
        streams = [_stream(table, entry, meaning, block, map_file) for entry, block in zip(entries, blocks, strict=True)]
        blocks, rate, more = common_time.join(streams, file=file)
        begin_s = max(stream.axis.begin_s for stream in streams)
        findings.extend(dict.fromkeys(finding for stream in streams for finding in stream.axis.findings))
        findings.extend(more)
    elif own[0]:
        entry = entries[0]
        scale = factor(_time_unit(table, entry, meaning), TIME_UNITS, file=map_file, sensor=own[0])
        signals = np.concatenate(blocks, axis=1) if len(blocks) > 1 else blocks[0]
        axis = time_axis.find(table.numbers(own[0]) * scale, signals, unit_s=scale, rate_hz=said, file=file)
        if truth is not None and (axis.index is None or axis.samples != table.rows):
            truth = truth.over_time(lambda curve: axis.on_grid(curve[:, None])[:, 0])
        blocks, rate = np.split(axis.on_grid(signals), len(entries), axis=1), axis.rate_hz
        begin_s = axis.begin_s
        findings.extend(axis.findings)
    else:
        rate = stated.rate(said, file=file) if said and said > 0 else None
    if not rate and meaning.assumed_rate_hz:
        rate = meaning.assumed_rate_hz
        warnings.insert(0, f"sampling rate not in the file, {rate} Hz assumed")
    if not rate or rate <= 0:
        fix = "give the sampling rate (--rate, or rate_hz in the column map), or name the time column in the map"
        raise RecordingError("has neither a time column nor a rate", file=file, fix=fix, cause=Cause.RATE)
    subject, assumed, doubts = facts.subject(meaning.subject, file=person_file)
    acc, gyro, orientation = (np.stack([block[:, part] for block in blocks], axis=1) for part in _PARTS)
    length = np.linalg.norm(orientation, axis=-1, keepdims=True)
    return Recording(
        name=path.stem,
        rate_hz=float(rate),
        sensors=tuple(Sensor(e.name or e.segment, e.segment, e.position_m, e.misalignment_rad) for e in entries),
        acc=acc,
        gyro=gyro,
        subject=subject,
        frame=Frame(meaning.frame),
        orientation=orientation / length if orientation.shape[-1] and np.isfinite(orientation).any() else None,
        truth=truth,
        source=file,
        warnings=(*warnings, *assumed),
        findings=(*findings, *doubts),
        begin_s=begin_s,
    )


def read_cells(path: Path, separator: str = "") -> TextTable:
    """Cells of a table, text or Parquet; errors as their readers."""
    if path.suffix.lower() in (".parquet", ".pq"):
        return parquet.read(path)
    if path.is_file() and path.stat().st_size > long_text.LONG_BYTES:
        return long_text.read(path, separator=separator)
    return layout.read(read_text(path), file=str(path), separator=separator)


def _stream(table: TextTable, entry: SensorColumns, meaning: ColumnMap, values: Array, map_file: str) -> Stream:
    """One sensor with its own time column; rows beyond the end of a shorter sensor have no stamp."""
    name, column = entry.name or entry.segment, entry.time or meaning.time
    scale = factor(_time_unit(table, entry, meaning), TIME_UNITS, file=map_file, sensor=column)
    stamps = table.numbers(column) * scale
    there = np.isfinite(stamps)
    axis = time_axis.find(stamps[there], values[there], unit_s=scale, file=table.file)
    return Stream(name, axis, values[there])


def _with_layout(error: RecordingError, table: TextTable) -> RecordingError:
    """The error, led by what of the layout brought it about: joined names that a map does not know, or that have no units."""
    joined = next((f.message for f in table.findings if "joined" in f.message), "")
    if not joined:
        return error
    return RecordingError(f"{joined}; {error.message}", file=error.file, sensor=error.sensor, fix=error.fix, cause=Cause.LAYOUT)


def _given(path: Path, columns: ColumnMap | str | Path | None) -> tuple[ColumnMap | None, str]:
    """The column map that is given or lies beside a table, None where there is none; and its file, else the table's."""
    columns = maps.find_map(path) if columns is None else columns
    if columns is None or isinstance(columns, ColumnMap):
        return columns, str(path)
    return maps.read_map(columns), str(columns)


def _time_unit(table: TextTable, entry: SensorColumns, meaning: ColumnMap) -> str:
    return entry.time_unit or meaning.time_unit or table.units.get(entry.time or meaning.time, "s")


def _signals(
    table: TextTable, entry: SensorColumns, meaning: ColumnMap, map_file: str, stem: str, warnings: list[str]
) -> Array:
    """(T, 10) acceleration, angular rate and orientation of one sensor, in SI units and our axes; (T, 6) where none has one."""
    name = entry.name or entry.segment
    rotation = maps.rotation(entry.axes, map_file, name)
    blocks: list[Array] = []
    for kind, names, mapped, allowed in (
        ("acc", entry.acc, entry.acc_unit or meaning.acc_unit, ACC_UNITS),
        ("gyro", entry.gyro, entry.gyro_unit or meaning.gyro_unit, GYRO_UNITS),
    ):
        if names is None:
            warnings.append(f"sensor {name} has no {kind} signal")
            blocks.append(np.full((table.rows, 3), np.nan))
            continue
        unit = mapped or table.units.get(names[0], "")
        values = table.several(names)
        # one entry per row: picked, not multiplied, so that a missing axis does not take the others with it
        picked, signs = np.abs(rotation).argmax(axis=1), rotation.sum(axis=1)
        if not unit and meaning.counts is not None:
            for column, counts in zip(names, values.T, strict=True):
                meaning.counts.check(table, column, counts)
            blocks.append(values[:, picked] * signs * meaning.counts.scale(kind, values)[0])
            continue
        if not unit:
            raise RecordingError(
                f"unit of {kind} is not stated",
                file=map_file,
                sensor=name,
                fix=f"add {kind}_unit to a column map ({stem}.columns.toml), one of {', '.join(allowed)}; a table of "
                "gaitmap or nilspodlib: --columns gaitmap",
                cause=Cause.ACC_UNIT if kind == "acc" else Cause.GYRO_UNIT,
            )
        scale = signs * factor(unit, allowed, file=map_file, sensor=name)
        with np.errstate(over="ignore"):
            values = values[:, picked] * scale
        blocks.append(np.where(np.isinf(values), np.nan, values))  # as for an infinite number in the file
    if entry.orientation is not None and not np.array_equal(rotation, np.eye(3)):
        fix = "leave axes or orientation out"
        raise RecordingError("orientation with turned axes is not read", file=map_file, sensor=name, fix=fix)
    if any(other.orientation is not None for other in meaning.sensors):
        blocks.append(_quaternion(table, entry, name))
    return np.concatenate(blocks, axis=1)


def _other_ranges(table: TextTable, entries: Sequence[SensorColumns], counts: Counts) -> list[str]:
    """Gyroscopes that did not run at their usual range, in sentences."""
    spans: dict[float, list[str]] = {}
    for entry in entries:
        if entry.gyro is not None:
            _, span = counts.scale("gyro", table.several(entry.gyro))
            spans.setdefault(span, []).append(entry.name or entry.segment)
    usual = f"gyroscopes read impossibly fast for a {counts.gyro_dps[0]:g} deg/s range"
    return [
        f"sensors {', '.join(s)}: {usual}, {span:g} deg/s assumed" for span, s in spans.items() if span != counts.gyro_dps[0]
    ]


def _quaternion(table: TextTable, entry: SensorColumns, sensor: str) -> Array:
    if entry.orientation is None:
        return np.full((table.rows, 4), np.nan)
    values = table.several(entry.orientation)
    length = np.linalg.norm(values, axis=1)
    wrong = np.abs(length - 1) > 0.05
    if wrong.any():
        row = int(np.argmax(wrong))
        message, fix = f"quaternion has length {length[row]:.3g}", "check the orientation columns"
        raise RecordingError(message, file=table.file, sensor=sensor, sample=row, fix=fix)
    return values
