"""APDM recordings in HDF5 files (.h5), of Motion Studio (a group per monitor) and of Moveo and Mobility Lab 2 (``Sensors``).

Both hold m/s^2, rad/s and microseconds; every sensor has its own stamps. Orientation and magnetometer are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from kinertia.io import devices, extra, streams, table
from kinertia.io.columns import ColumnMap
from kinertia.io.streams import Part
from kinertia.recording import Array, Cause, Recording, RecordingError

_FIRST = b"\x89HDF"
_KINDS = (("Accelerometer", "Gyroscope"), ("Calibrated/Accelerometers", "Calibrated/Gyroscopes"))
_EXPORT = "export it from APDM's software again, or as CSV"


def is_hdf(path: Path) -> bool:
    """Whether ``path`` is an HDF5 file, by ending and first bytes."""
    if path.suffix.lower() not in (".h5", ".hdf5") or not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(_FIRST)) == _FIRST


def read(path: str | Path, *, placement: Mapping[str, Any] | str | Path | None = None) -> Recording:
    """Read one recording, in sensor frames; which sensor sits where, its label says, or ``placement`` or its file.

    RecordingError: h5py is not installed, a damaged file, an HDF5 file of another layout, signals of unlike length.
    """
    path = Path(path)
    file = str(path)
    h5py = extra.load("h5py", file=file, purpose="reading an APDM recording (.h5)")
    try:
        with h5py.File(path, "r") as content:
            parts = [_part(name, group, file) for name, group in _monitors(content)]
    except (OSError, KeyError, RuntimeError, TypeError, ValueError, AttributeError, MemoryError) as error:
        if isinstance(error, RecordingError):
            raise
        raise RecordingError(f"cannot be read as an APDM recording ({error})", file=file, fix=_EXPORT) from error
    if not parts:
        fix = "of HDF5 files, those of APDM are read: groups 'Sensors', or 'SI-...' with 'Calibrated'; write a table for others"
        raise RecordingError("is an HDF5 file without sensors of APDM", file=file, fix=fix, cause=Cause.LAYOUT)
    cells, entries, time = streams.gather(parts, file)
    meaning = ColumnMap(entries, time, "us", acc_unit="m/s^2", gyro_unit="rad/s")
    return table.placed_build(cells, path, meaning, placement=placement)


def _monitors(content: Any) -> Iterator[tuple[str, Any]]:
    """Label and group of each sensor."""
    if "Sensors" in content:
        for key, group in content["Sensors"].items():
            about = group["Configuration"].attrs if "Configuration" in group else {}
            yield _text(about.get("Label 0", key)) or key, group
        return
    labels = [_text(label) for label in content.attrs.get("MonitorLabelList", ())]
    cases = [_text(case) for case in content.attrs.get("CaseIdList", ())]
    named = dict(zip(cases, labels, strict=False))
    for key, group in content.items():
        if hasattr(group, "keys") and "Calibrated" in group:
            yield named.get(key) or key, group


def _part(name: str, group: Any, file: str) -> Part:
    signals = next(([group[kind] for kind in kinds] for kinds in _KINDS if all(kind in group for kind in kinds)), None)
    if signals is None or "Time" not in group:
        message = "has no accelerometer, gyroscope and time"
        raise RecordingError(message, file=file, sensor=name, fix="record all three; export it again", cause=Cause.LAYOUT)
    stamps = np.asarray(group["Time"]).reshape(-1).astype(float)
    acc, gyro = (np.asarray(signal[()], dtype=float) for signal in signals)
    for kind, values in (("acceleration", acc), ("angular rate", gyro)):
        if values.shape != (len(stamps), 3) or not len(stamps):
            message = f"{kind} has shape {values.shape}, {len(stamps)} stamps ask for ({len(stamps)}, 3)"
            raise RecordingError(message, file=file, sensor=name, fix=_EXPORT, cause=Cause.LAYOUT)
    opal = devices.preset("apdm_opal")
    return Part(name, stamps, _finite(acc), _finite(gyro), segment=opal.sensor(name)[1] if opal else "")


def _finite(values: Array) -> Array:
    return np.where(np.isfinite(values), values, np.nan)


def _text(value: Any) -> str:
    plain = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return plain.replace("\x00", "").strip()
