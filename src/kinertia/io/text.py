"""Delimited text to columns, with errors that name file, line and column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kinertia.io import cells
from kinertia.recording import Array
from kinertia.recording.errors import RecordingError


@dataclass(frozen=True)
class TextTable:
    """Columns of numbers, and what of them is none.

    Attributes
    ----------
    names : column names, stripped.
    values : (T, columns) cells, NaN where missing or no number.
    wrong : column index to the row and text of its first cell that is neither a number nor missing.
    file : path, for errors.
    first_line : line number of the first data row in the file (from 1).
    """

    names: tuple[str, ...]
    values: Array
    wrong: Mapping[int, tuple[int, str]]
    file: str
    first_line: int

    @property
    def rows(self) -> int:
        return len(self.values)

    def numbers(self, name: str) -> Array:
        """Column ``name`` as (T,) float64; missing cells are NaN.

        Raises
        ------
        RecordingError : column absent or a cell that is no number, naming its line.
        """
        if name not in self.names:
            raise RecordingError(
                f"column {name!r} is missing", file=self.file, fix=f"the file has: {', '.join(self.names[:12])}, ..."
            )
        column = self.names.index(name)
        if column in self.wrong:
            row, text = self.wrong[column]
            raise RecordingError(
                f"line {self.first_line + row}: {text!r} is not a number",
                file=self.file,
                sensor=name,
                sample=row,
                fix="write a decimal number with a point, or leave the cell empty when the value is missing",
            )
        return self.values[:, column].copy()


def read_text(path: Path) -> str:
    """Whole text of a file.

    Raises
    ------
    RecordingError : no such file, or bytes that are not text.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise RecordingError(f"cannot be read ({error.strerror})", file=str(path), fix="check the path") from error
    except UnicodeDecodeError as error:
        raise RecordingError(
            "is not a UTF-8 text file", file=str(path), fix="export the recording as plain text (UTF-8)"
        ) from error
    if "\x00" in text:
        raise RecordingError("is a binary file, text expected", file=str(path), fix="export the recording as plain text")
    return text


def parse_table(text: str, separator: str, *, file: str, header_line: int = 1) -> TextTable:
    """Table from delimited text whose first line names the columns.

    Parameters
    ----------
    text : header line and data rows.
    separator : one character between cells; a blank means any run of blanks and tabs.
    file : path, for errors.
    header_line : line number of the header in the file (from 1).

    Raises
    ------
    RecordingError : no rows, doubled column names, or a row with another number of cells than the header (truncated file).
    """
    lines = text.splitlines()
    while lines and not lines[-1].strip():
        lines.pop()
    if separator == " ":
        separator, lines = "\t", ["\t".join(line.split()) for line in lines]
    if not lines or not lines[0].strip():
        raise RecordingError("is empty or has no header", file=file, fix="the first line must name the columns")
    names = [name.strip().strip('"') for name in lines[0].split(separator)]
    while names and not names[-1]:
        names.pop()  # a separator at the end of the header names no column
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise RecordingError(f"column {doubled[0]!r} appears twice", file=file, fix="rename or delete one of them")
    if len(lines) < 2:
        raise RecordingError("has a header but no data rows", file=file, fix="the file looks truncated; export it again")
    rows = lines[1:]
    for i, line in enumerate(rows):
        width = line.count(separator) + 1
        if width != len(names) and not (width == len(names) + 1 and line.endswith(separator)):
            raise RecordingError(
                f"line {header_line + 1 + i} has {width} cells, the header names {len(names)}",
                file=file,
                sample=i,
                fix="the file looks truncated or damaged; export it again, or delete that line",
            )
        if width > len(names):
            rows[i] = line[:-1]
    values, wrong = cells.to_numbers(rows, separator, len(names))
    return TextTable(tuple(names), values, wrong, file, header_line + 1)
