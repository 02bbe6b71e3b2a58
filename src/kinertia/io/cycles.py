"""Averaged gait cycles: one CSV with the cycle and one JSON with person and sensors, side by side.

Columns are ``<kind>.<name>[.<axis>] [<unit>]``, with ``var`` before the unit for the between-trial variance; ``cycle_percent``
is time.
Only acceleration, angular rate, their variance, duration, mass, height and sensor positions reach the signals of the recording;
angles, moments, ground reaction and speed go to :class:`~kinertia.recording.Truth` and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np

from kinertia.io import columns as maps
from kinertia.io import facts, layout, table, truth_columns
from kinertia.io.text import TextTable, read_text
from kinertia.io.units import ACC_UNITS, GYRO_UNITS, factor
from kinertia.recording import Array, Recording, RecordingError, Sensor

_VARIANCE = re.compile(r"^(?P<kind>acc|gyro)\.(?P<name>[^\[\]]+?) var\s*(?:\[(?P<unit>[^\]]*)\])?$")
REFERENCE = "optical motion capture and force plates as given in the cycle file; sagittal plane, mean over trials"
"""Note of a reference that does not say itself where it comes from."""


def is_cycle(path: Path) -> bool:
    """Whether ``path`` is a CSV of this layout: signals named ``acc.<segment>.x``, no time column, a JSON with a duration."""
    if path.suffix.lower() != ".csv" or not path.is_file():
        return False
    with path.open("rb") as file:
        head = file.readline(200_000)
    if b"acc." not in head and b"gyro." not in head:
        return False
    if head.startswith(b"cycle_percent"):
        return True
    about = path.with_suffix(".json")
    if b"time" in head.lower() or not about.is_file():
        return False
    return b"dur_mean" in about.read_bytes()  # else it is a recording without a time column


def read(path: str | Path) -> Recording:
    """Read one averaged gait cycle.

    RecordingError: missing file or column, a cell that is no number, an incomplete cycle, no usable duration.

    Parameters
    ----------
    path : the CSV, the JSON beside it, or their common stem.

    Returns
    -------
    Recording with ``periodic=True``, signals in segment frames (x forward, y up, z right), sensors in the order of
    :data:`~kinertia.recording.LOWER_BODY`, ``rate_hz`` = samples / mean duration. A missing mass or height becomes
    75 kg / 1.80 m, named in ``subject.assumed`` and in ``warnings``.
    """
    csv = Path(path)
    if csv.suffix.lower() == ".json":
        csv = csv.with_suffix(".csv")
    elif csv.suffix.lower() != ".csv":
        csv = csv.with_name(f"{csv.name}.csv")
    file, facts_file = str(csv), csv.with_suffix(".json")
    cells = layout.read(read_text(csv), file=file, separator=",")
    cells = replace(cells, values=cells.values[_check_cycle(cells)])
    about = facts.read_facts(facts_file)
    columns = maps.of_plain_names(cells, csv)
    if not columns.sensors:
        message, fix = "has no sensor signals", "expected columns such as 'acc.pelvis.x [m/s^2]' and 'gyro.pelvis.z [rad/s]'"
        raise RecordingError(message, file=file, fix=fix)
    duration = facts.number(about, "dur_mean")
    if duration is None or duration <= 0:
        raise RecordingError("mean duration of the cycle is missing", file=str(facts_file), fix='add "dur_mean": <seconds>')
    meaning = msgspec.structs.replace(columns, time="", acc_unit="m/s^2", gyro_unit="rad/s")
    truth = truth_columns.read(cells, about, note=REFERENCE, about_file=str(facts_file))
    said = {"map_file": file, "person_file": str(facts_file)}
    recording = table.build(cells, csv, meaning, **said, truth=truth, rate_hz=cells.rows / duration)
    variances = {
        f"{kind}_var": _variance(cells, kind, recording.sensors, units)
        for kind, units in (("acc", ACC_UNITS), ("gyro", GYRO_UNITS))
    }
    known = {name: values for name, values in variances.items() if np.isfinite(values).any()}
    return replace(recording, periodic=True, **known).with_warnings(*_gaps(recording))


def read_folder(folder: str | Path) -> list[Recording]:
    """Read every cycle in a folder, sorted by file stem; RecordingError: no such folder, or no CSV of this layout in it."""
    folder = Path(folder)
    files = sorted(path for path in folder.glob("*.csv") if is_cycle(path)) if folder.is_dir() else []
    if not files:
        message, fix = "holds no gait cycles", "give a folder of CSV + JSON pairs in the cycle layout (see docs/formats.md)"
        raise RecordingError(message, file=str(folder), fix=fix)
    return [read(path) for path in files]


def _check_cycle(cells: TextTable) -> np.ndarray:
    """Mask of the rows to keep: all, or all but a repeated 100 % row."""
    keep = np.ones(cells.rows, dtype=bool)
    if "cycle_percent" not in cells.names:
        return keep
    percent = cells.numbers("cycle_percent")
    if abs(percent[-1] - 100.0) < 1e-6:
        keep[-1] = False
    n = int(keep.sum())
    wrong = ~(np.abs(percent[keep] - np.arange(n) * 100.0 / max(n, 1)) < 1e-3 * 100.0 / max(n, 1) + 1e-6)
    if n < 4 or wrong.any():
        row = int(np.argmax(wrong)) if wrong.any() else n
        message = f"cycle_percent must run evenly from 0 to just below 100; with {n} rows, row {row} breaks this"
        fix = "the file looks truncated, or rows are missing; export the whole cycle again"
        raise RecordingError(message, file=cells.file, sensor="cycle_percent", sample=row, fix=fix)
    return keep


def _variance(cells: TextTable, kind: str, sensors: tuple[Sensor, ...], units: tuple[str, ...]) -> Array:
    """(T, K, 3) variance between trials of one kind of signal; NaN where none is given."""
    values = np.full((cells.rows, len(sensors), 3), np.nan)
    place = {f"{sensor.segment}.{axis}": (k, j) for k, sensor in enumerate(sensors) for j, axis in enumerate("xyz")}
    for column in cells.names:
        if (match := _VARIANCE.match(column)) and match["kind"] == kind and match["name"] in place:
            scale = factor(match["unit"] or units[0], units, file=cells.file, sensor=column)
            values[:, *place[match["name"]]] = cells.numbers(column) * scale**2
    return values


def _gaps(recording: Recording) -> Iterator[str]:
    """Samples that are missing, in sentences."""
    for kind, signals in (("acc", recording.acc), ("gyro", recording.gyro)):
        for k, sensor in enumerate(recording.sensors):
            missing = np.asarray(np.isnan(signals[:, k]).any(axis=1))
            if missing.any() and not missing.all():
                row = int(np.argmax(missing))
                yield f"sensor {sensor.name}: {int(missing.sum())} {kind} samples missing, first at sample {row}"
