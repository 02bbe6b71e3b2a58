"""What the whole table consists of: its sections and their runs, as ``plan.toml`` says it."""

from __future__ import annotations

import shlex
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

PLAN = Path(__file__).with_name("plan.toml")
LEFT_OUT = "left out with --quick"
DATA, PEOPLE, OUT = "DATA", "PEOPLE", "OUT"
"""Folders in commands: of the data sets, of simulated people, of the table."""


class DataSet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose recordings, of how many people, and under which licence."""

    licence: str
    about: str
    people: int = 0  # of whom nothing is measured, or as many as the folder holds


class Label(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a row is called, whose labels it needs, and how long after a sample it answers."""

    label: str
    labels: str
    latency: str = ""  # "stream": as the section of that name measures it


class Published(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of a paper."""

    label: str
    cells: dict[str, str]


class Also(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row that another section's run gives."""

    label: str
    labels: str
    latency: str
    section: str
    row: str


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of the page: runs of one benchmark, and how their figures are shown."""

    key: str
    title: str
    about: str
    shows: str
    data: list[str]
    words: str
    each: str = ""
    rows: list[str] = []
    more: dict[str, str] = {}
    cannot: dict[str, str] = {}
    quick: str = ""
    quick_rows: list[str] = []
    quick_more: dict[str, str] = {}
    published: bool = False
    sealed: bool = False
    also: Also | None = None
    figures: list[tuple[str, str, int]] = []


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of it."""

    data: dict[str, DataSet]
    unused: dict[str, str]
    methods: dict[str, Label]
    published: list[Published]
    section: list[Section]


@dataclass(frozen=True)
class Part:
    """One run of a benchmark.

    Attributes
    ----------
    section : that it belongs to.
    row : value of the section's option, empty where it has none.
    words : of the command, with :data:`DATA`, :data:`PEOPLE` and :data:`OUT` for folders.
    left_out : why it is not run whatever the time; empty where it is.
    """

    section: Section
    row: str
    words: tuple[str, ...]
    left_out: str = ""

    @property
    def name(self) -> str:
        """Of its files."""
        return f"{self.section.key}_{self.row}" if self.row else self.section.key

    @property
    def command(self) -> str:
        """As a user types it."""
        return shlex.join(("kinertia", "benchmark", *self.words))

    def needs(self, folder: str) -> bool:
        """Whether the command reads or writes one of the folders."""
        return any(word.split("/")[0] == folder for word in self.words)

    def given(self, folders: Mapping[str, Path | None]) -> list[str]:
        """The words with the folders themselves."""
        found = []
        for word in self.words:
            first, *rest = word.split("/")
            home = folders.get(first)
            found.append(word if home is None else str(home.joinpath(*rest)))
        return found


def load(path: Path = PLAN) -> Plan:
    """The plan of a file."""
    content: dict[str, Any] = tomllib.loads(path.read_text())
    return msgspec.convert(content, Plan)


def parts(plan: Plan, *, quick: bool, sealed_judge: bool) -> list[Part]:
    """All runs in their order, those that are left out among them."""
    return [part(section, row, quick, sealed_judge) for section in plan.section for row in section.rows or [""]]


def part(section: Section, row: str, quick: bool, sealed_judge: bool) -> Part:
    """One run of a section."""
    left_out = section.cannot.get(row, "")
    if not left_out and section.sealed and not sealed_judge:
        left_out = "kept for judging: run with --sealed-judge"
    elif not left_out and quick and section.quick_rows and row not in section.quick_rows:
        left_out = LEFT_OUT
    added = [section.quick, section.quick_more.get(row, "")] if quick else []
    choice = f"{section.each} {row}" if row else ""
    words = shlex.split(" ".join((section.words, choice, section.more.get(row, ""), *added)))
    return Part(section, row, tuple(words), left_out)
