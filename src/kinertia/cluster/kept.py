"""Results of work on items, each in its own file: what is there is done, whoever made it and whoever was killed since."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

from kinertia import __version__
from kinertia.io.files import write_text

Json = dict[str, Any]


def mark(files: Iterable[Path], *about: object) -> str:
    """Short hash of the version, of what is asked for, and of name, size and time of the files that are read."""
    stated = [f"{path} {(status := path.stat()).st_size} {status.st_mtime_ns}" for path in files]
    return sha256("\0".join((__version__, *map(str, about), *stated)).encode()).hexdigest()[:16]


def kept(path: Path, marked: str, make: Callable[[], Json]) -> Json:
    """What was kept in a file under the same mark; made, and kept for the next time, where it was not.

    Parameters
    ----------
    path : of the file.
    marked : what the result depends on, see :func:`mark`.
    make : gives strict JSON; what it writes must be whole before it returns.
    """
    try:
        content = json.loads(path.read_bytes())
        if content["mark"] == marked:
            return content["made"]
    except (OSError, ValueError, KeyError, TypeError):
        pass  # not made yet, or not by this
    made = make()
    write_text(path, json.dumps({"mark": marked, "made": made}, allow_nan=False) + "\n")
    return made
