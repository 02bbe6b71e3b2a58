"""Layouts of devices as data: one file each in ``devices``, with what a table of theirs begins with and what its columns mean.

A new layout is a new file there and no code; its fields are those of :class:`Device`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection
from dataclasses import replace
from functools import cache
from pathlib import Path

import msgspec

from kinertia.io import channels, naming
from kinertia.io.channels import Channels
from kinertia.io.columns import ColumnMap, SensorColumns
from kinertia.io.text import TextTable, begins, head, lines_of, parse_rows, read_text
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
    key: str = ""  # name of its file, by which it can be asked for
    # ending, begins, holds: of its files, and what their first lines hold; empty where they are told by what stands above the
    # table
    ending: str = ""
    begins: str = ""
    holds: list[str] = []
    preamble: list[str] = []  # keys that stand above the table, lower case
    tag: str = ""  # key above the table under which the sensor's label stands, where each sensor has its own file
    files: dict[str, str] = {}  # names of files, lower case, to the signal in each (acc, gyro, free), where each has its own
    renamed: dict[str, str] = {}  # names of columns, as regular expressions, to names that say kind and axis
    # read, otherwise: first cell of what can be read, and what to do with other versions; empty where there are none
    read: str = ""
    otherwise: str = ""
    # what the columns mean, as far as they do not say it; a column map beside the table comes first
    columns: ColumnMap = ColumnMap()
    segments: dict[str, str] = {}  # names of sensors to the segments that they sit on
    spoken: dict[str, str] = {}  # words in names of sensors to the words for segments that they stand for
    # where columns are put together from several rows, or come with times of their own
    blocks: Blocks | None = None
    channels: Channels | None = None

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

    def with_names(self, table: TextTable) -> TextTable:
        """The table with the names of columns that they stand for."""
        if not self.renamed:
            return table
        new: dict[str, str] = {}
        for name in table.names:
            said = next((re.sub(old, to, name) for old, to in self.renamed.items() if re.search(old, name)), name)
            new[name] = said if said not in new.values() else name
        units = {new[name]: unit for name, unit in table.units.items()}
        return replace(table, names=tuple(new.values()), units=units)

    def whole(self, path: Path, given: ColumnMap | None) -> tuple[TextTable, ColumnMap] | None:
        """Cells of a table of :class:`Blocks` or :class:`Channels`, and what they mean; None for other devices."""
        if self.blocks is not None:
            cells, sensors = self._blocks(path, self.blocks)
            return cells, msgspec.structs.replace(self.complete(given), sensors=sensors)
        if self.channels is None:
            return None
        cells, sensors, time = channels.cells(self.channels, self.name, read_text(path), str(path))
        sensors = [msgspec.structs.replace(entry, segment=self.sensor(entry.name)[1] or entry.segment) for entry in sensors]
        return cells, msgspec.structs.replace(self.complete(given), sensors=sensors, time=time)

    def _blocks(self, path: Path, blocks: Blocks) -> tuple[TextTable, list[SensorColumns]]:
        file = str(path)
        lines = lines_of(read_text(path), file)
        upper = [cell.strip() for cell in lines[0].split(",")]
        if upper[0] != self.read:
            message = f"is an {self.name} of {upper[0]}; only {self.read} is read"
            raise RecordingError(message, file=file, fix=self.otherwise, cause=Cause.LAYOUT)
        kinds, axes = ([cell.strip() for cell in line.split(",")] for line in (*lines[1:3], "", "")[:2])
        if len(kinds) < len(upper) or len(axes) < len(upper):
            message, fix = f"is an {self.name} whose first rows are cut off", "export it again"
            raise RecordingError(message, file=file, fix=fix, cause=Cause.LAYOUT)
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
    found = ((file.stem, msgspec.convert(tomllib.loads(file.read_text(encoding="utf-8")), Device)) for file in files)
    return tuple(msgspec.structs.replace(device, key=key) for key, device in found)


def preset(key: str) -> Device | None:
    """The layout of this name; None where there is none."""
    return next((device for device in known() if device.key == key.lower()), None)


def find(path: Path, preamble: Collection[str] = ()) -> Device | None:
    """What wrote a table, by its beginning or by the keys above it."""
    for device in known():
        if device.begins and begins(path, device.ending, device.begins.encode()):
            return device
        if device.holds and path.suffix.lower() == device.ending and all(word in head(path) for word in device.holds):
            return device
        if device.preamble and set(device.preamble) <= set(preamble):
            return device
    return None


def tag(path: Path, device: Device) -> str:
    """Label of the sensor that a device states above the table of a file; empty where it states none."""
    words = re.search(rf"^\W*{device.tag}\s*[:=,;\t]+\s*([^,;\t\r\n]+)", head(path), re.IGNORECASE | re.MULTILINE)
    return words[1].strip() if words else ""
