"""Errors of a method on people of whom the truth is known, with many sets of sensors: what bands are fitted to."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from experiments.calibration.people import Person, with_truth
from kinertia import __version__
from kinertia.estimation.estimate import Estimate
from kinertia.io.files import replacing
from kinertia.recording import LOWER_BODY, Array, Recording, Subject, selection
from kinertia.recording.crop import crop
from kinertia.sensing.alignment import to_segments
from kinertia.solving.mean_cycle import mean_cycle
from kinertia.uncertainty.calibration import GAITS, samples_of
from kinertia.uncertainty.features import NAMES, Features, circumstances, features
from kinertia.uncertainty.fit import Samples
from kinertia.uncertainty.outputs import outputs

SAMPLES = 60
"""Drawn from each stretch and gait: neighbours say the same."""
ALIKE = (
    ("all",),
    ("FST", "FTP", "FSP", "PTS", "FT", "FS", "TS"),
    ("FP", "PT", "PS", "F", "S", "T"),
    ("P",),
)
"""Sets with the same sensors on both legs, by group (:data:`kinertia.uncertainty.half_width.GROUPS`); one of each is drawn."""
NOT_STATED = 0.15
"""Share of stretches in which height or the sensors' places are not stated."""
_WHOLE = 4  # columns of whole numbers in a file of errors, before the features

Method = Callable[[Recording], Estimate]
Errors = dict[str, dict[str, Samples]]
"""Gait to key of an output to its errors."""


@dataclass(frozen=True)
class Plan:
    """What is estimated of each recording."""

    seconds: float  # length of the stretch
    # the sensor sets to draw one of each from, None for segments at random; one stretch for each
    sets: tuple[tuple[str, ...] | None, ...]
    understated: bool = False  # whether height or places are withheld now and then
    cycle: bool = False  # whether the mean stride of the stretch is estimated


MANY_SETS = Plan(6.0, (*ALIKE, None), understated=True)
"""Of a model as it is, which estimates in no time."""


def silent(person: str, recording: str) -> None:
    """Say nothing."""
    del person, recording


def collect(
    people: Iterable[Person], method: Method, plan: Plan, keep: Path, mark: str, show: Callable[[str, str], None] = silent
) -> Errors:
    """Errors of a method on people, in walking and running.

    Parameters
    ----------
    people : who they are; see :func:`experiments.calibration.people.people`.
    method : estimates a recording.
    plan : what is estimated.
    keep : folder for the errors of finished people; what is in it of the same method, version and recordings is not made again.
    mark : of the method.
    show : called with person and recording before the work on it.

    Raises
    ------
    RecordingError : a recording cannot be used or has no truth.
    """
    found: dict[str, dict[str, list[Samples]]] = {gait: {} for gait in GAITS}
    for number, person in enumerate(people):
        for gait, by_key in _of_person(person, number, method, plan, keep, mark, show).items():
            for key, part in by_key.items():
                found[gait].setdefault(key, []).append(part)
    return {gait: {key: join(parts) for key, parts in by_key.items()} for gait, by_key in found.items() if by_key}


def join(parts: list[Samples]) -> Samples:
    """Errors one after the other."""
    return Samples(
        np.concatenate([part.person for part in parts]),
        np.concatenate([part.measured for part in parts]),
        np.concatenate([part.error for part in parts]),
        Features(
            *(np.concatenate([getattr(part.features, name) for part in parts]) for name in ("own", "other", "pelvis", "count")),
            values=np.concatenate([part.features.values for part in parts]),
        ),
    )


def errors(
    estimate: Estimate, recording: Recording, index: np.ndarray, number: int = 0, *, measured: bool = False
) -> Iterator[tuple[str, Samples]]:
    """Errors of each output with truth at some samples of an estimate of ``recording``, as those of one person."""
    truth, given = with_truth(recording).truth, circumstances(estimate, recording)
    assert truth is not None
    for output in outputs(estimate):
        true = output.true(truth, estimate.subject)
        if true is not None:
            error = np.abs(output.of(estimate) - true)[index]
            known = np.isfinite(error)
            yield output.key, _samples(error[known], features(output, given).at(index[known]), number, measured=measured)


def _samples(error: Array, shown: Features, number: int, *, measured: bool) -> Samples:
    return Samples(np.full(len(error), number), np.full(len(error), measured), error, shown)


def _of_person(
    person: Person, number: int, method: Method, plan: Plan, keep: Path, mark: str, show: Callable[[str, str], None]
) -> Errors:
    about = f"{__version__} {mark} {NAMES} {plan} {SAMPLES} {NOT_STATED} {person.mark}"
    path = keep / f"{person.name}-{sha256(about.encode()).hexdigest()[:16]}.npz"
    if path.is_file():
        for name in person.names:
            show(person.name, name)
    else:
        found: dict[str, list[Samples]] = {}
        for name, recording in person.recordings():
            show(person.name, name)
            generator = np.random.default_rng(zlib.crc32(f"{person.name} {name}".encode()))
            for stretch in _variants(recording, plan, generator):
                estimate = method(stretch)
                for gait in GAITS:
                    there = np.flatnonzero(samples_of(estimate, gait))
                    index = np.sort(generator.choice(there, min(SAMPLES, len(there)), replace=False))
                    for key, part in errors(estimate, stretch, index):
                        found.setdefault(f"{gait} {key}", []).append(part)
        _store(path, {key: join(parts) for key, parts in found.items()})
    return _stored(path, number, measured=person.measured)


def _variants(recording: Recording, plan: Plan, generator: np.random.Generator) -> Iterator[Recording]:
    """A stretch of a recording with a set of sensors of each kind."""
    length = min(round(plan.seconds * recording.rate_hz), recording.samples)
    for named in plan.sets:
        start = int(generator.integers(recording.samples - length + 1))
        stretch = recording if recording.periodic else crop(recording, start, start + length)
        worn = (
            selection.keep(stretch, _unlike(generator))
            if named is None
            else selection.choose(stretch, str(generator.choice(named)))
        )
        if plan.cycle and not worn.periodic:
            worn = mean_cycle(replace(to_segments(worn), truth=worn.truth))
        yield _understated(worn, generator) if plan.understated else worn


def _unlike(generator: np.random.Generator) -> list[str]:
    """Any segments, not the same on both legs."""
    while True:
        worn = [segment for segment in LOWER_BODY.segments if generator.random() < 0.5]
        if any(f"{segment[:-1]}{'l' if segment[-1] == 'r' else 'r'}" not in worn for segment in worn if segment != "pelvis"):
            return worn


def _understated(recording: Recording, generator: np.random.Generator) -> Recording:
    """Now and then without what people do not know or do not write down."""
    height, places = generator.random(2) < NOT_STATED
    subject = recording.subject
    if height:
        subject = replace(subject, height_m=Subject().height_m, assumed=tuple(dict.fromkeys((*subject.assumed, "height_m"))))
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


def _stored(path: Path, number: int, *, measured: bool) -> Errors:
    found: Errors = {}
    with np.load(path) as arrays:
        for name in arrays.files:
            gait, key = name.split(" ", 1)
            table = arrays[name].astype(np.float64)
            if len(table):
                shown = Features(*table[:, :_WHOLE].astype(np.int_).T, values=table[:, _WHOLE:-1])
                found.setdefault(gait, {})[key] = _samples(table[:, -1], shown, number, measured=measured)
    return found
