"""A file that only grows, by whole pieces, and stays readable when the disk is full."""

from __future__ import annotations

import os
from io import RawIOBase
from pathlib import Path


class AppendFile:
    """Appends to an unbuffered binary file.

    Parameters
    ----------
    raw : opened for writing, without a buffer; closed with this.
    name : for messages.
    """

    def __init__(self, raw: RawIOBase, name: str) -> None:
        self.name = name
        self.size = 0
        self._raw = raw

    def append(self, data: bytes) -> None:
        """Add a piece as a whole.

        Raises
        ------
        OSError : it could not be written; the file is as long as it was, and the piece may be tried again.
        """
        try:
            # the place is set every time: after an error nobody knows where the file stands
            if self._raw.seekable():
                self._raw.seek(self.size)
            left = memoryview(data)
            while left:
                left = left[self._raw.write(left) or 0 :]
        except OSError:
            self._cut()
            raise
        self.size += len(data)

    def sync(self) -> None:
        """Bring everything to the disk itself; errors as the system reports them."""
        os.fsync(self._raw.fileno())

    def close(self) -> None:
        self._raw.close()

    def _cut(self) -> None:
        try:
            self._raw.truncate(self.size)
        except OSError:  # what is too much then begins with a broken piece, which readers skip
            return


def create(path: Path) -> AppendFile:
    """A new file.

    Raises
    ------
    FileExistsError : there is one already: measurements are never overwritten.
    OSError : it cannot be made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        raw = path.open("xb", buffering=0)
    except FileExistsError:
        raise FileExistsError(f"{path}: exists already; recordings are not overwritten, choose another name") from None
    return AppendFile(raw, str(path))
