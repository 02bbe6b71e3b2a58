"""Parquet tables, by way of polars: the only module that needs it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import numpy as np

from kinertia.io import extra
from kinertia.io.text import TextTable
from kinertia.recording.errors import RecordingError


def available() -> bool:
    """Whether Parquet can be read and written here."""
    return extra.available("polars")


def read(path: Path) -> TextTable:
    """All columns of a table; RecordingError: polars is not installed, a damaged table, no rows."""
    file = str(path)
    pl = extra.load("polars", file=file, purpose="reading Parquet")
    try:
        frame = pl.read_parquet(path)
    except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise RecordingError(f"cannot be read as Parquet ({error})", file=file, fix="write the file again") from error
    if not frame.height:
        raise RecordingError("has no rows", file=file, fix="write the file again")
    values = np.empty(frame.shape)
    wrong: dict[int, tuple[int, str]] = {}
    for k, series in enumerate(frame.get_columns()):
        if series.dtype.is_numeric():
            values[:, k] = series.cast(pl.Float64).fill_null(float("nan")).to_numpy()
        else:
            text = series.cast(pl.String, strict=False).fill_null("").to_list()
            values[:, k], bad = text.column(text)
            if bad is not None:
                wrong[k] = (bad, text[bad].strip())
    values[np.isinf(values)] = np.nan
    return TextTable(tuple(frame.columns), values, wrong, file, 1)


def write(path: Path, columns: Mapping[str, np.ndarray], single: Collection[str] = ()) -> None:
    """Write columns of equal length, those named in ``single`` with 24 bits of mantissa; NaN becomes null.

    RecordingError: polars is not installed.
    """
    pl = extra.load("polars", file=str(path), purpose="writing Parquet")
    table = pl.DataFrame(dict(columns)).fill_nan(None)
    table.with_columns(pl.col(list(single)).cast(pl.Float32)).write_parquet(path, compression="zstd")
