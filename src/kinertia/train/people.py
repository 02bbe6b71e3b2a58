"""People with labelled recordings, a folder of each or files that say whose they are; who learns, stops and is tested."""

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

HELD_BACK = 0.15  # share of the people that are not tested who say when to stop; at least one


@dataclass(frozen=True)
class Person:
    """Recordings of one person, with truth, named PERSON_RECORDING, in segment frames."""

    name: str
    recordings: tuple[Recording, ...]


def find(folder: Path, only: Sequence[str] = (), most: int | None = None) -> list[tuple[str, list[Path]]]:
    """Person and files of ``folder``/PERSON; files that lie in ``folder`` itself belong to the person before the first ``_``.

    As ``kinertia simulate`` writes them, or gait cycles such as ``P01_normwalking.csv``; recordings of the names ``only``, all
    without any, of the first ``most`` people. RecordingError if no recording is found.
    """
    result: dict[str, list[Path]] = {}
    for path in folders.recordings(folder):
        if path.is_file() and (not only or path.stem in only):
            # names of trials start with the person, up to the first underscore
            owner = path.parent.name.replace("_", "-") if path.parent != folder else path.stem.partition("_")[0]
            result.setdefault(owner, []).append(path)
    if not result:
        wanted = f"of the names {', '.join(only)} " if only else ""
        raise RecordingError(f"holds no recordings {wanted}of people", file=str(folder), fix="give one folder per person in it")
    return [(owner, result[owner]) for owner in sorted(result)[:most]]


def load(files: tuple[str, list[Path]], *, anyway: bool = False) -> Person:
    """Recordings of one person, from :func:`find`; unsound ones too with ``anyway``: :func:`faults` names them.

    RecordingError if a file cannot be read, is unsound or has no truth.
    """
    owner, paths = files
    return Person(owner, tuple(ready(chain.sound(read(path), anyway=anyway), owner) for path in paths))


def faults(person: Person) -> list[str]:
    """A sentence on each unsound recording."""
    return [f"{r.name} is learned from though it is unsound: {r.fault.sentence}" for r in person.recordings if r.fault]


def ready(recording: Recording, owner: str) -> Recording:
    """A recording in segment frames with its truth, named after its person.

    RecordingError if it has no truth, or cannot be aligned.
    """
    truth_of(recording)
    name = recording.name if recording.name.startswith(f"{owner}_") else f"{owner}_{recording.name}"
    return replace(to_segments(recording), truth=recording.truth, name=name)


@dataclass(frozen=True)
class Split:
    """Names of people."""

    train: tuple[str, ...]
    held: tuple[str, ...]
    test: tuple[str, ...]


def folds(people: Sequence[str], count: int = 0) -> list[Split]:
    """Every person is tested once, in ``count`` folds; 0 leaves one subject out at a time. Order of the names does not matter.

    ValueError if there are fewer than three people, or no such number of folds.
    """
    names = sorted(set(people))
    if len(names) < 3:
        raise ValueError(
            f"{len(names)} people ({', '.join(names)}): at least 3 are needed, to learn from some, stop by others and test the "
            "rest"
        )
    count = count or len(names)
    if not 2 <= count <= len(names):
        raise ValueError(f"{count} folds of {len(names)} people: give 2 to {len(names)}, or 0 to leave one out at a time")
    result = []
    for fold in range(count):
        test = names[fold::count]
        rest = [name for name in names if name not in test]
        held = max(round(HELD_BACK * len(rest)), 1)
        if held >= len(rest):
            raise ValueError(f"{len(names)} people in {count} folds: too few are left to learn from; give more folds")
        # other people say when to stop in every fold
        turned = rest[fold % len(rest) :] + rest[: fold % len(rest)]
        result.append(Split(tuple(sorted(turned[held:])), tuple(sorted(turned[:held])), tuple(test)))
    return result


def everyone(people: Sequence[str]) -> Split:
    """All are learned from but those who say when to stop; nobody is tested. ValueError if there are fewer than two."""
    names = tuple(sorted(set(people)))
    held = max(round(HELD_BACK * len(names)), 1)
    if len(names) < 2:
        raise ValueError(f"{len(names)} people to learn from: at least 2 are needed, as one says when to stop")
    return Split(names[:-held], names[-held:], ())
