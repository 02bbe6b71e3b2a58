"""Text cells to numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from kinertia.recording import Array

MISSING = ("", "nan", "na", "null", "none", "n/a", "-nan")  # spellings of a missing value, lower case
_ROWS = 4096  # converted at once: few enough that the text of their cells does not fill the memory


def to_numbers(rows: Sequence[str], separator: str, width: int) -> tuple[Array, dict[int, tuple[int, str]]]:
    """Rows of ``width`` cells each, without line ends.

    (T, width) numbers, NaN where missing or no finite number; and column to the row and text of its first cell that is neither
    a number nor missing (numbers of that column after it may be NaN).
    """
    values = np.full((len(rows), width), np.nan)
    wrong: dict[int, tuple[int, str]] = {}
    for start in range(0, len(rows), _ROWS):
        block = [_fill_empty(row, separator) for row in rows[start : start + _ROWS]]
        part = values[start : start + len(block)]
        if width > 1 and len(separator) == 1:  # loadtxt passes over blank rows, which one column may have
            try:
                part[:] = np.loadtxt(block, delimiter=separator, comments=None, ndmin=2)
                continue
            except ValueError:
                pass  # text among the cells
        for k, cells in enumerate(zip(*(row.split(separator) for row in block), strict=True)):
            if k not in wrong:
                part[:, k], bad = column(cells)
                if bad is not None:
                    wrong[k] = (start + bad, cells[bad].strip())
    values[np.isinf(values)] = np.nan
    return values, wrong


def _fill_empty(row: str, separator: str) -> str:
    """The row with the commonest spelling of a missing value, nothing, replaced by the one that numpy reads."""
    if separator * 2 in row or row.startswith(separator) or row.endswith(separator):
        return separator.join(cell or "nan" for cell in row.split(separator))
    return row


def column(cells: Sequence[str]) -> tuple[Array, int | None]:
    """(T,) numbers of one column, NaN where missing or no number, and the first cell that is neither a number nor missing."""
    try:
        return np.array(_floats(cells)), None
    except ValueError:
        numbers = [_number(cell.strip()) for cell in cells]
        bad = next((i for i, number in enumerate(numbers) if number is None), None)
        return np.array([np.nan if number is None else number for number in numbers]), bad


def _number(text: str) -> float | None:
    if text.lower() in MISSING:
        return np.nan
    try:
        return _floats([text])[0]
    except ValueError:
        return None


def _floats(cells: Iterable[str]) -> list[float]:
    together = "".join(cells)
    if "_" in together or not together.isascii():
        raise ValueError("digits that Python reads and nobody else")
    return list(map(float, cells))
