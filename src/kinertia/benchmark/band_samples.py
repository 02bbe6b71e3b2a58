"""Errors of a model on people of whom the truth is known, with many sets of sensors: what bands are fitted to."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from kinertia import __version__
from kinertia.estimation.estimate import Estimate
from kinertia.io import folder as folders
from kinertia.io.files import replacing
from kinertia.io.read import read
from kinertia.recording import SEGMENTS, Recording, Subject, sensor_sets
from kinertia.recording.crop import crop
from kinertia.recording.errors import RecordingError
from kinertia.uncertainty.features import NAMES, Features, circumstances, features
from kinertia.uncertainty.fit import Samples
from kinertia.uncertainty.outputs import outputs

SECONDS = 6.0
"""Length of the stretch that is estimated."""
SAMPLES = 60
"""Drawn from each stretch: neighbours say the same."""
ALIKE = (
    ("all",),
    ("FST", "FTP", "FSP", "PTS", "FT", "FS", "TS"),
    ("FP", "PT", "PS", "F", "S", "T"),
    ("P",),
)
"""Sets with the same sensors on both legs, by group (:data:`kinertia.uncertainty.scale.GROUPS`); one of each is drawn."""
NOT_STATED = 0.15
"""Share of stretches in which mass, height or the sensors' places are not stated."""
_WHOLE = 4  # columns of whole numbers in a file of errors, before the features

Method = Callable[[Recording], Estimate]


@dataclass(frozen=True)
class Person:
    """A person's recordings; ``name`` is that of the folder they lie in."""

    name: str
    files: tuple[Path, ...]


