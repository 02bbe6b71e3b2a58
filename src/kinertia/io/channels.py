"""Tables in which each channel has its own column of times before it, as Delsys writes them."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from kinertia.io import naming, streams
from kinertia.io.columns import SensorColumns
from kinertia.io.streams import Part
from kinertia.io.text import TextTable, lines_of, parse_rows
from kinertia.recording import Array, Cause, RecordingError, time_axis

Split = Callable[[str], list[str]]
_HEAD_LINES = 2000  # of preamble at the most: one line a channel


class Channels(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How such a table is laid out."""

    time: str  # what the name of a column of times fits, as a regular expression
    above: int = 0  # lines from the names of channels up to those of sensors; 0: a channel's name begins with its sensor's
    lacking: str = ""  # what an export without columns of times is to be exported with


@dataclass(frozen=True)
class _Signal:
    """One axis of one sensor: its kind, axis and unit, and its columns."""

    kind: str
    axis: str
    unit: str
    time: int
    value: int


def cells(layout: Channels, name: str, text: str, file: str) -> tuple[TextTable, list[SensorColumns], str]:
    """Cells and columns of all sensors with acceleration or angular rate, and the time column that all share (or empty).

    RecordingError: no columns of times, no such sensors, an axis is missing, damaged rows.
    """
    lines = lines_of(text, file)
    separator = next((mark for mark in "\t;," if any(mark in line for line in lines[:_HEAD_LINES])), ",")
    fits = re.compile(layout.time, re.IGNORECASE)

    def split(line: str) -> list[str]:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=separator), [])]

    head = next((k for k, line in enumerate(lines[:_HEAD_LINES]) if any(map(fits.search, split(line)))), None)
    if head is None or head < layout.above:
        raise RecordingError(f"is a {name} export without columns of time", file=file, fix=layout.lacking, cause=Cause.LAYOUT)
    names = split(lines[head])
    owners = split(lines[head - layout.above]) if layout.above else []
    sensors = _signals(names, owners, fits)
    used = sorted({column for signals in sensors.values() for signal in signals for column in (signal.time, signal.value)})
    if not used:
        message, fix = f"is a {name} export without accelerometers and gyroscopes", "record and export both"
        raise RecordingError(message, file=file, fix=fix, cause=Cause.LAYOUT)
    table = _rows(lines, head, len(names), separator, used, split, file)
    parts = [_part(sensor, signals, table, file) for sensor, signals in sensors.items()]
    return streams.gather(parts, file)


def _signals(names: Sequence[str], owners: Sequence[str], time: re.Pattern[str]) -> dict[str, list[_Signal]]:
    """Sensor to its signals of acceleration and angular rate."""
    found: dict[str, list[_Signal]] = {}
    at, owner = -1, ""
    for column, name in enumerate(names):
        owner = owners[column] if column < len(owners) and owners[column] else owner
        if time.search(name):
            at = column
            continue
        sensor, _, channel = name.rpartition(":") if not owners else (owner, "", name)
        signal = next(iter(naming.signals([channel.strip()], {})), None)
        if at >= 0 and signal is not None and signal.kind in ("acc", "gyro"):
            key = re.sub(r"\s*\(\d+\)$", "", sensor.strip()) or signal.sensor or "sensor"
            found.setdefault(key, []).append(_Signal(signal.kind, signal.axis, signal.unit, at, column))
    return found


def _rows(
    lines: Sequence[str], head: int, width: int, separator: str, used: Sequence[int], split: Split, file: str
) -> TextTable:
    """Cells of all columns from the first row of numbers on; columns without names at the right end are left out."""
    comma = separator != "," and any("," in cell for cell in split(lines[-1]) if re.fullmatch(r"[-+\d,eE]+", cell))
    first = head + 1
    while first < len(lines) and not _numeric(lines[first], split, used):
        first += 1
    body = []
    for line in filter(str.strip, lines[first:]):
        lacking = width - 1 - line.count(separator)
        body.append(line + separator * lacking if lacking >= 0 else separator.join(line.split(separator, width)[:width]))
    return parse_rows([str(k) for k in range(width)], body, separator, file=file, first_line=first + 1, decimal_comma=comma)


def _numeric(line: str, split: Split, used: Sequence[int]) -> bool:
    row = split(line)
    pairs = [row[k] for k in used if k < len(row)]
    return bool(pairs) and all(re.fullmatch(r"[-+]?[\d.,]+(?:[eE][-+]?\d+)?", cell) for cell in pairs if cell) and any(pairs)


def _part(sensor: str, signals: Sequence[_Signal], table: TextTable, file: str) -> Part:
    """One sensor, on the times of its first axis."""
    base: tuple[Array, Array] | None = None
    blocks: dict[str, Array] = {}
    units: dict[str, str] = {}
    for kind in ("acc", "gyro"):
        axes = {signal.axis: signal for signal in signals if signal.kind == kind}
        if not axes:
            continue
        if missing := [axis for axis in "xyz" if axis not in axes]:
            message = f"{kind} has no axis {missing[0]}"
            raise RecordingError(message, file=file, sensor=sensor, fix="export all three axes", cause=Cause.LAYOUT)
        columns = []
        for axis in "xyz":
            stamps, values = table.numbers(str(axes[axis].time)), table.numbers(str(axes[axis].value))
            there = np.isfinite(stamps)
            stamps, values = stamps[there], values[there]
            if len(stamps) < 2:
                raise RecordingError(f"{kind} has no samples", file=file, sensor=sensor, fix="export the recording again")
            base = base or (stamps, stamps)
            if not np.array_equal(stamps, base[0]):
                values = time_axis.find(stamps, values[:, None], file=file).at(base[0], values[:, None])[:, 0]
            columns.append(values)
        blocks[kind] = np.stack(columns, axis=1)
        units[kind] = axes["x"].unit
    assert base is not None
    return Part(
        sensor, base[0], blocks.get("acc"), blocks.get("gyro"), acc_unit=units.get("acc", ""), gyro_unit=units.get("gyro", "")
    )
