"""Writing files so that a reader never sees half of one."""

from __future__ import annotations

import os
import tempfile
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX, SUFFIX = ".kinertia-", ".part"  # of temporary files: hidden, and with an ending that no reader looks for
LONGEST_NAME = 100  # characters of the name in that of the temporary file; file systems take 255 bytes
STALE_S = 3600.0  # age from which a temporary file belongs to a process that was killed: no file takes nearly as long to write


@contextmanager
def replacing(path: Path | str) -> Iterator[Path]:
    """A temporary file beside ``path`` that takes its place when the block ends without an error.

    What killed processes left of the same file is removed.

    Parameters
    ----------
    path : file to create or replace; its folder is made when absent.

    Yields
    ------
    Path of the temporary file. After an error it is removed and ``path`` stays as it was.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    _sweep(path)
    # Same folder, so that the rename stays on one file system.
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=_start(path), suffix=SUFFIX)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        # mkstemp makes private files; results get the permissions that any new file would get.
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path | str, text: str) -> Path:
    """Write UTF-8 text by way of :func:`replacing`; returns the path."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")
    return Path(path)


def folded(name: str) -> str:
    """A name as file systems compare it that do not tell capitals from small letters, or ways to write an accent."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _start(path: Path) -> str:
    return f"{PREFIX}{path.name[:LONGEST_NAME]}-"


def _sweep(path: Path) -> None:
    start = _start(path)
    for entry in os.scandir(path.parent):
        if entry.name.startswith(start) and entry.name.endswith(SUFFIX):
            left = Path(entry.path)
            with suppress(OSError):  # another process sweeps too
                if time.time() - left.stat().st_mtime > STALE_S:
                    left.unlink()