def people(data: Iterable[Path]) -> list[Person]:
    """People below folders, one per folder that holds recordings.

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
    return [Person(home.name, tuple(files)) for home, files in found.items()]


def collect(
    data: Iterable[Path], method: Method, keep: Path, mark: str, show: Callable[[str, str], None] | None = None
) -> tuple[dict[str, Samples], int]:
    """Errors of a model on people.

    Parameters
    ----------
    data : folders of people, or of recordings with truth of one person each.
    method : estimates a recording.
    keep : folder for the errors of finished people; what is in it of the same model, version and recordings is not made again.
    mark : of the model.
    show : called with person and recording before the work on it.

    Returns
    -------
    Key of each output to its errors, and the number of people.

    Raises
    ------
    RecordingError : a recording cannot be used or has no truth.
    """
    found: dict[str, list[Samples]] = {}
    everyone = people(data)
    for number, person in enumerate(everyone):
        for key, part in _of_person(person, number, method, keep, mark, show).items():
            found.setdefault(key, []).append(part)
    return {key: join(parts) for key, parts in found.items()}, len(everyone)


def join(parts: list[Samples]) -> Samples:
    """Errors one after the other."""
    return Samples(
        np.concatenate([part.person for part in parts]),
        np.concatenate([part.error for part in parts]),
        Features(
            *(np.concatenate([getattr(part.features, name) for part in parts]) for name in ("own", "other", "pelvis", "count")),
            values=np.concatenate([part.features.values for part in parts]),
        ),
    )


def errors(estimate: Estimate, recording: Recording, person: int, index: np.ndarray) -> Iterator[tuple[str, Samples]]:
    """Errors of each output with truth at some samples of an estimate of ``recording``."""
    if recording.truth is None:
        raise RecordingError("has no truth", file=recording.source, fix="give simulated people (kinertia simulate)")
    given = circumstances(estimate, recording)
    for output in outputs(estimate):
        true = output.true(recording.truth, estimate.subject)
        if true is not None:
            error = np.abs(output.of(estimate) - true)[index]
            known = np.isfinite(error)
            at = index[known]
            yield output.key, Samples(np.full(len(at), person), error[known], features(output, given).at(at))


def _of_person(
    person: Person, number: int, method: Method, keep: Path, mark: str, show: Callable[[str, str], None] | None
) -> dict[str, Samples]:
    digest = sha256(f"{__version__} {mark} {NAMES} {ALIKE} {SECONDS} {SAMPLES} {NOT_STATED}".encode())
    for file in person.files:
        about = file.stat()
        digest.update(f"{file.name} {about.st_size} {about.st_mtime_ns}".encode())
    path = keep / f"{person.name}-{digest.hexdigest()[:16]}.npz"
    if path.is_file():
        if show is not None:
            for file in person.files:
                show(person.name, file.stem)
        return _stored(path, number)
    found: dict[str, list[Samples]] = {}
    for file in person.files:
        if show is not None:
            show(person.name, file.stem)
        generator = np.random.default_rng(zlib.crc32(f"{person.name} {file.stem}".encode()))
        for recording in _variants(read(file), generator):
            estimate = method(recording)
            index = np.sort(generator.choice(recording.samples, min(SAMPLES, recording.samples), replace=False))
            for key, part in errors(estimate, recording, number, index):
                found.setdefault(key, []).append(part)
    _store(path, {key: join(parts) for key, parts in found.items()})
    return _stored(path, number)


def _variants(recording: Recording, generator: np.random.Generator) -> Iterator[Recording]:
    """A stretch of a recording with sets of sensors of each group."""
    length = min(round(SECONDS * recording.rate_hz), recording.samples)
    for named in (*ALIKE, None):
        start = int(generator.integers(recording.samples - length + 1))
        stretch = recording if recording.periodic else crop(recording, start, start + length)
        if named is None:
            yield _understated(sensor_sets.keep(stretch, _unlike(generator)), generator)
        else:
            yield _understated(sensor_sets.choose(stretch, str(generator.choice(named))), generator)


def _unlike(generator: np.random.Generator) -> list[str]:
    """Any segments, not the same on both legs."""
    while True:
        worn = [segment for segment in SEGMENTS if generator.random() < 0.5]
        if any(f"{segment[:-1]}{'l' if segment[-1] == 'r' else 'r'}" not in worn for segment in worn if segment != "pelvis"):
            return worn


def _understated(recording: Recording, generator: np.random.Generator) -> Recording:
    """Now and then without what people do not know or do not write down."""
    mass, height, places = generator.random(3) < NOT_STATED
    usual, subject = Subject(), recording.subject
    assumed = (*(["mass_kg"] if mass else []), *(["height_m"] if height else []))
    subject = replace(
        subject,
        mass_kg=usual.mass_kg if mass else subject.mass_kg,
        height_m=usual.height_m if height else subject.height_m,
        assumed=tuple(dict.fromkeys((*subject.assumed, *assumed))),
    )
    sensors = tuple(replace(sensor, position_m=None) for sensor in recording.sensors) if places else recording.sensors
    return replace(recording, subject=subject, sensors=sensors)


def _store(path: Path, samples: dict[str, Samples]) -> None:
    arrays: dict[str, Any] = {}
    for key, part in samples.items():
        own = part.features
        whole = np.column_stack([own.own, own.other, own.pelvis, own.count])
        arrays[key] = np.column_stack([whole, own.values, part.error]).astype(np.float32)
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.savez(file, **arrays)


def forget(keep: Path) -> None:
    """Remove the errors of finished people, and nothing else that may lie in their folder."""
    if keep.is_dir():
        for path in keep.glob(f"*-{16 * '[0-9a-f]'}.npz"):
            path.unlink()
        if not any(keep.iterdir()):
            keep.rmdir()


def _stored(path: Path, number: int) -> dict[str, Samples]:
    found: dict[str, Samples] = {}
    with np.load(path) as arrays:
        for key in arrays.files:
            table = arrays[key].astype(np.float64)
            whole = table[:, :_WHOLE].astype(np.int_)
            read_features = Features(*whole.T, values=table[:, _WHOLE:-1])
            found[key] = Samples(np.full(len(table), number), table[:, -1], read_features)
    return found
