"""Which files a command reads when a user names a file, a folder or a model."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from kinertia.io import folder
from kinertia.io.files import folded

SHARED = ("columns", "placement")  # stems of files that hold for all recordings beside them


def of(*named: Path | str | None) -> tuple[Path, ...]:
    """Every file that may be read for what a user named: recordings, what is stated beside them, all files of a folder.

    What does not exist or is None is left out. A folder of many recordings counts with these and what is beside them, any other
    folder (a model, a recording of several files) with all its files.
    """
    files: dict[Path, None] = {}
    for path in (Path(name) for name in named if name is not None):
        for file in _files(path):
            files.setdefault(file)
    return tuple(files)


def _files(path: Path) -> Iterable[Path]:
    if not path.is_dir():
        return _beside(path)
    try:
        tables = folder.recordings(path)
    except ValueError:  # an empty folder
        return ()
    if tables == [path] or (path / "model.json").is_file():
        return [file for file in path.iterdir() if file.is_file()]
    return [file for table in tables for file in _beside(table)]


def _beside(path: Path) -> Iterable[Path]:
    """The file and those that its reader looks for beside it: of its name, shared ones, the other sensors of its trial."""
    stem, several = folded(path.stem), folded(path.suffix) == ".txt"
    yield path
    for file in sorted(path.parent.iterdir()) if path.parent.is_dir() else ():
        name = folded(file.name)
        of_it = name.startswith(f"{stem}.") or name.split(".")[0] in SHARED
        if file.is_file() and (of_it or (several and (name.endswith(".txt") or ".placement." in name))):
            yield file
