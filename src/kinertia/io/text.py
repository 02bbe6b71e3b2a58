"""Delimited text to columns of numbers, with errors that name file, line and column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from kinertia.recording import Array, Cause, Finding, RecordingError

MISSING = ("", "nan", "na", "null", "none", "n/a", "-nan")  # spellings of a missing value, lower case
_HEAD_BYTES = 1 << 16  # that hold what stands above a table
_LONGEST_LINE = 1 << 17  # characters: what Python's csv takes for one cell; ten thousand columns of 12
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
    if separator * 2 in row:
        between = f"{separator}nan{separator}"
        row = row.replace(separator * 2, between).replace(separator * 2, between)  # the second for every other of many
    return f"{'nan' if row.startswith(separator) else ''}{row}{'nan' if row.endswith(separator) else ''}"


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


_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")  # characters that no text has


@dataclass(frozen=True)
class TextTable:
    """Columns of numbers, and what of them is none."""

    names: tuple[str, ...]  # column names, stripped
    values: Array  # (T, columns) cells, NaN where missing or no number
    # column index to the row and text of its first cell that is neither a number nor missing
    wrong: Mapping[int, tuple[int, str]]
    file: str  # path, for errors
    first_line: int  # line number of the first data row in the file (from 1)
    # column name to the unit that a row below the names gives it; only columns that have one
    units: Mapping[str, str] = field(default_factory=dict)
    preamble: Mapping[str, str] = field(default_factory=dict)  # what is stated above the names, key (lower case) to value
    findings: tuple[Finding, ...] = ()  # what of the layout was out of the ordinary

    @property
    def rows(self) -> int:
        return len(self.values)

    def numbers(self, name: str) -> Array:
        """Column ``name`` as (T,) float64; missing cells are NaN.

        RecordingError: column absent or a cell that is no number, naming its line.
        """
        if name not in self.names:
            fix = f"the file has: {', '.join(self.names[:12])}, ..."
            raise RecordingError(f"column {name!r} is missing", file=self.file, fix=fix)
        column = self.names.index(name)
        if column in self.wrong:
            row, text = self.wrong[column]
            message = f"line {self.first_line + row}: {text!r} is not a number"
            fix = "write a decimal number with a point, or leave the cell empty when the value is missing"
            raise RecordingError(message, file=self.file, sensor=name, sample=row, fix=fix)
        return self.values[:, column].copy()

    def several(self, names: Sequence[str]) -> Array:
        """Columns ``names`` as (T, N); errors as for :meth:`numbers`."""
        return np.stack([self.numbers(name) for name in names], axis=1)


def read_text(path: Path) -> str:
    """Whole text of a file: UTF-8, UTF-16 or, failing these, Windows-1252 (a degree sign in a header).

    RecordingError: no such file, or bytes that are not text.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise RecordingError(f"cannot be read ({error.strerror})", file=str(path), fix="check the path") from error
    try:
        text = raw.decode(encoding(raw))
    except UnicodeDecodeError:
        text = "\x00"
    return checked(text, str(path))


def checked(text: str, file: str) -> str:
    """The text. RecordingError: it holds characters that no text has."""
    if _CONTROL.search(text):
        raise RecordingError("is a binary file, text expected", file=file, fix="export the recording as plain text")
    return text


def lines_of(text: str, file: str) -> list[str]:
    """Lines of a text, without their ends. RecordingError: one longer than any table's."""
    lines = text.splitlines()
    if max(map(len, lines), default=0) > _LONGEST_LINE:
        long = next(k for k, line in enumerate(lines) if len(line) > _LONGEST_LINE)
        message = f"line {long + 1} has {len(lines[long])} characters, which no row of a table has"
        raise RecordingError(message, file=file, fix="the file is damaged; export it again", cause=Cause.LAYOUT)
    return lines


def begins(path: Path, ending: str, beginning: bytes) -> bool:
    """Whether a file has this ending and beginning, a mark of its encoding aside; how readers tell their files."""
    if path.suffix.lower() != ending or not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(3 + len(beginning)).removeprefix(b"\xef\xbb\xbf").startswith(beginning)


def head(path: Path) -> str:
    """First lines of a file that is there, with no regard to its encoding; empty for any other."""
    try:
        about = path.stat()
        return _head(path, about.st_mtime_ns, about.st_size)
    except OSError:
        return ""


@lru_cache(maxsize=64)
def _head(path: Path, changed_ns: int, size: int) -> str:
    with path.open("rb") as file:
        return file.read(_HEAD_BYTES).replace(b"\x00", b"").decode("latin-1")  # UTF-16 too


def encoding(raw: bytes) -> str:
    """Encoding that the first bytes show."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    head = raw[:400]
    if len(head) > 3 and b"\x00" in head:  # every other byte of plain text is zero in UTF-16
        return "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def parse_rows(
    names: Sequence[str],
    rows: Sequence[str],
    separator: str,
    *,
    file: str,
    first_line: int,
    decimal_comma: bool = False,
    last: bool = True,
) -> TextTable:
    """Table from the names of its columns and its rows.

    RecordingError: no rows, doubled names, or a row with another number of cells than there are names (truncated file).

    Parameters
    ----------
    names, rows : one name per column, lines without their ends; blank ones at the end are left out.
    separator, decimal_comma : one character between cells (a blank: any run of blanks and tabs); whether a comma is the point.
    file, first_line : path, and line number of the first row in it (from 1), for errors.
    last : whether these are the last rows of the file.
    """
    rows = list(rows)
    while rows and not rows[-1].strip():
        rows.pop()
    if not rows:
        raise RecordingError("has a header but no data rows", file=file, fix="the file looks truncated; export it again")
    if decimal_comma:
        rows = [row.replace(",", ".") for row in rows]
    if separator == " ":
        separator, rows = "\t", ["\t".join(row.split()) for row in rows]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        fix = "give each column another name"
        raise RecordingError(f"column {doubled[0]!r} appears twice", file=file, fix=fix, cause=Cause.LAYOUT)
    for i, line in enumerate(rows):
        width = line.count(separator) + 1
        if width == len(names) + 1 and line.endswith(separator):
            rows[i] = line[:-1]
        elif width != len(names):
            raise _unequal(width, len(names), separator, file, first_line + i, i, last=last and i == len(rows) - 1)
    values, wrong = to_numbers(rows, separator, len(names))
    return TextTable(tuple(names), values, wrong, file, first_line)


def _unequal(width: int, named: int, separator: str, file: str, line: int, row: int, *, last: bool) -> RecordingError:
    """Why a row has another number of cells than there are names."""
    if separator == "," and width in (2 * named, 2 * named - 1):
        problem, fix = "the comma separates cells and is the decimal mark too", "export with semicolons or tabs between cells"
    elif last:
        problem, fix = "the file ends within a row", "it was cut off; export it again"
    else:
        problem, fix = "cells are lacking or too many", "export the recording again"
    message = f"line {line} has {width} cells, the header names {named}: {problem}"
    return RecordingError(message, file=file, sample=row, fix=fix, cause=Cause.LAYOUT)
