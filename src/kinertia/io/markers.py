"""Markers of motion capture: .trc files, and the type that .c3d files give too."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kinertia.io import c3d
from kinertia.io.text import lines_of, parse_rows, read_text
from kinertia.io.units import TO_SI
from kinertia.recording import Array, RecordingError

_FIX = "export the markers again"


@dataclass(frozen=True)
class Markers:
    """Places of markers over time, in the axes of the file."""

    names: tuple[str, ...]
    time_s: Array  # (T,) [s]
    position_m: Array  # (T, markers, 3) [m], NaN where a marker was not seen
    source: str  # path

    @property
    def rate_hz(self) -> float:
        """Mean rate [Hz]."""
        return (len(self.time_s) - 1) / float(self.time_s[-1] - self.time_s[0])


def read(path: str | Path) -> Markers:
    """Read a .trc or .c3d file.

    RecordingError: no markers, no line ``Frame#``, an unknown unit, fewer columns than names, time that does not rise, another
    number of rows than the header says; for .c3d, ezc3d is not installed.
    """
    path = Path(path)
    if c3d.is_c3d(path):
        return _of_c3d(path)
    file = str(path)
    lines = lines_of(read_text(path), file)
    head = next((k for k, line in enumerate(lines[:20]) if line.lower().startswith("frame#")), None)
    if head is None or head < 1:
        raise RecordingError("has no line 'Frame#'", file=file, fix=f"{_FIX}; .trc files have one")
    # neither keys nor values hold blanks, and some files have several tabs between them
    header = dict(zip(lines[head - 2].lower().split() if head > 1 else [], lines[head - 1].split(), strict=False))
    unit = header.get("units", "").lower()
    if unit not in ("mm", "cm", "m"):
        raise RecordingError(f"unit {unit!r} of markers is not understood", file=file, fix="state mm, cm or m under Units")
    names = [name.strip() for name in lines[head].split("\t")[2:] if name.strip()]
    if (stated := header.get("nummarkers", "")) != str(len(names)):
        message = f"header says {stated or 'not how many'} markers, the line 'Frame#' names {len(names)}"
        raise RecordingError(message, file=file, fix=_FIX)
    start = head + 1
    while start < len(lines) and not re.match(r"\s*\d+\t", lines[start]):
        start += 1
    width = 2 + 3 * len(names)
    rows = [line for line in lines[start:] if line.strip()]
    rows = [row.rstrip("\t") if row.count("\t") >= width else row + "\t" * (width - 1 - row.count("\t")) for row in rows]
    columns = ["frame", "time", *(f"{k} {axis}" for k in range(len(names)) for axis in "xyz")]
    table = parse_rows(columns, rows, "\t", file=file, first_line=start + 1)
    if header.get("numframes", "").isdigit() and int(header["numframes"]) != table.rows:
        message = f"header says {header['numframes']} frames, the file has {table.rows}"
        raise RecordingError(message, file=file, sample=table.rows, fix="the file looks truncated; export it again")
    time = table.numbers("time")
    if len(time) < 2 or not (np.diff(time) > 0).all():
        row = int(np.argmax(~(np.diff(time) > 0))) + 1 if len(time) > 1 else 0
        raise RecordingError("time does not increase", file=file, sensor="time", sample=row, fix=_FIX)
    position = table.several(columns[2:]).reshape(len(time), len(names), 3) * TO_SI[unit]
    return Markers(tuple(names), time, position, file)


def _of_c3d(path: Path) -> Markers:
    content, file = c3d.content(path), str(path)
    parameters = content["parameters"].get("POINT", {})
    points = np.asarray(content["data"]["points"], dtype=float)[:3]
    header = content["header"]["points"]
    unit, rate = next(iter(c3d.texts(parameters, "UNITS", 1)), "") or "mm", float(header["frame_rate"])
    if not points.shape[1] or points.shape[2] < 2 or not rate > 0:
        raise RecordingError("holds no markers", file=file, fix="export it with markers")
    if unit not in ("mm", "cm", "m"):
        raise RecordingError(f"unit {unit!r} of markers is not understood", file=file, fix="export in mm, cm or m")
    names = c3d.texts(parameters, "LABELS", points.shape[1])
    position = points.transpose(2, 1, 0) * TO_SI[unit]  # (T, M, 3)
    return Markers(tuple(names), (int(header["first_frame"]) + np.arange(len(position))) / rate, position, file)
