"""Parts of an unfinished solution on disk, so that an interrupted one can go on."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kinertia.io.files import replacing
from kinertia.recording.errors import RecordingError


@dataclass(frozen=True)
class Store:
    """Named parts in a folder (None keeps nothing), each a complete file; those with another mark are not read."""

    folder: Path | None = None
    mark: str = ""

    def save(self, name: str, **arrays: np.ndarray) -> None:
        """Write a part."""
        if self.folder is not None:
            path = self.folder / f"{name}.npz"
            if path.exists() and not _is_part(path):
                raise RecordingError("is no part of a solution, so it is not written over", file=str(path), fix="move it away")
            with replacing(path) as temporary, temporary.open("wb") as file:
                np.savez(file, mark=np.array(self.mark), **arrays)  # pyright: ignore[reportArgumentType]

    def load(self, name: str) -> dict[str, np.ndarray] | None:
        """A part that was saved for the same problem; None where there is none."""
        if self.folder is None or not _is_part(path := self.folder / f"{name}.npz"):
            return None
        with np.load(path, allow_pickle=False) as file:
            if str(file["mark"]) != self.mark:
                return None
            return {key: np.asarray(file[key]) for key in file.files if key != "mark"}

    def clear(self) -> None:
        """Remove all parts, and nothing else that may lie in their folder."""
        if self.folder is not None and self.folder.is_dir():
            for path in self.folder.glob("*.npz"):
                if _is_part(path):
                    path.unlink()


def _is_part(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as file:
            return "mark.npy" in file.namelist()
    except (OSError, zipfile.BadZipFile):
        return False


def fingerprint(*parts: object) -> str:
    """The same for the same parts only: arrays by their content, the rest by how it prints."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(np.ascontiguousarray(part).tobytes() if isinstance(part, np.ndarray) else repr(part).encode())
        digest.update(b"\0")
    return digest.hexdigest()
