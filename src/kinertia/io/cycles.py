"""Averaged gait cycles: one CSV with the cycle and one JSON with person and sensors, side by side.

Columns are ``<kind>.<name>[.<axis>] [<unit>]``, with ``var`` before the unit for the between-trial variance; ``cycle_percent``
is time.
Only acceleration, angular rate, their variance, duration, mass, height and sensor positions reach the signals of the recording;
angles, moments, ground reaction and speed go to :class:`~kinertia.recording.Truth` and nowhere else.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from kinertia.io import facts, truth_columns
from kinertia.io.text import TextTable, parse_table, read_text
from kinertia.io.units import ACC_UNITS, GYRO_UNITS, factor
from kinertia.recording import LOWER_BODY, Array, Frame, Recording, Sensor
from kinertia.recording.errors import RecordingError

_COLUMN = re.compile(r"^(?P<kind>acc|gyro)\.(?P<name>[^\[\]]+?)(?P<var> var)?\s*(?:\[(?P<unit>[^\]]*)\])?$")
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

    Parameters
    ----------
    path : the CSV, the JSON beside it, or their common stem.

    Returns
    -------
    Recording with ``periodic=True``, signals in segment frames (x forward, y up, z right), sensors in the order of
    :data:`~kinertia.recording.LOWER_BODY`, ``rate_hz`` = samples / mean duration. A missing mass or height becomes
    75 kg / 1.80 m, named in ``subject.assumed`` and in ``warnings``.

    Raises
    ------
    RecordingError : missing file or column, a cell that is no number, an incomplete cycle, no usable duration.
    """
    csv = Path(path)
    if csv.suffix.lower() == ".json":
        csv = csv.with_suffix(".csv")
    elif csv.suffix.lower() != ".csv":
        csv = csv.with_name(f"{csv.name}.csv")
    file, facts_file = str(csv), str(csv.with_suffix(".json"))
    table = parse_table(read_text(csv), ",", file=file)
    about = facts.read_facts(csv.with_suffix(".json"))
    warnings: list[str] = []
    keep = _check_cycle(table, file)
    samples = int(keep.sum())

    columns = _index(table)
    names = _sensor_names(columns)
    if not names:
        raise RecordingError(
            "has no sensor signals",
            file=file,
            fix="expected columns such as 'acc.pelvis.x [m/s^2]' and 'gyro.pelvis.z [rad/s]'",
        )
    acc, acc_var = _signals(table, columns, "acc", names, ACC_UNITS, "m/s^2", keep, warnings)
    gyro, gyro_var = _signals(table, columns, "gyro", names, GYRO_UNITS, "rad/s", keep, warnings)

    duration = facts.number(about, "dur_mean")
    if duration is None or duration <= 0:
        raise RecordingError("mean duration of the cycle is missing", file=facts_file, fix='add "dur_mean": <seconds>')
    positions, misalignments = (about.get(key) or {} for key in ("sensor_position_m", "sensor_misalignment_rad"))
    if not isinstance(positions, dict) or not isinstance(misalignments, dict):
        raise RecordingError(
            "sensor_position_m and sensor_misalignment_rad must map segments to values",
            file=facts_file,
            fix="write one entry per sensor",
        )
    sensors = tuple(
        Sensor(
            name,
            name,
            facts.position(positions.get(name), file=facts_file, sensor=name),
            facts.number(misalignments, name),
        )
        for name in names
    )
    subject, assumed, findings = facts.subject(about, file=facts_file)
    warnings.extend(assumed)
    truth = truth_columns.read(table, about, note=REFERENCE, about_file=facts_file)
    if truth is not None and not keep.all():
        truth = truth.over_time(lambda curve: curve[keep])
    return Recording(
        name=csv.stem,
        rate_hz=samples / duration,
        sensors=sensors,
        acc=acc,
        gyro=gyro,
        subject=subject,
        frame=Frame.SEGMENT,
        acc_var=acc_var,
        gyro_var=gyro_var,
        periodic=True,
        truth=truth,
        source=file,
        warnings=tuple(warnings),
        findings=tuple(findings),
    )


