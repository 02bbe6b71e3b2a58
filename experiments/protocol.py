"""What an experiment is: a function of its options that gives figures, and what the terminal shows of them.

Its docstring is its help, its parameters are its options; ``context`` is none: it shows progress and keeps finished rows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from kinertia import __version__
from kinertia.cli.progress import ShowStep, samples_bar, training_bar
from kinertia.io.files import write_text

Json = dict[str, Any]
Advance = Callable[[int], None]
"""Called with how much is done since the last call."""
Training = AbstractContextManager[ShowStep | None]


@dataclass(frozen=True)
class Found:
    """What an experiment gives.

    Attributes
    ----------
    figures : strict JSON; written nowhere where empty.
    shown : tables and lines for the terminal.
    failed : whether what must hold does not: exit code 1.
    """

    figures: Json
    shown: tuple[RenderableType, ...] = ()
    failed: bool = False


Experiment = Callable[..., Found]
"""A function of options and a :class:`Context`."""


@dataclass(frozen=True)
class Context:
    """Where an experiment tells what it does, and where it keeps what is finished.

    Attributes
    ----------
    json : file of the figures; None for none.
    shows : whether progress is shown.
    """

    json: Path | None = None
    shows: bool = False

    def say(self, text: str) -> None:
        """A line about what is worked on."""
        if self.shows:
            Console(stderr=True).print(Text(text, "dim"), soft_wrap=True)

    def bar(self, total: int, label: str) -> AbstractContextManager[Advance]:
        """A bar of so many parts."""
        return samples_bar(total, label) if self.shows else nullcontext(lambda _: None)

    def training(self, steps: int, label: str = "training") -> Training:
        """A bar of so many steps of training; given to the training loop."""
        return training_bar(steps, label=label) if self.shows else nullcontext()

    def save(self, figures: Json) -> None:
        """Write the figures so far."""
        write(self.json, figures)

    def rows(self, *about: object) -> Rows:
        """Rows that are kept beside the file of figures; those made with anything else ``about`` them are made again.

        Raises
        ------
        ValueError : what lies there are no finished rows.
        """
        return Rows(None if self.json is None else self.json.with_name(f"{self.json.stem}.rows.json"), *about)


class Rows:
    """Finished rows by their names, in a file that is written after each.

    Parameters
    ----------
    path : the file; None keeps them in memory.
    about : what they depend on, besides the version.
    """

    def __init__(self, path: Path | None, *about: object) -> None:
        self._path = path
        self._mark = sha256("\0".join((__version__, *map(str, about))).encode()).hexdigest()[:16]
        self.made: Json = _read(path, self._mark)

    def get(self, name: str, make: Callable[[], Json]) -> Json:
        """The row of this name, made now if it is not there."""
        if name not in self.made:
            self.add(name, make())
        return self.made[name]

    def add(self, name: str, row: Json) -> None:
        """Keep a row."""
        self.made[name] = row
        write(self._path, {"mark": self._mark, "rows": self.made})


QUIET = Context()


def contents(folder: Path) -> str:
    """Hash of every file in a folder."""
    digest = sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        digest.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def sizes(paths: Iterable[Path]) -> str:
    """Names and sizes of files."""
    return "\n".join(f"{path.parent.name}/{path.name} {path.stat().st_size}" for path in paths)


def write(path: Path | None, figures: Json) -> None:
    """Write strict JSON, where to write is said: a NaN is an error, not a number."""
    if path is not None:
        write_text(path, json.dumps(figures, indent=1, allow_nan=False) + "\n")


def cell(value: float | None, digits: int = 2, *, factor: float = 1.0, sign: bool = False) -> str:
    """A cell of a table; a dash for what is not known."""
    return "-" if value is None else f"{factor * value:{'+' if sign else ''}.{digits}f}"


def table(*headings: str, title: str = "", rows: list[tuple[str, ...]] | None = None) -> Table:
    """A table for the terminal; what stands in it is no markup."""
    made = Table(title=Text(title) if title else None, title_justify="left")
    for heading in headings:
        made.add_column(Text(heading))
    for row in rows or ():
        made.add_row(*map(Text, row))
    return made


def _read(path: Path | None, mark: str) -> Json:
    if path is None or not path.exists():
        return {}
    try:
        content = json.loads(path.read_text())
        return cast(Json, content["rows"]) if content["mark"] == mark else {}
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path}: not the finished rows of this benchmark; delete it or choose another file") from error
