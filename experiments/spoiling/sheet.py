"""A recording as the table that is going to be written: every fact that a file states can be changed apart from the signals."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from kinertia.recording import Array, Frame, Recording

Position = tuple[float, float, float]
STEM = "walk"


@dataclass(frozen=True)
class Sheet:
    """Signals, time stamps and stated facts of one file.

    Attributes
    ----------
    recording : N samples of K sensors, in SI.
    stamps : (N,) what the time column holds; None for a table without one.
    rows : indices of the samples that are written, in the order of the rows; None for all.
    time_unit, acc_unit, gyro_unit : what the file says; numbers are not converted.
    rate_hz : stated sampling rate; None where it is not stated.
    mass_kg, height_m, positions : what the file says, whatever it is.
    """

    recording: Recording
    stamps: Array | None
    rows: np.ndarray | None = None
    time_unit: str = "s"
    acc_unit: str = "m/s^2"
    gyro_unit: str = "rad/s"
    rate_hz: float | None = None
    mass_kg: float | None = None
    height_m: float | None = None
    positions: Mapping[str, Position] = field(default_factory=dict)

    def with_signals(self, acc: Array, gyro: Array) -> Sheet:
        """Copy with other (N, K, 3) signals."""
        return replace(self, recording=replace(self.recording, acc=acc, gyro=gyro))

    @property
    def names(self) -> list[str]:
        """Segments of the sensors."""
        return [sensor.segment for sensor in self.recording.sensors]


@dataclass(frozen=True)
class Style:
    """How a table looks as text.

    Attributes
    ----------
    separator, decimal, encoding : of the text.
    preamble : lines before the header.
    units_row : units stand in a row below the header instead of in it, or in the map.
    two_headers : sensors stand in their own row above the axes.
    name : of the file.
    first_twice : the first row is written twice.
    """

    separator: str = ","
    decimal: str = "."
    encoding: str = "utf-8"
    preamble: tuple[str, ...] = ()
    units_row: bool = False
    two_headers: bool = False
    name: str = f"{STEM}.csv"
    first_twice: bool = False


PLAIN = Style()


def of(recording: Recording) -> Sheet:
    """The sheet that states a recording as it is."""
    subject = recording.subject
    return Sheet(
        recording,
        recording.time_s,
        rate_hz=recording.rate_hz,
        mass_kg=None if "mass_kg" in subject.assumed else subject.mass_kg,
        height_m=None if "height_m" in subject.assumed else subject.height_m,
        positions={s.segment: s.position_m for s in recording.sensors if s.position_m is not None},
    )


def write(sheet: Sheet, folder: Path, style: Style = PLAIN) -> Path:
    """Write table and facts; in segment axes with columns that name themselves, in sensor axes with a column map.

    Returns
    -------
    The path of the table.
    """
    names, units, values = columns(sheet)
    write_table(folder / style.name, names, units, values, style, sheet.recording.frame is Frame.SEGMENT)
    write_facts(sheet, folder, names, units_in_map=not style.units_row)
    return folder / style.name


def columns(sheet: Sheet) -> tuple[list[str], list[str], Array]:
    """Names without units, units, and (rows, columns) numbers: time first, then sensor by sensor."""
    recording = sheet.recording
    names, units, blocks = [], [], []
    if sheet.stamps is not None:
        names, units, blocks = ["time"], [sheet.time_unit], [sheet.stamps[:, None]]
    for k, segment in enumerate(sheet.names):
        for kind, unit, signals in (("acc", sheet.acc_unit, recording.acc), ("gyro", sheet.gyro_unit, recording.gyro)):
            names += [f"{kind}.{segment}.{axis}" for axis in "xyz"]
            units += [unit] * 3
            blocks.append(signals[:, k])
    values = np.concatenate(blocks, axis=1)
    return names, units, values if sheet.rows is None else values[sheet.rows]


def write_table(path: Path, names: list[str], units: list[str], values: Array, style: Style, own_names: bool) -> None:
    """Write one table of text in a style; ``own_names`` puts the units into the header."""
    comma = style.separator
    lines = list(style.preamble)
    if style.two_headers:
        parts = [name.split(".") for name in names]
        lines.append(comma.join("sensor" if len(p) < 3 else p[1] for p in parts))
        axes = [p[0] if len(p) < 3 else f"{p[0]}_{p[2]}" for p in parts]
        lines.append(comma.join(f"{axis} [{unit}]" for axis, unit in zip(axes, units, strict=True)))
    elif own_names and not style.units_row:
        lines.append(comma.join(f"{name} [{unit}]" for name, unit in zip(names, units, strict=True)))
    else:
        lines.append(comma.join(names))
    if style.units_row:
        lines.append(comma.join(units))
    rows = [comma.join(_cell(x, i, style) for i, x in enumerate(row)) for row in values.tolist()]
    lines += rows[:1] * style.first_twice + rows
    path.write_bytes(("\n".join(lines) + "\n").encode(style.encoding))


def _cell(x: float, column: int, style: Style) -> str:
    if x != x:
        return ""
    text = f"{x:.10g}" if column == 0 else f"{x:.6g}"
    return text if style.decimal == "." else text.replace(".", style.decimal)


def write_facts(sheet: Sheet, folder: Path, names: list[str], *, units_in_map: bool = True, stem: str = STEM) -> None:
    """Person, rate and sensor places as JSON; for a table in sensor axes as a column map."""
    person = {key: value for key, value in (("mass_kg", sheet.mass_kg), ("height_m", sheet.height_m)) if value is not None}
    about: dict[str, Any]
    if sheet.recording.frame is Frame.SEGMENT:
        about = person | {"sensor_position_m": {name: list(place) for name, place in sheet.positions.items()}}
        if sheet.rate_hz is not None:
            about["rate_hz"] = sheet.rate_hz
        (folder / f"{stem}.json").write_text(json.dumps(about))
        return
    about = {"frame": "sensor", "subject": person, "sensors": []}
    if units_in_map:
        about |= {"acc_unit": sheet.acc_unit, "gyro_unit": sheet.gyro_unit}
    if sheet.stamps is not None:
        about["time"] = "time"
        about |= {"time_unit": sheet.time_unit} if units_in_map else {}
    if sheet.rate_hz is not None and sheet.stamps is None:
        about["rate_hz"] = sheet.rate_hz
    for segment in sheet.names:
        entry: dict[str, Any] = {"segment": segment}
        entry |= {kind: [n for n in names if n.startswith(f"{kind}.{segment}.")] for kind in ("acc", "gyro")}
        if segment in sheet.positions:
            entry["position_m"] = list(sheet.positions[segment])
        about["sensors"].append(entry)
    (folder / f"{stem}.columns.json").write_text(json.dumps(about))
