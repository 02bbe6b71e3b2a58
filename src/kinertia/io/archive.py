"""Archives (.zip) of the tables that a phone's app exports: one table per signal."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePosixPath

from kinertia.io import naming
from kinertia.recording import Cause, Recording, RecordingError

_LARGEST_BYTES = 2 << 30  # of all tables unpacked: days of a phone's signals
_APART = "meta"  # folder of phyphox for what is no signal
_TABLES = (".csv", ".tsv", ".txt")


def is_archive(path: Path) -> bool:
    """Whether ``path`` is a .zip file."""
    return path.suffix.lower() == ".zip" and zipfile.is_zipfile(path)


def read(path: Path, reader: Callable[[Path], Recording]) -> Recording:
    """The recording of the tables in an archive, unpacked for as long as ``reader`` reads their folder, or the only one.

    RecordingError: a damaged or encrypted archive, no tables of signals, more than 2 GiB, or as the reader; names the archive.
    """
    file = str(path)
    with tempfile.TemporaryDirectory() as folder:
        try:
            with zipfile.ZipFile(path) as archive:
                tables = _unpacked(archive, Path(folder), file)
        except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
            if isinstance(error, RecordingError):
                raise
            fix = "export it again, without a password"
            raise RecordingError(f"cannot be unpacked ({error})", file=file, fix=fix, cause=Cause.LAYOUT) from error
        try:
            recording = reader(tables[0] if len(tables) == 1 else Path(folder))
        except RecordingError as error:
            inside = error.message.replace(folder, "").lstrip("/")
            where = Path(error.file).name if error.file and Path(error.file) != Path(folder) else ""
            said = {"sensor": error.sensor, "sample": error.sample, "fix": error.fix, "cause": error.cause}
            raise RecordingError(inside, file=f"{file}/{where}".rstrip("/"), **said) from error
    return replace(recording, name=path.stem, source=file)


def _unpacked(archive: zipfile.ZipFile, folder: Path, file: str) -> list[Path]:
    """Tables of signals, side by side in a folder."""
    inside = [(member, PurePosixPath(member.filename)) for member in archive.infolist()]
    listed = [
        (member, name)
        for member, name in inside
        if name.suffix.lower() in _TABLES and _APART not in name.parts[:-1] and not name.name.startswith((".", "__"))
    ]
    listed = [pair for pair in listed if not naming.other(pair[1].stem)]
    signals = [pair for pair in listed if naming.part(pair[1].stem).kind] or listed
    if not signals:
        fix = "give an export of phyphox or Sensor Logger, as CSV"
        raise RecordingError("holds no tables of signals", file=file, fix=fix, cause=Cause.LAYOUT)
    if len({name.name for _, name in signals}) < len(signals):
        fix = "unpack it, and give one of its folders"
        raise RecordingError("holds several recordings", file=file, fix=fix, cause=Cause.LAYOUT)
    if sum(member.file_size for member, _ in signals) > _LARGEST_BYTES:
        raise RecordingError("holds more than 2 GiB of tables", file=file, fix="unpack it, and give the folder")
    paths = []
    for member, name in signals:
        paths.append(folder / name.name)
        with archive.open(member) as source, paths[-1].open("wb") as target:
            shutil.copyfileobj(source, target)
    return paths
