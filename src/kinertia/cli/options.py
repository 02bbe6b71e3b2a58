"""Options that several commands share: how to read recordings, who was recorded, how to train."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from kinertia.checks import chain
from kinertia.io import folder, stated
from kinertia.io import read as reader
from kinertia.learning import config as configuration
from kinertia.learning.config import Config
from kinertia.placing.size import with_estimated_size
from kinertia.recording import Recording, RecordingError

DEFAULT = Config()
Files = Annotated[tuple[Path, ...], tyro.conf.Positional, tyro.conf.arg(metavar="FILE...")]


@dataclass(frozen=True)
class Reading:
    """What the files do not say themselves."""

    mass: Annotated[float | None, tyro.conf.arg(metavar="KG")] = None
    """Body mass in kg; default from the file, else what is usual at the height."""
    height: Annotated[float | None, tyro.conf.arg(metavar="M")] = None
    """Body height in m; default from the file, else from the motion (about 5 cm), else 1.80."""
    placement: Annotated[Path | None, tyro.conf.arg(metavar="FILE")] = None
    """File that maps Xsens serial numbers to segments; default placement.toml beside the recording."""
    columns: Annotated[Path | None, tyro.conf.arg(metavar="FILE")] = None
    """Column map of a CSV or Parquet table; default NAME.columns.toml beside it."""
    trial: Annotated[str | None, tyro.conf.arg(metavar="NAME")] = None
    """Which trial of a folder."""
    rate: Annotated[float | None, tyro.conf.arg(metavar="HZ")] = None
    """Sampling rate in Hz, where the file does not state it."""
    anyway: bool = False
    """Go on where a recording is wrong in a way that makes results wrong; they are then marked as not to be trusted."""


NOTHING_GIVEN = Reading()
Shared = Annotated[Reading, tyro.conf.arg(name="")]


def read(file: Path, reading: Reading) -> Recording:
    """One recording, read as the options say, after all checks.

    Raises
    ------
    RecordingError : as in :func:`kinertia.io.read.read`, or the first fault of an unsound recording, unless it was asked for
        anyway.
    """
    return _sound(_of_stated_person(_as_stored(file, reading), reading), reading)


def read_each(files: Sequence[Path], reading: Reading) -> Iterator[Recording]:
    """Recordings of files and folders, one at a time, each as :func:`read` gives it; errors as :func:`read_stated`."""
    for recording in read_stated(files, reading):
        yield _sound(recording, reading)


def read_stated(files: Sequence[Path], reading: Reading) -> Iterator[Recording]:
    """Recordings of files and folders, one at a time, as they and the options state them: nothing estimated, nothing checked.

    The files of one Xsens trial are one recording.

    Raises
    ------
    RecordingError : no file given, one mass or height given for files that state different ones, or as :func:`read`.
    """
    if not files:
        raise RecordingError("no recording given", fix="name at least one file or folder")
    paths = [path for file in files for path in folder.recordings(file)]
    if len(paths) > 1 and (reading.mass is not None or reading.height is not None):
        _refuse_one_size_for_many(paths, reading)
    seen: set[str] = set()
    for path in paths:
        stored = _as_stored(path, reading)
        if stored.source not in seen:
            seen.add(stored.source)
            yield _of_stated_person(stored, reading)


def _sound(recording: Recording, reading: Reading) -> Recording:
    examined = _with_likely_mass(with_estimated_size(chain.examine(recording)))

    if not reading.anyway:
        chain.require_sound(examined)
    return examined


def _with_likely_mass(recording: Recording) -> Recording:
    """A stated mass against a height that the motion gave; against a stated height, the reader holds it."""
    person = recording.subject
    if "mass_kg" in person.assumed or person.height_error_m is None:
        return recording
    return recording.with_findings(*stated.doubts(person.mass_kg, person.height_m))


def _refuse_one_size_for_many(paths: Sequence[Path], reading: Reading) -> None:
    stored = {recording.source: (recording.name, recording.subject) for recording in (_as_stored(p, reading) for p in paths)}
    for option, field, value in (("--mass", "mass_kg", reading.mass), ("--height", "height_m", reading.height)):
        stated = {getattr(subject, field) for _, subject in stored.values() if field not in subject.assumed}
        if value is not None and len(stated) > 1:
            raise RecordingError(
                f"{option} {value:g} was given for all, but the files state {', '.join(f'{x:g}' for x in sorted(stated))}",
                file=", ".join(name for name, _ in stored.values()),
                fix=f"leave {option} out, or correct the files",
            )


def _as_stored(file: Path, reading: Reading) -> Recording:
    return reader.read(file, columns=reading.columns, placement=reading.placement, trial=reading.trial, rate_hz=reading.rate)


def _of_stated_person(recording: Recording, reading: Reading) -> Recording:
    return reader.with_subject(recording, mass_kg=reading.mass, height_m=reading.height)


def choose_config(file: Path | None, config: Config) -> Config:
    """The configuration of a file, or else of the options.

    Raises
    ------
    ValueError : both were given, or the file is no configuration.
    """
    if file is None:
        return config
    if config != DEFAULT:
        raise ValueError(f"{file}: a configuration file and --config options were both given; change the file instead")
    return configuration.load(file)
