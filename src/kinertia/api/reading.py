"""From files to recordings that are checked and sound, the same from Python and from the command line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from numbers import Real
from pathlib import Path
from typing import Any

from kinertia.checks import chain
from kinertia.io import folder, stated
from kinertia.io import read as reader
from kinertia.placement.correction import with_estimated_size
from kinertia.recording import Recording, RecordingError

Facts = str | Path | Mapping[str, Any]  # a file, or what would be in it


@dataclass(frozen=True)
class Reading:
    """What files do not say themselves; see :func:`read`. ValueError for a mass, height or rate that is no number."""

    mass: float | None = None
    height: float | None = None
    placement: Facts | None = None
    columns: Facts | None = None
    trial: str | None = None
    rate: float | None = None
    gyro_from_orientation: bool = False  # derive angular rate from orientation, where a recording has no gyroscope
    anyway: bool = False

    def __post_init__(self) -> None:
        for name, unit, example in (("mass", "kilograms", "72"), ("height", "metres", "1.78"), ("rate", "Hz", "100")):
            value = getattr(self, name)
            if value is not None and (isinstance(value, bool) or not isinstance(value, Real)):
                raise ValueError(f"{name} {value!r} is no number; give {unit}, such as {name}={example}")


def read(
    path: str | Path,
    *,
    mass: float | None = None,
    height: float | None = None,
    placement: Facts | None = None,
    columns: Facts | None = None,
    trial: str | None = None,
    rate: float | None = None,
    gyro_from_orientation: bool = False,
    anyway: bool = False,
) -> Recording:
    """Read one recording of any supported format, check it and put right what is unambiguous.

    Parameters
    ----------
    path : file, or folder that is one recording.
    mass, height : of the person [kg], [m]; default from the file, else height from the motion and a usual mass.
    placement : which sensor is on which segment: ``{"00B40B91": "pelvis", ...}``, or a file that says so.
    columns : what the columns of a table mean: ``{"acc_unit": "g", "gyro_unit": "deg/s", ...}`` as in docs/formats.md, or a
        file that says so.
    trial : which trial of a folder.
    rate : sampling rate [Hz], where the file does not state it.
    gyro_from_orientation : derive angular rate from orientation, where a recording has no gyroscope.
    anyway : go on where a recording is wrong in a way that makes results wrong; they are then marked as not to be trusted.

    Returns
    -------
    Recording in SI units; what was found is in ``findings`` and ``warnings``.

    Raises
    ------
    RecordingError : the file cannot be read, or the first fault of an unsound recording: file, sensor, sample and fix.
    """
    return ready(path, Reading(mass, height, placement, columns, trial, rate, gyro_from_orientation, anyway))


def read_all(
    paths: str | Path | Sequence[str | Path],
    *,
    mass: float | None = None,
    height: float | None = None,
    placement: Facts | None = None,
    columns: Facts | None = None,
    rate: float | None = None,
    gyro_from_orientation: bool = False,
    anyway: bool = False,
) -> list[Recording]:
    """Read several files, or all recordings of folders, each as :func:`read` does.

    RecordingError: nothing to read; one mass or height for files that state different ones; or as :func:`read`.
    """
    paths = [paths] if isinstance(paths, str | Path) else paths
    return list(each(paths, Reading(mass, height, placement, columns, None, rate, gyro_from_orientation, anyway)))


def one(path: str | Path, reading: Reading) -> Recording:
    """:func:`read` with its options in one."""
    return sound(of_person(_as_stored(path, reading), reading), anyway=reading.anyway)


def each(paths: Sequence[str | Path], reading: Reading) -> Iterator[Recording]:
    """:func:`read_all`, one at a time."""
    for recording in as_stated(paths, reading):
        yield sound(recording, anyway=reading.anyway)


def as_stated(paths: Sequence[str | Path], reading: Reading) -> Iterator[Recording]:
    """Recordings of files and folders, one at a time, as they and ``reading`` state them: nothing estimated, nothing checked.

    The files of one Xsens trial are one recording. RecordingError: no file given, one mass or height given for files that state
    different ones, or as :func:`read`.
    """
    seen: set[str] = set()
    for file in files(paths, reading):
        stored = _as_stored(file, reading)
        if stored.source not in seen:
            seen.add(stored.source)
            yield of_person(stored, reading)


def files(paths: Sequence[str | Path], reading: Reading) -> list[Path]:
    """Every file, or folder that is one recording, at these places.

    RecordingError where there is none, or one mass or height was given for files that state different ones.
    """
    if not paths:
        raise RecordingError("no recording given", fix="name at least one file or folder")
    recordings = list(dict.fromkeys(file for path in paths for file in folder.recordings(Path(path))))
    if len(recordings) > 1 and (reading.mass is not None or reading.height is not None):
        stored = []
        for file in recordings:
            with suppress(RecordingError):  # of reading it, which is said when it is its turn
                stored.append(_as_stored(file, reading))
        _refuse_one_size_for_many(stored, reading)
    return recordings


def ready(recording: Recording | str | Path, reading: Reading) -> Recording:
    """A recording for work: read where it is a file, of the person that is given, checked.

    RecordingError: a folder of several recordings; or as :func:`read`. TypeError: something else.
    """
    if isinstance(recording, str | Path):
        files = folder.recordings(Path(recording)) if Path(recording).is_dir() and reading.trial is None else ()
        if len(files) > 1:
            fix = f"read_all({str(recording)!r}) reads them all; estimate([{str(recording)!r}]) estimates them all"
            raise RecordingError(f"holds {len(files)} recordings", file=str(recording), fix=fix)
        return one(recording, reading)
    require(recording)
    return sound(of_person(recording, reading), anyway=reading.anyway)


def opened(recordings: Sequence[Recording | str | Path], reading: Reading) -> Iterator[Recording]:
    """Recordings, files and folders as recordings for work, one at a time; errors as :func:`read_all`."""
    if not isinstance(recordings, Sequence):
        require(recordings)
    if not recordings:
        raise RecordingError("no recording given", fix="name at least one file or folder")
    if all(isinstance(recording, str | Path) for recording in recordings):
        yield from each([path for path in recordings if not isinstance(path, Recording)], reading)
        return
    _refuse_one_size_for_many([one for one in recordings if isinstance(one, Recording)], reading)
    for recording in recordings:
        if isinstance(recording, str | Path):
            yield from each([recording], reading)
        else:
            yield ready(recording, reading)


def require(recording: object) -> None:
    """TypeError, naming what it is, unless it is a recording."""
    if not isinstance(recording, Recording):
        given = "None" if recording is None else type(recording).__name__
        raise TypeError(f"a recording is needed, {given} was given; give a file's path, or what kinertia.read returned")


def of_person(recording: Recording, reading: Reading) -> Recording:
    """The recording with a mass and height that are given; errors as :func:`kinertia.io.read.with_subject`."""
    return reader.with_subject(recording, mass_kg=reading.mass, height_m=reading.height)


def sound(recording: Recording, *, anyway: bool = False) -> Recording:
    """The recording after all checks, once; with a likely height and mass where they are not known.

    RecordingError with its first fault, unless it is asked for anyway.
    """
    if not recording.sensors:
        raise recording.error("holds no sensor", "give one with signals")
    examined = recording if chain.is_examined(recording) else chain.examine(recording)
    examined = _with_likely_mass(with_estimated_size(examined))
    if not anyway:
        chain.require_sound(examined)
    return examined


def _with_likely_mass(recording: Recording) -> Recording:
    """A stated mass against a height that the motion gave; against a stated height, the reader holds it."""
    person = recording.subject
    if "mass_kg" in person.assumed or person.height_error_m is None:
        return recording
    doubts = stated.doubts(person.mass_kg, person.height_m)
    return recording.with_findings(*(one for one in doubts if one not in recording.findings))


def _refuse_one_size_for_many(recordings: Sequence[Recording], reading: Reading) -> None:
    for name, field, value in (("mass", "mass_kg", reading.mass), ("height", "height_m", reading.height)):
        stated = {getattr(one.subject, field) for one in recordings if field not in one.subject.assumed}
        if value is not None and len(stated) > 1:
            message = f"{name} {value:g} was given for all, but the files state {', '.join(f'{x:g}' for x in sorted(stated))}"
            fix = f"leave the {name} out, or correct the files"
            raise RecordingError(message, file=", ".join(dict.fromkeys(one.name for one in recordings)), fix=fix)


def _as_stored(path: str | Path, reading: Reading) -> Recording:
    return reader.read(
        path,
        columns=reading.columns,
        placement=reading.placement,
        trial=reading.trial,
        rate_hz=reading.rate,
        gyro_from_orientation=reading.gyro_from_orientation,
    )