def read_folder(folder: str | Path) -> list[Recording]:
    """Read every cycle in a folder, sorted by file stem.

    Raises
    ------
    RecordingError : no such folder, or no CSV of this layout in it.
    """
    folder = Path(folder)
    files = sorted(path for path in folder.glob("*.csv") if is_cycle(path)) if folder.is_dir() else []
    if not files:
        raise RecordingError(
            "holds no gait cycles",
            file=str(folder),
            fix="give a folder of CSV + JSON pairs in the cycle layout (see docs/formats.md)",
        )
    return [read(path) for path in files]


def _check_cycle(table: TextTable, file: str) -> np.ndarray:
    """Mask of the rows to keep: all, or all but a repeated 100 % row."""
    keep = np.ones(table.rows, dtype=bool)
    if "cycle_percent" not in table.names:
        return keep
    percent = table.numbers("cycle_percent")
    if abs(percent[-1] - 100.0) < 1e-6:
        keep[-1] = False
    n = int(keep.sum())
    wrong = ~(np.abs(percent[keep] - np.arange(n) * 100.0 / max(n, 1)) < 1e-3 * 100.0 / max(n, 1) + 1e-6)
    if n < 4 or wrong.any():
        row = int(np.argmax(wrong)) if wrong.any() else n
        raise RecordingError(
            f"cycle_percent must run evenly from 0 to just below 100; with {n} rows, row {row} breaks this",
            file=file,
            sensor="cycle_percent",
            sample=row,
            fix="the file looks truncated, or rows are missing; export the whole cycle again",
        )
    return keep


def _index(table: TextTable) -> dict[tuple[str, str, bool], tuple[str, str]]:
    """(kind, name, is variance) to (column, unit)."""
    index = {}
    for column in table.names:
        if match := _COLUMN.match(column):
            index[match["kind"], match["name"].strip(), bool(match["var"])] = (column, match["unit"] or "")
    return index


def _sensor_names(columns: dict[tuple[str, str, bool], tuple[str, str]]) -> list[str]:
    names = list(dict.fromkeys(name.rpartition(".")[0] for kind, name, _ in columns if kind in ("acc", "gyro") and "." in name))
    return [s for s in LOWER_BODY.segments if s in names] + [s for s in names if s not in LOWER_BODY.segments]


def _signals(
    table: TextTable,
    columns: dict[tuple[str, str, bool], tuple[str, str]],
    kind: str,
    names: list[str],
    allowed: tuple[str, ...],
    default_unit: str,
    keep: np.ndarray,
    warnings: list[str],
) -> tuple[Array, Array | None]:
    values = np.full((int(keep.sum()), len(names), 3), np.nan)
    variance = np.full_like(values, np.nan)
    for k, name in enumerate(names):
        present = [(kind, f"{name}.{axis}", False) in columns for axis in "xyz"]
        if not any(present):
            warnings.append(f"sensor {name} has no {kind} signal")
            continue
        if not all(present):
            axis = "xyz"[present.index(False)]
            raise RecordingError(
                f"column {kind}.{name}.{axis} is missing", file=table.file, sensor=name, fix="give all three axes x, y, z"
            )
        for j, axis in enumerate("xyz"):
            column, unit = columns[kind, f"{name}.{axis}", False]
            scale = factor(unit or default_unit, allowed, file=table.file, sensor=column)
            values[:, k, j] = table.numbers(column)[keep] * scale
            if (kind, f"{name}.{axis}", True) in columns:
                variance[:, k, j] = table.numbers(columns[kind, f"{name}.{axis}", True][0])[keep] * scale**2
        missing = np.isnan(values[:, k]).any(axis=1)
        if missing.any():
            warnings.append(
                f"sensor {name}: {int(missing.sum())} {kind} samples missing, first at sample {int(np.argmax(missing))}"
            )
    return values, variance if np.isfinite(variance).any() else None
