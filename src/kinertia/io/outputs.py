"""The guard of every output: nothing that is read is replaced, and nothing that was not written for the same recording.

Beside what it writes, a command leaves a record of who wrote it, a small JSON file for each in the folder ``.kinertia``:
command, recording, and a hash of what was written. A file without a record, with another one, or that was changed
since is the user's.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kinertia.io.files import folded, write_text
from kinertia.recording.errors import RecordingError

RECORDS, RESULT = ".kinertia", "result"
ELSEWHERE = "give another --out"


@dataclass(frozen=True)
class Outputs:
    """What a command reads, and whether it may replace results of other commands and recordings."""

    command: str  # as a user calls it, ``kinertia estimate``
    inputs: tuple[Path, ...] = ()  # every file that is read, see :func:`kinertia.io.inputs.of`
    source: str = ""  # the recording (or data, or model) that results are of
    overwrite: bool = False  # the user insists; holds for everything but inputs
    elsewhere: str = ELSEWHERE  # what a user can do who does not insist
    option: str = "--overwrite"  # with which a user insists; empty where that is not possible
    results: bool = True  # False for recordings that are put right, which are there to be read again

    def check(self, paths: Iterable[Path]) -> None:
        """Whether all of these files may be written; see :meth:`writing`.

        RecordingError: one is read by the command, or holds something else; names it and the fix.
        """
        taken = {_place(path): path for path in self.inputs}
        known = {_identity(path): path for path in self.inputs}
        for path in paths:
            read = taken.get(_place(path)) or (known.get(_identity(path)) if path.exists() else None)
            if read is not None:
                what = "is read by this command" if read == path else f"is {read}, which is read by this command"
                raise RecordingError(f"{what}, so it is not written over", file=str(path), fix=self.elsewhere)
            _require_folder(path)
            if path.is_dir():
                raise RecordingError("is a folder", file=str(path), fix=self.elsewhere)
            if not self.overwrite:
                self._require_own(path)

    @contextmanager
    def writing(self, paths: Iterable[Path]) -> Iterator[None]:
        """Write these files in the block: checked before, and remembered as this command's for this recording.

        RecordingError as :meth:`check`.
        """
        files = list(paths)
        self.check(files)
        whose = {"command": self.command, "source": self._source()}
        whose["kind"] = RESULT if self.results else "recording"
        for path in files:  # what is left of a run that is killed in the block is this command's too
            _remember(path, {**whose, "written": ""})
        try:
            yield
        finally:
            for path in files:
                if path.is_file():
                    _remember(path, {**whose, "written": _content(path)})
                else:
                    _record_file(path).unlink(missing_ok=True)

    def _require_own(self, path: Path) -> None:
        for there in _same_name(path):
            insist = self.elsewhere + (f", or {self.option} to replace it" if self.option else "")
            record = _record(there)
            if record is None:
                raise RecordingError(f"exists, and `{self.command}` did not write it", file=str(there), fix=insist)
            if record.get("written") not in ("", _content(there)):
                raise RecordingError(f"was changed since `{record['command']}` wrote it", file=str(there), fix=insist)
            if record["command"] != self.command or record["source"] != self._source():
                whose = f"what `{record['command']}` made of {record['source']}"
                mine = f", not of {self.source}" if record["command"] == self.command else ""
                raise RecordingError(f"holds {whose}{mine}", file=str(there), fix=insist)

    def _source(self) -> str:
        return str(Path(self.source).resolve()) if self.source else ""


def is_result(path: Path) -> bool:
    """Whether a file is a result of a command, unchanged: nothing that was recorded."""
    record = _record(path)
    return record is not None and record.get("kind") == RESULT and record.get("written") in ("", _content(path))


def made_by(path: Path) -> str:
    """The command that wrote a file, as a user calls it; empty where none remembers."""
    record = _record(path)
    return record["command"] if record else ""


def _require_folder(path: Path) -> None:
    for parent in path.parents:
        if parent.is_dir():
            return
        if parent.exists():
            raise RecordingError("is a file, not a folder", file=str(parent), fix=ELSEWHERE)


def _place(path: Path) -> str:
    """Where a path leads, in any letter case."""
    return folded(str(path.resolve()))


def _identity(path: Path) -> tuple[int, int] | None:
    """The same for all names of one file; None where there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _same_name(path: Path) -> list[Path]:
    """What is there under this name, in any letter case."""
    if not path.parent.is_dir():
        return []
    name = folded(path.name)
    return sorted(there for there in path.parent.iterdir() if folded(there.name) == name)


def _record_file(path: Path) -> Path:
    return path.parent / RECORDS / f"{folded(path.name)}.json"


def _record(path: Path) -> dict[str, str] | None:
    try:
        content = json.loads(_record_file(path).read_bytes())
    except (OSError, ValueError):
        return None
    whole = isinstance(content, dict) and {"command", "source"} <= set(content)
    return content if whole else None


def _remember(path: Path, record: dict[str, str]) -> None:
    write_text(_record_file(path), json.dumps(record, indent=1) + "\n")


def _content(path: Path) -> str:
    """Hash of a file; empty where there is none."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
