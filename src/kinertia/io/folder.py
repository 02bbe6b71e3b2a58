"""Folders that hold many recordings."""

from __future__ import annotations

from pathlib import Path

from kinertia.io import gaittoolbox, naming, outputs, table, together, xsens
from kinertia.recording.errors import RecordingError

TABLES = (".csv", ".parquet", ".pq", ".kinlog", ".mvnx", ".h5")
HISTORY = "history.csv"  # losses beside a model


def recordings(path: Path) -> list[Path]:
    """What there is to read under a path: the path itself, or the tables of a folder and of the folders in it, sorted.

    Results of commands are left out. One that is a single recording of several files (Xsens, gait toolbox) is left as it is;
    tables that are parts of one recording are named by their first. RecordingError: a folder without recordings.
    """
    if not path.is_dir() or gaittoolbox.is_gaittoolbox(path) or xsens.trials(path):
        return [path]
    files = sorted(
        file
        for file in path.rglob("*")
        if (file.suffix.lower() in TABLES or (file.suffix.lower() == ".txt" and table.is_table(file)))
        and file.is_file()
        and not any(part.startswith(".") for part in file.relative_to(path).parts)
        and not outputs.is_result(file)
        and not (file.name == HISTORY and file.with_name("checkpoint.json").is_file())
    )
    if files:
        return _once(files)
    if any(path.iterdir()):
        return [path]  # some other format: its reader says what it finds
    raise RecordingError("is an empty folder", file=str(path), fix="check the path")


def _once(tables: list[Path]) -> list[Path]:
    """Tables without those that are read with another, and without the other signals (magnetometer, ...) beside such parts."""
    groups = {file: together.group(file) for file in tables}
    joined = {file.parent for file, parts in groups.items() if parts}
    kept = [file for file, parts in groups.items() if not parts or file == parts[0]]
    return [file for file in kept if groups[file] or file.parent not in joined or not naming.other(file.stem)]
