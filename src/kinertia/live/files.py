"""The page's files, read once: a request names one of them or nothing, never a path on the disk."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
"""Files with another ending, such as licences, are plain text."""
FIRST = "/index.html"


@dataclass(frozen=True)
class File:
    """One file of the page."""

    content: bytes
    type: str


def load() -> dict[str, File]:
    """All files by their path on the server; ``/`` is the page itself."""
    files: dict[str, File] = {}
    _collect(resources.files("kinertia.live") / "page", "", files)
    return files | {"/": files[FIRST]}


def _collect(folder: Traversable, path: str, files: dict[str, File]) -> None:
    for entry in folder.iterdir():
        name = f"{path}/{entry.name}"
        if entry.is_dir():
            _collect(entry, name, files)
        else:
            suffix = entry.name[entry.name.rfind(".") :] if "." in entry.name else ""
            files[name] = File(entry.read_bytes(), TYPES.get(suffix, "text/plain; charset=utf-8"))
