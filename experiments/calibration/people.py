"""People of whom the truth is known: simulated ones, and virtual sensors on measured motion."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from experiments import motion_capture
from experiments.captured import MotionCapture
from experiments.planar import worn
from experiments.planar.worn import Wear
from kinertia.checks import chain
from kinertia.io import folder as folders
from kinertia.io.read import read
from kinertia.recording import Recording
from kinertia.recording.errors import RecordingError

ON_TISSUE = Wear(tissue=True)
SEEDS_APART = 100  # so that no two movements are worn alike


@dataclass(frozen=True)
class Person:
    """A person's recordings, all in files or all from measured motion."""

    name: str  # of the folder that they lie in
    home: Path  # that folder
    measured: bool
    mark: str  # changes with the recordings
    readers: tuple[tuple[str, Callable[[], Recording]], ...]  # what reads or makes each recording, by a name of its own

    @property
    def names(self) -> list[str]:
        """Of the recordings, each different."""
        return [name for name, _ in self.readers]

    def recordings(self) -> Iterator[tuple[str, Recording]]:
        """Each one with its own name; RecordingError if one cannot be used, is unsound or has no truth."""
        for name, read_one in self.readers:
            yield name, read_one()


def _in_files(home: Path, files: list[Path]) -> Person:
    about = [(file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in files]
    readers = tuple((file.stem, partial(_read, file)) for file in files)
    return Person(home.name, home, False, f"{about} {ON_TISSUE}", readers)


def _read(file: Path) -> Recording:
    return with_truth(chain.sound(read(file)))


def _moved(home: Path, captures: list[tuple[MotionCapture, int]], times: int) -> Person:
    wearings = [(capture, seed + SEEDS_APART * k) for capture, seed in captures for k in range(times)]
    readers = tuple((f"{each.name}-{seed}", partial(worn.of_capture, each, ON_TISSUE, seed)) for each, seed in wearings)
    return Person(home.name, home, True, f"{[capture.source for capture, _ in captures]} {ON_TISSUE} {times}", readers)


def people(data: Iterable[Path], measured: Iterable[Path] = (), only: tuple[str, ...] = (), times: int = 1) -> list[Person]:
    """People below folders, one per folder that holds recordings, and those of folders of motion capture.

    Parameters
    ----------
    data : folders of people, or of recordings with truth of one person each.
    measured : folders of motion capture, see :mod:`experiments.motion_capture`.
    only : names of the recordings in ``data`` to use; empty for all.
    times : that virtual sensors are put on anew for each measured movement.

    Raises
    ------
    RecordingError : a folder without recordings, or one person given twice.
    """
    found: dict[Path, list[Path]] = {}
    for path in data:
        for file in folders.recordings(path):
            listed = found.setdefault(file.parent.resolve(), [])
            if file in listed:
                raise RecordingError("was given twice", file=str(file), fix="name each folder once")
            listed.append(file)
    chosen = {home: [file for file in files if not only or file.stem in only] for home, files in found.items()}
    moved: dict[Path, list[tuple[MotionCapture, int]]] = {}
    for path in measured:
        for seed, capture in enumerate(motion_capture.read_folder(path)):
            source = Path(capture.source).resolve()
            moved.setdefault(source if source.is_dir() else source.parent, []).append((capture, seed))
    simulated = [_in_files(home, files) for home, files in chosen.items() if files]
    return [*simulated, *(_moved(home, captures, times) for home, captures in moved.items())]


def with_truth(recording: Recording) -> Recording:
    """The recording; RecordingError if it holds no truth."""
    if recording.truth is None:
        raise RecordingError(
            "has no truth to compare with", file=recording.source, fix="give simulated people (kinertia simulate)"
        )
    return recording


def in_words(people: list[Person]) -> str:
    """How many of which kind."""
    measured = sum(person.measured for person in people)
    also = f" and virtual sensors on the measured motion of {measured} people" if measured else ""
    return f"{len(people) - measured} simulated people{also}"
