"""Where a table begins in a text file, and what its first lines are: the one place that looks at them.

Separator and decimal mark are those under which the rows are numbers. Above the first row of numbers stand, all but the names
optional: a line ``sep=;``, a preamble of keys and values, up to three rows of names, a row of units. A layout that follows this
needs no further code.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from kinertia.io.text import MISSING, TextTable, lines_of, parse_rows
from kinertia.io.units import spelled
from kinertia.recording.errors import RecordingError
from kinertia.recording.finding import Cause, Finding, Severity

_SEPARATORS = (",", ";", "\t", "|", " ")
# no digit is looked at twice, however many there are
_POINT = re.compile(r"[+-]?(?:\d++(?:\.\d*+)?|\.\d++)(?:[eE][+-]?\d++)?")
_COMMA = re.compile(r"[+-]?(?:\d++(?:,\d*+)?|,\d++)(?:[eE][+-]?\d++)?")
_STATED = re.compile(r"^\s*(?://|#|%)?\s*(?P<key>[^:=,;\t]+?)\s*[:=,;\t]+\s*(?P<value>.*?)[\s,;\t]*$")
_SEP_LINE = re.compile(r"""^"?sep=(?P<separator>.)\s*"?$""", re.IGNORECASE)
_LOOKED_AT = 40  # rows that decide separator and decimal mark
_STATEMENT = 1000  # characters of a line above the table that may state something
_NAME_ROWS = 3  # at the most, joined until they tell columns apart
_OTHER_UNIT = re.compile(  # units of columns that no IMU signal has, lower case
    r"[um]t|gauss|ga|local_flux|[kh]?pa|mbar|degc|°?c|[um]?v|[cm]?m|deg|°|rad|%|hz|bpm|-|no_?units|none|n/a|a\.?u\.?|n\.u\.|u|counts|nm?"
)


@dataclass(frozen=True)
class _Cells:
    """How a line falls into cells."""

    separator: str
    decimal_comma: bool

    def split(self, line: str) -> list[str]:
        if '"' in line:
            cells = next(csv.reader([line], delimiter=self.separator), [])
        else:
            cells = line.split() if self.separator == " " else line.split(self.separator)
        cells = [cell.strip().strip('"').strip() for cell in cells]

        while cells and not cells[-1]:
            cells.pop()
        return cells

    def numbers(self, cells: Sequence[str]) -> int:
        number = _COMMA if self.decimal_comma else _POINT
        return sum(number.fullmatch(cell) is not None for cell in cells)

    def only_numbers(self, line: str) -> bool:
        """Whether a line holds numbers and missing values, and nothing else."""
        cells = self.split(line)
        return 0 < self.numbers(cells) == sum(cell.lower() not in MISSING for cell in cells)


@dataclass(frozen=True)
class Head:
    """What stands above the rows of a table, and how the rows fall into cells."""

    names: list[str]
    units: dict[str, str]
    preamble: dict[str, str]
    header: str  # lowest row of names, as it stands
    first: int  # index of the first row of numbers
    cut: _Cells
    quoted: bool  # whether cells may be in quotes
    findings: tuple[Finding, ...]


def read(text: str, *, file: str, start: int = 0, separator: str = "") -> TextTable:
    """Table of a text, wherever it begins.

    RecordingError: no rows, no names, columns that no row of names tells apart, rows of unequal length.

    Parameters
    ----------
    text : whole text of the file.
    file : path, for errors.
    start : lines before this one are no part of the table.
    separator : one character, where it is known.

    Returns
    -------
    The table with units, preamble and findings.
    """
    lines = lines_of(text, file)
    top = head(lines, file=file, start=start, separator=separator)
    table, repeated = rows(top, lines[top.first :], file=file, first_line=top.first + 1)
    return finished(top, table, repeated)


def head(lines: list[str], *, file: str, start: int = 0, separator: str = "") -> Head:
    """What stands above the rows; blank lines at the end are taken off ``lines``. Errors as :func:`read`."""
    while len(lines) > start and not lines[-1].strip():
        lines.pop()
    if len(lines) > start and (match := _SEP_LINE.match(lines[start].strip())):
        separator, start = separator or match["separator"], start + 1
    if len(lines) <= start:
        raise RecordingError("is empty or has no header", file=file, fix="the first line must name the columns")
    cut = _cut(lines[start:], separator)
    first = _first_row(lines, start, cut)
    if first is None:
        raise RecordingError("has a header but no data rows", file=file, fix="the file looks truncated; export it again")
    above = [i for i in range(start, first) if lines[i].strip()]
    above = [i for k, i in enumerate(above) if not k or lines[i] != lines[above[k - 1]]]  # a header may stand there twice
    if not above:
        message, fix = "has no header: its first line holds numbers already", "write a first line that names the columns"
        raise RecordingError(message, file=file, fix=fix, cause=Cause.LAYOUT)
    findings: list[Finding] = []
    split = {i: cut.split(_uncommented(lines[i])) for i in above}
    units = split[above.pop()] if len(above) > 1 and _are_units(split[above[-1]]) else []
    names, used = _names([split[i] for i in reversed(above)])
    if used > 1:
        joined = next((name for name in names[1:] if name), "")
        findings.append(_noted(f"{used} rows of names are joined, such as {joined!r}"))
    if units:
        findings.append(_noted(f"line {first} is read as the units of the columns"))
    return Head(
        names,
        {name: unit for name, unit in zip(names, units, strict=False) if unit},
        dict(_stated(lines[i] for i in above[: len(above) - used])),
        lines[above[-1]],
        first,
        cut,
        any('"' in line for line in lines[first : first + _LOOKED_AT]),
        tuple(findings),
    )


def rows(top: Head, body: Sequence[str], *, file: str, first_line: int, last: bool = True) -> tuple[TextTable, int]:
    """Table of rows, ``last`` ones or others, and how many of them were the row of names again. Errors as :func:`read`."""
    if len(top.names) > 1:
        body = [line for line in body if line.strip()]
    kept = [line for line in body if line != top.header]
    separator, repeated = top.cut.separator, len(body) - len(kept)
    if top.quoted:
        separator, kept = "\t", [_unquoted(line, top.cut.separator) for line in kept]
    comma = top.cut.decimal_comma
    return parse_rows(top.names, kept, separator, file=file, first_line=first_line, decimal_comma=comma, last=last), repeated


def finished(top: Head, table: TextTable, repeated: int) -> TextTable:
    """The table of all rows with what stood above them."""
    findings = top.findings
    if repeated:
        findings += (_noted(f"the row of names stands among the rows {repeated} times; left out there"),)
    return replace(table, units=top.units, preamble=top.preamble, findings=findings)


def _unquoted(line: str, separator: str) -> str:
    """A row with tabs between its cells, and without quotes."""
    return "\t".join(cell.replace("\t", " ").strip() for cell in next(csv.reader([line], delimiter=separator), []))


def _noted(message: str) -> Finding:
    return Finding(Cause.LAYOUT, Severity.INFO, message, mended=True)


def _cut(lines: Sequence[str], separator: str) -> _Cells:
    """Separator and decimal mark under which most cells of the last rows are numbers; of equals, that with most cells."""
    looked = [line for line in lines[-_LOOKED_AT - 1 :] if line.strip()]
    looked = looked[:-1] if len(looked) > 2 else looked  # the very last row may be cut off
    best, result = (-1.0, 0), _Cells(separator or ",", decimal_comma=False)
    for candidate in (separator,) if separator else _SEPARATORS:
        for decimal_comma in (False, True):
            if decimal_comma and candidate == "," and not any('"' in line for line in looked):
                continue

            cut = _Cells(candidate, decimal_comma)
            rows = [cut.split(line) for line in looked]
            filled = sum(sum(cell.lower() not in MISSING for cell in row) for row in rows)
            score = (round(sum(map(cut.numbers, rows)) / max(filled, 1), 2), sum(map(len, rows)))
            if score > best:
                best, result = score, cut
    return result


def _first_row(lines: Sequence[str], start: int, cut: _Cells) -> int | None:
    """Index of the first line of numbers: one with at least half as many as the rows have that follow."""
    counts = [cut.numbers(cut.split(line)) for line in lines[start : start + 2000]]
    usual = sorted(counts[-_LOOKED_AT:])[len(counts[-_LOOKED_AT:]) // 2] if len(counts) > 2 else max(counts)
    least = max(usual / 2, 1)
    first = next((start + i for i, count in enumerate(counts) if count >= least), None)
    while first is not None and first > start and cut.only_numbers(lines[first - 1]):
        first -= 1  # a row whose other values are missing
    return first


def _uncommented(line: str) -> str:
    return re.sub(r"^\s*(?:#|//|%)\s*", "", line)


def _are_units(cells: Sequence[str]) -> bool:
    """Whether a row names units: most of its cells do."""
    filled = [cell for cell in cells if cell]
    known = [cell for cell in filled if spelled(cell) or _OTHER_UNIT.fullmatch(cell.lower().replace(" ", "_"))]
    return len(filled) > 1 and any(spelled(cell) for cell in filled) and len(known) > len(filled) / 2


def _names(rows: Sequence[list[str]]) -> tuple[list[str], int]:
    """Names of the columns, and how many rows they took: rows from the lowest up, joined until they tell columns apart."""
    names, used = list(rows[0]), 1
    if len(rows) > 1 and len(names) == 1 < len(rows[1]):  # the name of an index alone in the lowest row
        names, used = [*names, *rows[1][1:]], 2
    for row in rows[used:_NAME_ROWS]:
        same = row == rows[0]
        apart = len(set(names)) == len(names) and all(names)
        whole = len(row) == len(names) and all(row[1:]) and not any(":" in cell for cell in row)
        if len(row) < len(names) / 2 or (apart and not whole and not same):
            break
        if not same:
            names = _joined(row, names)
        used += 1
    while names and not names[-1]:
        names.pop()
    if names.count("") == 1:
        names[names.index("")] = "index"  # what pandas leaves without a name
    return names, used


def _joined(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """Names of two rows, an empty cell of the upper one standing for that on its left (merged cells)."""
    names, above = [], ""
    for k in range(max(len(lower), len(upper))):
        above = upper[k] if k < len(upper) and upper[k] else above
        below = lower[k] if k < len(lower) else ""
        names.append("_".join(part for part in (above, below) if part))
    return names


def _stated(lines: Iterator[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        if match := _STATED.match(line[:_STATEMENT]):
            yield match["key"].strip().strip('"').lower(), match["value"].strip().strip('"')
