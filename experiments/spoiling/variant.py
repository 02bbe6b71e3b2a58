"""One spoiled file, and what should be said of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import numpy as np

from experiments.spoiling.sheet import Sheet
from kinertia.recording import Array, Frame
from kinertia.recording.finding import Cause


class Outcome(StrEnum):
    """What a command may do with a spoiled file."""

    READ = "read"  # read as if nothing were wrong, or refused by its name
    UNDONE = "undone"  # put right and said, or refused by its name
    NAMED = "named"  # said first, put right or not


@dataclass(frozen=True)
class Variant:
    """A spoiled file.

    Attributes
    ----------
    path : file or folder to give to a command.
    sensors : names of the sensors concerned; empty where it concerns the whole recording.
    options : what is stated on the command line: ``mass``, ``height``, ``rate``.
    detail : what was drawn, for the table of failures.
    first : sample at which it begins, where it has a beginning.
    motion : coordinate to (T,) true angles [rad], where a motion file is spoiled.
    """

    path: Path
    sensors: frozenset[str] = frozenset()
    options: Mapping[str, float] = field(default_factory=dict)
    detail: str = ""
    first: int | None = None
    motion: Mapping[str, Array] | None = None


Spoil = Callable[[Sheet, Path, np.random.Generator], Variant | None]
"""Writes the spoiled sheet into an empty folder; None where this sheet cannot be spoiled so."""


class Base(StrEnum):
    """What a kind is put into."""

    GAIT = "gait"  # walking or running
    STANDING = "standing"  # ten seconds of standing


@dataclass(frozen=True)
class Kind:
    """A way of spoiling a recording.

    Attributes
    ----------
    name : short.
    causes : any of these, first, is right.
    spoil : does it.
    outcome : what a command may do.
    frames : axes of the sheets it makes sense in.
    owner : part of the package that should find it: ``readers``, ``signals`` or ``sensors``.
    tolerance : largest RMS difference from the unspoiled recording, relative to its RMS, where the fault is undone.
    whole : mass, height and sensor positions have to be stated in the sheet.
    base : what it is put into.
    sagittal : the fault is undone where what is read in the sagittal plane is right again (in unknown axes: sizes of vectors).
    """

    name: str
    causes: tuple[Cause, ...]
    spoil: Spoil
    owner: str
    outcome: Outcome = Outcome.NAMED
    frames: tuple[Frame, ...] = (Frame.SEGMENT, Frame.SENSOR)
    tolerance: float = 0.02
    whole: bool = False
    base: Base = Base.GAIT
    sagittal: bool = False
