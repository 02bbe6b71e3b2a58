"""Tables in long text files, row by row: memory is that of their numbers, not of their text."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO

import numpy as np

from kinertia.io import layout
from kinertia.io.layout import Head
from kinertia.io.text import TextTable, checked, encoding, lines_of
from kinertia.recording import RecordingError

LONG_BYTES = 64 << 20  # from here on, the text of a file beside its numbers is worth saving
_ENDS_BYTES = 1 << 20  # of both ends of the file, which show the layout
_ROWS = 1 << 16  # read at once


def read(path: Path, *, separator: str = "") -> TextTable:
    """Table of a file, as :func:`kinertia.io.layout.read` gives it; errors as there."""
    file = str(path)
    try:
        with path.open("rb") as raw:
            beginning = raw.read(_ENDS_BYTES)
            raw.seek(max(path.stat().st_size - _ENDS_BYTES, 0) & ~3)
            end = raw.read()
        codec = encoding(beginning[: beginning.rfind(b"\n") + 1] or beginning)
        top = layout.head(_ends(beginning, end, codec, file), file=file, separator=separator)
        try:
            return _table(path, top, codec)
        except UnicodeDecodeError:
            return _table(path, top, "cp1252")
    except UnicodeDecodeError as error:
        fix = "export the recording as plain text"
        raise RecordingError("is a binary file, text expected", file=file, fix=fix) from error
    except OSError as error:
        raise RecordingError(f"cannot be read ({error.strerror})", file=file, fix="check the path") from error


def _ends(beginning: bytes, end: bytes, codec: str, file: str) -> list[str]:
    """Whole lines of both ends of a file."""
    after = codec.removesuffix("-sig")
    if codec == "utf-16":
        after = "utf-16-le" if beginning.startswith(b"\xff\xfe") else "utf-16-be"
    first = lines_of(checked(beginning.decode(codec, "ignore"), file), file)[:-1]
    return first + lines_of(end.decode(after, "ignore"), file)[1:]


def _table(path: Path, top: Head, codec: str) -> TextTable:
    file, width = str(path), len(top.names)
    values, filled, repeated, part = np.empty((0, width)), 0, 0, None
    wrong: dict[int, tuple[int, str]] = {}
    first_line = top.first + 1
    with path.open(encoding=codec) as text:
        for block, last in _blocks(itertools.islice(text, top.first, None), file):
            try:
                part, again = layout.rows(top, block, file=file, first_line=first_line, last=last)
            except RecordingError as error:
                said = {"file": file, "sensor": error.sensor, "fix": error.fix, "cause": error.cause}
                sample = None if error.sample is None else filled + error.sample
                raise RecordingError(error.message, sample=sample, **said) from error
            repeated += again
            for column, (row, cell) in part.wrong.items():
                wrong.setdefault(column, (filled + row, cell))
            if filled + part.rows > len(values):
                values.resize((_room(path, text, filled + part.rows, last), width), refcheck=False)
            values[filled : filled + part.rows] = part.values
            filled, first_line = filled + part.rows, first_line + len(block)
    if part is None:
        raise RecordingError("has a header but no data rows", file=file, fix="the file looks truncated; export it again")
    values.resize((filled, width), refcheck=False)
    return layout.finished(top, replace(part, values=values, wrong=wrong, first_line=top.first + 1), repeated)


def _blocks(lines: Iterator[str], file: str) -> Iterator[tuple[list[str], bool]]:
    """Lines in blocks, and whether a block is the last."""
    block = list(itertools.islice(lines, _ROWS))
    while block:
        following = list(itertools.islice(lines, _ROWS))
        last = not any(map(str.strip, following))
        yield lines_of(checked("".join(block), file), file), last
        block = [] if last else following


def _room(path: Path, text: IO[str], rows: int, last: bool) -> int:
    """Rows that the whole file may have, by what of it is read."""
    read = text.buffer.tell()  # type: ignore[attr-defined]
    return rows if last else int(1.02 * rows * max(path.stat().st_size / max(read, 1), 1.0)) + _ROWS
