"""APDM Opal exports as CSV (``Format=7``): all sensors in one table, three rows of names, SI units.

Each sensor has fourteen columns: accelerometer, gyroscope and magnetometer (three each), barometer, orientation (four). The
first row gives its serial number and, three columns on, its label. Acceleration is specific force [m/s^2], angular rate
[rad/s], time [us]. Magnetometer, barometer and orientation are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from kinertia.io import columns as maps
from kinertia.io import naming, table
from kinertia.io.columns import ColumnMap, SensorColumns
from kinertia.io.text import begins, parse_rows, read_text
from kinertia.recording import Cause, Recording, RecordingError

_FORMAT = b"Format="
_READ = "Format=7"
_BLOCK, _LABEL = 14, 3  # columns of a sensor, and its label among them
_KINDS = ("Accelerometer", "Gyroscope")


def is_apdm(path: Path) -> bool:
    """Whether ``path`` begins as these exports do."""
    return begins(path, ".csv", _FORMAT)


def read(
    path: str | Path, *, placement: Mapping[str, Any] | str | Path | None = None, rate_hz: float | None = None
) -> Recording:
    """Read one export.

    Parameters
    ----------
    path : the file; a column map beside it may state the person (``[subject]``).
    rate_hz : sampling rate [Hz], for comparison with the stamps.

    Returns
    -------
    Recording in sensor frames; sensors are named by their labels, and on the segments that these say (an ankle's on the shank).

    Raises
    ------
    RecordingError : another format number, no sensor, a damaged table.
    """
    path = Path(path)
    file = str(path)
    lines = read_text(path).splitlines()
    upper = lines[0].split(",")
    if upper[0] != _READ:
        raise RecordingError(
            f"is an APDM Opal export of {upper[0]}; only {_READ} is read",
            file=file,
            fix="export it from Motion Studio as CSV with all sensors in one table, or read it as a table with a column map",
            cause=Cause.LAYOUT,
        )
    names, entries = ["time"], []
    for begin in range(1, len(upper) - 1, _BLOCK):
        serial, label = upper[begin].strip(), upper[begin + _LABEL].strip() if begin + _LABEL < len(upper) else ""
        if not serial:
            break
        name = label if label and label not in {entry.name for entry in entries} else f"{label} {serial}".strip()
        acc, gyro = ((f"{name} {kind} X", f"{name} {kind} Y", f"{name} {kind} Z") for kind in _KINDS)
        names += [*acc, *gyro, *(f"{name} {k}" for k in range(6, _BLOCK))]
        segment = naming.segment(label.lower().replace("ankle", "shank")) or name
        entries.append(SensorColumns(segment, acc, gyro, name=name))
    if not entries:
        raise RecordingError("is an APDM Opal export without sensors", file=file, fix="export it again", cause=Cause.LAYOUT)
    cells = parse_rows(names, lines[3:], ",", file=file, first_line=4)
    beside = maps.find_map(path)
    given = ColumnMap() if beside is None else maps.read_map(beside)
    meaning = msgspec.structs.replace(
        given, sensors=entries, time="time", time_unit="us", acc_unit="m/s^2", gyro_unit="rad/s", frame="sensor"
    )
    return table.interpret(cells, path, columns=meaning, placement=placement, rate_hz=rate_hz)
