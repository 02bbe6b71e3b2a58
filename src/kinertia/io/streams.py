"""Sensors that a format holds as arrays with their own stamps, as cells and column map of one table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kinertia.io import naming
from kinertia.io.columns import SensorColumns
from kinertia.io.text import TextTable
from kinertia.recording import Array, Finding

_KINDS = (("acc", "xyz"), ("gyro", "xyz"), ("orientation", "wxyz"))


@dataclass(frozen=True)
class Part:
    """One sensor; a signal that it lacks is None."""

    name: str
    stamps_s: Array | None  # (T,) times of its samples [s], None where the rate says them
    acc: Array | None  # (T, 3) specific force, in units that the map states
    gyro: Array | None  # (T, 3) angular rate, in units that the map states
    orientation: Array | None = None  # (T, 4) quaternion wxyz, sensor to world (y up)
    segment: str = ""  # that it sits on; by default what its name says
    # acc_unit, gyro_unit: of its own
    acc_unit: str = ""
    gyro_unit: str = ""


def gather(parts: Sequence[Part], file: str, findings: Sequence[Finding] = ()) -> tuple[TextTable, list[SensorColumns], str]:
    """Cells of all parts side by side, which columns are whose, and the time column that all share (empty otherwise).

    Shorter parts end with empty cells. Parts of the same name are told apart by a number.
    """
    first = parts[0].stamps_s
    shared = first is not None and all(part.stamps_s is not None and np.array_equal(part.stamps_s, first) for part in parts)
    columns: dict[str, Array] = {"time": first} if shared and first is not None else {}
    sensors: list[SensorColumns] = []
    taken: dict[str, int] = {}
    for part in parts:
        taken[part.name] = taken.get(part.name, 0) + 1
        name = part.name if taken[part.name] == 1 else f"{part.name} {taken[part.name]}"
        entry: dict[str, tuple[str, ...]] = {}
        for (kind, axes), values in zip(_KINDS, (part.acc, part.gyro, part.orientation), strict=True):
            if values is not None:
                entry[kind] = tuple(f"{name} {kind} {axis}" for axis in axes)
                columns |= dict(zip(entry[kind], values.T, strict=True))
        time = ""
        if part.stamps_s is not None and not shared:
            time = f"{name} time"
            columns[time] = part.stamps_s
        segment = part.segment or naming.segment(part.name) or name
        units = {"acc_unit": part.acc_unit, "gyro_unit": part.gyro_unit}
        sensors.append(SensorColumns(segment, **entry, **units, time=time, name=name))  # type: ignore[arg-type]
    rows = max(len(values) for values in columns.values())
    values = np.full((rows, len(columns)), np.nan)
    for k, column in enumerate(columns.values()):
        values[: len(column), k] = column
    return TextTable(tuple(columns), values, {}, file, 1, findings=tuple(findings)), sensors, "time" if shared else ""
