"""People with labelled recordings: a folder of each, or files that say whose they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kinertia.checks import chain
from kinertia.io import folder as folders
from kinertia.io.read import read
from kinertia.recording import Recording, RecordingError
from kinertia.sensing.alignment import to_segments
from kinertia.train.targets import truth_of


@dataclass(frozen=True)
class Person:
    """Recordings of one person, with truth, named PERSON_RECORDING, in segment frames."""

    name: str
    recordings: tuple[Recording, ...]


def find(folder: Path, only: Sequence[str] = (), most: int | None = None) -> list[tuple[str, list[Path]]]:
    """Person and files of ``folder``/PERSON; files that lie in ``folder`` itself belong to the person before the first ``_``.

    Parameters
    ----------
    folder : as ``kinertia simulate`` writes it, or of gait cycles such as ``P01_normwalking.csv``.
    only : names of recordings; all without any.
    most : the first so many people.

    Raises
    ------
    RecordingError : if no recording is found.
    """
    found: dict[str, list[Path]] = {}
    for path in folders.recordings(folder):
        if path.is_file() and (not only or path.stem in only):
            # names of trials start with the person, up to the first underscore
            owner = path.parent.name.replace("_", "-") if path.parent != folder else path.stem.partition("_")[0]
            found.setdefault(owner, []).append(path)
    if not found:
        wanted = f"of the names {', '.join(only)} " if only else ""
        raise RecordingError(f"holds no recordings {wanted}of people", file=str(folder), fix="give one folder per person in it")
    return [(owner, found[owner]) for owner in sorted(found)[:most]]


def load(files: tuple[str, list[Path]], *, anyway: bool = False) -> Person:
    """Recordings of one person, from :func:`find`; unsound ones too with ``anyway``: :func:`faults` names them.

    Raises
    ------
    RecordingError : if a file cannot be read, is unsound or has no truth.
    """
    owner, paths = files
    return Person(owner, tuple(ready(chain.sound(read(path), anyway=anyway), owner) for path in paths))


def faults(person: Person) -> list[str]:
    """A sentence on each unsound recording."""
    return [f"{r.name} is learned from though it is unsound: {r.fault.sentence}" for r in person.recordings if r.fault]


def ready(recording: Recording, owner: str) -> Recording:
    """A recording in segment frames with its truth, named after its person.

    Raises
    ------
    RecordingError : if it has no truth, or cannot be aligned.
    """
    truth_of(recording)
    name = recording.name if recording.name.startswith(f"{owner}_") else f"{owner}_{recording.name}"
    return replace(to_segments(recording), truth=recording.truth, name=name)
