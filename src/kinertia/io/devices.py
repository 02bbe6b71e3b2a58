"""Layouts of devices as data: one file each in ``devices``, with what a table of theirs begins with and what its columns mean.

A new layout is a new file there and no code; its fields are those of :class:`Device`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection
from functools import cache
from pathlib import Path

import msgspec

from kinertia.io import naming
from kinertia.io.columns import ColumnMap, SensorColumns
from kinertia.io.text import TextTable, begins, parse_rows, read_text
from kinertia.recording import Cause, RecordingError


class Blocks(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rows of names above a table in which each sensor has as many columns, after one for the time."""

    rows: int  # of names: the sensors', kinds of signal, axes
    width: int  # columns of a sensor
    label: int  # column in which the first row has the sensor's label; its serial number is in the first
    # acc, gyro: first of three columns each
    acc: int
    gyro: int


class Device(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What writes tables of one layout."""

    name: str  # in words
    # ending, begins: of its files; empty where they are told by what stands above the table
    ending: str = ""
    begins: str = ""
    preamble: list[str] = []  # keys that stand above the table, lower case
    # read, otherwise: first cell of what can be read, and what to do with other versions; empty where there are none
    read: str = ""
    otherwise: str = ""
    # what the columns mean, as far as they do not say it; a column map beside the table comes first
    columns: ColumnMap = ColumnMap()
    segments: dict[str, str] = {}  # names of sensors to the segments that they sit on
    spoken: dict[str, str] = {}  # words in names of sensors to the words for segments that they stand for
    blocks: Blocks | None = None  # where the names of the columns are put together from several rows

    def complete(self, given: ColumnMap | None) -> ColumnMap:
        """A column map with what it leaves open filled in."""
        given, unset = given or ColumnMap(), ColumnMap()
        fields = [name for name in given.__struct_fields__ if getattr(given, name) == getattr(unset, name)]
        return msgspec.structs.replace(given, **{name: getattr(self.columns, name) for name in fields})

    def sensor(self, name: str) -> tuple[str, str]:
        """Name of a sensor as the device writes it, and the segment that it sits on by its name; empty where that says none."""
        if name.upper() in self.segments:
            return name.upper(), self.segments[name.upper()]
        said = name
        for word, meant in self.spoken.items():
            said = re.sub(word, meant, said, flags=re.IGNORECASE)
        return name, naming.segment(said)

    def cells(self, path: Path) -> tuple[TextTable, list[SensorColumns]]:
        """Cells of a table of :class:`Blocks`, and which columns are whose."""
        assert self.blocks is not None
        blocks, file, lines = self.blocks, str(path), read_text(path).splitlines()
        upper = [cell.strip() for cell in lines[0].split(",")]
        if upper[0] != self.read:
            message = f"is an {self.name} of {upper[0]}; only {self.read} is read"
            raise RecordingError(message, file=file, fix=self.otherwise, cause=Cause.LAYOUT)
        kinds, axes = ([cell.strip() for cell in line.split(",")] for line in lines[1:3])
        names, sensors = [self.columns.time], []
        for begin in range(1, len(upper) - blocks.label, blocks.width):
            serial, label = upper[begin], upper[begin + blocks.label]
            if not serial:
                break
            name = label if label and label not in {sensor.name for sensor in sensors} else f"{label} {serial}".strip()
            kind, own = "", []
            for column in range(begin, begin + blocks.width):
                kind = kinds[column] or kind
                own.append(f"{name} {kind} {axes[column]}".strip())
            acc, gyro = ((own[at], own[at + 1], own[at + 2]) for at in (blocks.acc, blocks.gyro))
            names += own
            sensors.append(SensorColumns(self.sensor(name)[1] or name, acc, gyro, name=name))
        if not sensors:
            raise RecordingError(f"is an {self.name} without sensors", file=file, fix="export it again", cause=Cause.LAYOUT)
        return parse_rows(names, lines[blocks.rows :], ",", file=file, first_line=blocks.rows + 1), sensors


@cache
def known() -> tuple[Device, ...]:
    """All layouts that come with the package."""
    files = sorted(Path(__file__).with_name("devices").glob("*.toml"))
    return tuple(msgspec.convert(tomllib.loads(file.read_text(encoding="utf-8")), Device) for file in files)


def find(path: Path, preamble: Collection[str] = ()) -> Device | None:
    """What wrote a table, by its beginning or by the keys above it."""
    for device in known():
        if device.begins and begins(path, device.ending, device.begins.encode()):
            return device
        if device.preamble and set(device.preamble) <= set(preamble):
            return device
    return None
