"""Errors of a method on people of whom the truth is known, with many sets of sensors: what bands are fitted to."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from experiments.calibration.fit import Samples
from experiments.calibration.people import Person, with_truth
from kinertia import __version__
from kinertia.estimation.estimate import Estimate
from kinertia.io.files import replacing
from kinertia.recording import LOWER_BODY, Recording, Subject, selection
from kinertia.recording.selection import crop
from kinertia.sensing.alignment import to_segments
from kinertia.solving.mean_cycle import mean_cycle
from kinertia.uncertainty.calibration import GAITS, samples_of
from kinertia.uncertainty.features import NAMES, Features, circumstances, features
from kinertia.uncertainty.outputs import outputs

SAMPLES = 60
"""Drawn from each stretch and gait: neighbours say the same."""
ALIKE = (("all",), ("FST", "FTP", "FSP", "PTS", "FT", "FS", "TS"), ("FP", "PT", "PS", "F", "S", "T"), ("P",))
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
    found: dict[str, dict[str, list[tuple[np.ndarray, Person, int]]]] = {}
    for number, person in enumerate(people):
        for name, table in _of_person(person, method, plan, keep, mark, show).items():
            gait, key = name.split(" ", 1)
            if len(table):
                found.setdefault(gait, {}).setdefault(key, []).append((table, person, number))
    return {gait: {key: _samples(parts) for key, parts in found[gait].items()} for gait in GAITS if gait in found}


def _samples(parts: list[tuple[np.ndarray, Person, int]]) -> Samples:
    """Tables of people, numbered, one after the other."""
    table = np.concatenate([table for table, _, _ in parts]).astype(np.float64)
    person, measured = (
        np.repeat(values, [len(table) for table, _, _ in parts])
        for values in ([number for _, _, number in parts], [person.measured for _, person, _ in parts])
    )
    whole = table[:, :_WHOLE].astype(np.int_)
    return Samples(person, measured, table[:, -1], Features(*whole.T, values=table[:, _WHOLE:-1]))


def errors(estimate: Estimate, recording: Recording, index: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """Key of each output with truth, and a table of some samples of an estimate: features, and last the size of the error."""
    truth, given = with_truth(recording).truth, circumstances(estimate, recording)
    assert truth is not None
    for output in outputs(estimate):
        true = output.true(truth, estimate.subject)
        if true is not None:
            error = np.abs(output.of(estimate) - true)[index]
            known = np.isfinite(error)
            own = features(output, given).at(index[known])
            columns = own.own, own.other, own.pelvis, own.count, own.values, error[known]
            yield output.key, np.column_stack(columns).astype(np.float32)


def _of_person(
    person: Person, method: Method, plan: Plan, keep: Path, mark: str, show: Callable[[str, str], None]
) -> dict[str, np.ndarray]:
    """Gait and key of an output to the table of its errors, from the file of the person where there is one."""
    about = f"{__version__} {mark} {NAMES} {plan} {SAMPLES} {NOT_STATED} {person.mark}"
    path = keep / f"{person.name}-{sha256(about.encode()).hexdigest()[:16]}.npz"
    if path.is_file():
        for name in person.names:
            show(person.name, name)
        with np.load(path) as arrays:
            return dict(arrays)
    found: dict[str, list[np.ndarray]] = {}
    for name, recording in person.recordings():
        show(person.name, name)
        generator = np.random.default_rng(zlib.crc32(f"{person.name} {name}".encode()))
        for stretch in _variants(recording, plan, generator):
            estimate = method(stretch)
            for gait in GAITS:
                there = np.flatnonzero(samples_of(estimate, gait))
                index = np.sort(generator.choice(there, min(SAMPLES, len(there)), replace=False))
                for key, table in errors(estimate, stretch, index):
                    found.setdefault(f"{gait} {key}", []).append(table)
    tables: dict[str, Any] = {key: np.concatenate(parts) for key, parts in found.items()}
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.savez(file, **tables)
    return tables


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


def forget(keep: Path) -> None:
    """Remove the errors of finished people, and nothing else that may lie in their folder."""
    if keep.is_dir():
        for path in keep.glob(f"*-{16 * '[0-9a-f]'}.npz"):
            path.unlink()
        if not any(keep.iterdir()):
            keep.rmdir()
