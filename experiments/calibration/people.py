"""People of whom the truth is known: simulated ones, and virtual sensors on measured motion."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kinertia.checks import chain
from kinertia.io import folder as folders
from kinertia.io import motion_capture
from kinertia.io.read import read
from kinertia.recording import Recording
from kinertia.recording.errors import RecordingError
from kinertia.recording.motion_capture import MotionCapture
from kinertia.simulation import worn
from kinertia.simulation.worn import Wear

ON_TISSUE = Wear(tissue=True)
SEEDS_APART = 100  # so that no two movements are worn alike


@dataclass(frozen=True)
class Person:
    """A person's recordings, all in files or all from measured motion."""

    name: str  # of the folder that they lie in
    home: Path  # the folder
    files: tuple[Path, ...] = ()  # recordings with truth
    captures: tuple[tuple[MotionCapture, int], ...] = ()  # measured movements, and a seed for each
    worn: int = 1  # times that virtual sensors are put on anew for each movement; what is wrong with them is drawn each time

    @property
    def measured(self) -> bool:
        return bool(self.captures)

    @property
    def names(self) -> list[str]:
        """Of the recordings, each different."""
        return [*(file.stem for file in self.files), *(f"{capture.name}-{seed}" for capture, seed in self._worn)]

    @property
    def _worn(self) -> list[tuple[MotionCapture, int]]:
        return [(capture, seed + SEEDS_APART * k) for capture, seed in self.captures for k in range(self.worn)]

    @property
    def mark(self) -> str:
        """Changes with the recordings."""
        about = [(file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in self.files]
        return f"{about} {[capture.source for capture, _ in self.captures]} {ON_TISSUE} {self.worn}"

    def recordings(self) -> Iterator[tuple[str, Recording]]:
        """Each one with its own name.

        Raises
        ------
        RecordingError : a recording cannot be used, is unsound or has no truth.
        """
        for name, file in zip(self.names, self.files, strict=False):
            yield name, with_truth(chain.sound(read(file)))
        for name, (capture, seed) in zip(self.names[len(self.files) :], self._worn, strict=True):
            yield name, worn.of_capture(capture, ON_TISSUE, seed)


def people(data: Iterable[Path], measured: Iterable[Path] = (), only: tuple[str, ...] = (), worn: int = 1) -> list[Person]:
    """People below folders, one per folder that holds recordings, and those of folders of motion capture.

    Parameters
    ----------
    data : folders of people, or of recordings with truth of one person each.
    measured : folders of motion capture, see :mod:`kinertia.io.motion_capture`.
    only : names of the recordings in ``data`` to use; empty for all.
    worn : times that virtual sensors are put on anew for each measured movement.

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
    chosen = {home: tuple(file for file in files if not only or file.stem in only) for home, files in found.items()}
    moved: dict[Path, list[tuple[MotionCapture, int]]] = {}
    for path in measured:
        for seed, capture in enumerate(motion_capture.read_folder(path)):
            source = Path(capture.source).resolve()
            moved.setdefault(source if source.is_dir() else source.parent, []).append((capture, seed))
    return [
        *(Person(home.name, home, files=files) for home, files in chosen.items() if files),
        *(Person(home.name, home, captures=tuple(captures), worn=worn) for home, captures in moved.items()),
    ]


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
