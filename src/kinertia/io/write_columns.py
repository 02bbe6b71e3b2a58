"""Columns of numbers as a table, CSV or Parquet as the ending says."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Mapping
from pathlib import Path

import msgspec
import numpy as np

from kinertia.io import parquet
from kinertia.io.files import replacing

ENDINGS = (".parquet", ".csv")
_ROWS = 4096  # written at once


def write(path: Path, columns: Mapping[str, np.ndarray], *, single: Collection[str] = ()) -> Path:
    """Write columns of equal length, name to (T,), by way of :func:`kinertia.io.files.replacing`; returns the path.

    The ending is one of :data:`ENDINGS`; Parquet stores those in ``single`` with 24 bits of mantissa, and without polars is a
    RecordingError.
    """
    with replacing(path) as temporary:
        if path.suffix.lower() == ".csv":
            _write_csv(temporary, columns)
        else:
            parquet.write(temporary, columns, single)
    return path


def _write_csv(path: Path, columns: Mapping[str, np.ndarray]) -> None:
    """Each number with the fewest digits that give it back exactly; one that is not finite is an empty cell."""
    with path.open("wb") as file:
        names = io.StringIO()
        csv.writer(names, lineterminator="\n").writerow(columns)
        file.write(names.getvalue().encode())
        for start in range(0, max(map(len, columns.values()), default=0), _ROWS):
            rows = list(zip(*(values[start : start + _ROWS].tolist() for values in columns.values()), strict=True))
            # [[1.5,null],[2.0,3.0]]: many times as fast as the csv module with numbers
            text = msgspec.json.encode(rows)[2:-2]
            file.write(text.replace(b"],[", b"\n").replace(b"null", b"") + b"\n")
