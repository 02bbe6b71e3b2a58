"""HuGaDB text files: six IMUs on both legs as 16-bit integers, no truth, no mass or height, no sampling rate.

Acceleration is value / 32768 * 2 g, angular rate value / 32768 * 2000 deg/s by the published description. In many files some
gyroscopes plainly ran at their 250 deg/s range: they read eight times the other leg's rate, and clip in a third of the samples
of a foot. Such a sensor is recognised (median rate above 8 rad/s at 2000 deg/s; the others stay below 4.5) and scaled to
250 deg/s with a warning. Two header spellings are in use
(``RF_acc_x`` and ``acc_rf_x``). EMG and activity columns are left out. The sampling rate is not stated in the files;
58.8 Hz is assumed with a warning unless it is given.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kinertia.io import facts, layout
from kinertia.io.text import TextTable, begins, read_text
from kinertia.io.units import STANDARD_GRAVITY
from kinertia.recording import Array, Frame, Recording, Sensor, Subject
from kinertia.recording.errors import RecordingError

ASSUMED_RATE_HZ = 58.8
SENSORS = {"RF": "foot_r", "RS": "tibia_r", "RT": "femur_r", "LF": "foot_l", "LS": "tibia_l", "LT": "femur_l"}
"""Column prefix to segment."""

_ACC_SCALE = 2.0 * STANDARD_GRAVITY / 32768.0  # full range 2 g
_GYRO_RANGES_DPS = (2000.0, 250.0)  # deg/s; see the module's text
_IMPLAUSIBLE_RATE = 8.0  # rad/s, median over a recording of walking
_LOWEST, _HIGHEST = -32768, 32767  # of 16-bit integers
_ORDER = ("RT", "RS", "RF", "LT", "LS", "LF")  # the order of kinertia.recording.LOWER_BODY


def is_hugadb(path: Path) -> bool:
    """Whether ``path`` starts as a HuGaDB file does."""
    return begins(path, ".txt", b"#Activity")


def read(path: str | Path, *, rate_hz: float | None = None, subject: Subject | None = None) -> Recording:
    """Read one HuGaDB file.

    Parameters
    ----------
    path : the file.
    rate_hz : sampling rate [Hz]; default 58.8 Hz, assumed.
    subject : mass and height; default 75 kg / 1.80 m, assumed.

    Returns
    -------
    Recording in sensor frames (axes unknown, to be found). Values at the end of the range are kept.

    Raises
    ------
    RecordingError : missing sensor columns, a cell that is no 16-bit integer, damaged rows.
    """
    path = Path(path)
    file = str(path)
    table = layout.read(read_text(path), file=file)
    warnings = []
    if rate_hz is None:
        warnings.append(f"sampling rate not in the file, {ASSUMED_RATE_HZ} Hz assumed")
    acc, gyro = np.zeros((table.rows, len(_ORDER), 3)), np.zeros((table.rows, len(_ORDER), 3))
    narrow: dict[float, list[str]] = {}
    for k, prefix in enumerate(_ORDER):
        acc_counts, gyro_counts = (
            np.stack([_integers(table, prefix, kind, axis) for axis in "xyz"], axis=1) for kind in ("acc", "gyro")
        )
        span = _gyro_range(gyro_counts)
        if span != _GYRO_RANGES_DPS[0]:
            narrow.setdefault(span, []).append(prefix)
        acc[:, k] = acc_counts * _ACC_SCALE
        gyro[:, k] = gyro_counts * (np.deg2rad(span) / 32768.0)
    warnings += [
        f"sensors {', '.join(names)}: gyroscopes read impossibly fast for a 2000 deg/s range, {span:g} deg/s assumed"
        for span, names in narrow.items()
    ]
    if subject is None:
        subject, assumed, _ = facts.subject({}, file=file)
        warnings.extend(assumed)
    return Recording(
        name=path.stem,
        rate_hz=ASSUMED_RATE_HZ if rate_hz is None else rate_hz,
        sensors=tuple(Sensor(prefix, SENSORS[prefix]) for prefix in _ORDER),
        acc=acc,
        gyro=gyro,
        subject=subject,
        frame=Frame.SENSOR,
        source=file,
        warnings=tuple(warnings),
    )


def _gyro_range(counts: Array) -> float:
    """Range [deg/s] the gyroscope must have run at."""
    widest, narrow = _GYRO_RANGES_DPS
    typical = float(np.median(np.linalg.norm(counts, axis=1))) * np.deg2rad(widest) / 32768.0
    return narrow if typical > _IMPLAUSIBLE_RATE else widest


def _integers(table: TextTable, prefix: str, kind: str, axis: str) -> Array:
    spellings = (f"{prefix}_{kind}_{axis}", f"{kind}_{prefix.lower()}_{axis}")
    column = next((name for name in spellings if name in table.names), None)
    if column is None:
        raise RecordingError(
            f"column {spellings[0]} (or {spellings[1]}) is missing",
            file=table.file,
            sensor=prefix,
            fix="check that this is a HuGaDB file",
        )
    values = table.numbers(column)
    with np.errstate(invalid="ignore"):
        bad = ~((values >= _LOWEST) & (values <= _HIGHEST) & (values == np.round(values)))
    if bad.any():
        row = int(np.argmax(bad))
        raise RecordingError(
            f"line {table.first_line + row}: {values[row]:g} is no 16-bit integer",
            file=table.file,
            sensor=column,
            sample=row,
            fix="HuGaDB files hold raw integers; read converted data as a table with a column map",
        )
    return values
