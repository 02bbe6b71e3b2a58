"""Benchmark of sensor subsets: the same people, predicted from every choice of sensors."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace
from functools import cache
from hashlib import sha256
from itertools import combinations
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import msgspec
import torch

from experiments import results
from kinertia import __version__
from kinertia.recording import SEGMENTS, sensor_set
from kinertia.supervised import people, regimes, split, tables
from kinertia.supervised.config import (
    AdaptationConfig,
    FitConfig,
    InputConfig,
    NetworkConfig,
    TrainingConfig,
)
from kinertia.supervised.examples import Examples
from kinertia.supervised.people import Person
from kinertia.supervised.regimes import Regime

Json = dict[str, Any]
SMALL = FitConfig(
    inputs=InputConfig(most_windows=16),
    network=NetworkConfig(cell="cnn", channels=(24, 16), dropout=0.0, skip=True),
    training=TrainingConfig(epochs=20, patience=4, batch=32, learning_rate=3e-3),
    adaptation=AdaptationConfig(stride=25),
)
"""A network that is fitted in seconds."""
INITIALS = {"pelvis": "P", "femur": "T", "tibia": "S", "foot": "F"}
PUBLISHED = "femur + calcaneus"
"""Best for most cases in the published comparison, for the leg that they are on."""
JOINTS = ("hip_flexion", "knee_angle", "ankle_angle")


def subsets(sizes: Iterable[int] = range(1, 8)) -> list[str]:
    """Names of all choices of sensors of some sizes, see :func:`kinertia.recording.sensor_set.by_initials`."""
    return [name_of(chosen) for size in sizes for chosen in combinations(SEGMENTS, size)]


def name_of(segments: Sequence[str]) -> str:
    """Name of a set of sensors: initials, with r or l behind for one side."""
    parts = []
    for segment in segments:
        kind, _, side = segment.partition("_")
        parts.append(INITIALS[kind] + side)
    return "".join(parts)


def run(
    folder: Path,
    regime: Regime,
    names: Sequence[str],
    config: FitConfig = SMALL,
    most: int | None = None,
    only: tuple[str, ...] = (),
    keep: Path | None = None,
    jobs: int = 1,
    show: Callable[[str], None] | None = None,
) -> Json:
    """Fit and test with every subset: a third of the people is tested, or everybody on their own last part (individual).

    Parameters
    ----------
    folder : of people with truth, see :func:`kinertia.supervised.people.find`.
    regime : whose labels are learned from.
    names : of the subsets.
    config : of every training.
    most, only : the first so many people, names of recordings.
    keep : file for finished rows; rows in it of the same data, settings and version are not made again.
    jobs : processes.
    show : called with every finished row.

    Returns
    -------
    ``rows`` (subset to ``figures``: mean and standard deviation over people, ``sensors``, ``seconds``), ``best`` (number of
    sensors to joint to the best subset), ``importance`` (joint to segment to by how much the error falls when its sensor is
    added, on average over subsets), ``published`` (per joint, whether thigh and foot are the best pair on both legs) and
    ``conditions``.

    Raises
    ------
    ValueError
        If a subset is unknown, there are too few people, or ``keep`` is not a file of this command.
    RecordingError
        If a recording cannot be used.
    """
    for name in names:
        sensor_set.by_initials(name)
    files = people.find(folder, only, most)
    parts(tuple(name for name, _ in files), regime)
    mark = _mark(files, regime, config)
    rows = _kept(keep, mark)
    job = str(folder), regime, msgspec.json.encode(config), most, only
    for name, row in _made([name for name in names if name not in rows], job, jobs):
        rows[name] = row
        if keep is not None:
            results.write(keep, {"mark": mark, "rows": rows})
        if show is not None:
            angle = row["figures"]["angle_rmsd_deg"]["mean"]
            show(f"{name}: {angle:.2f} deg, {row['seconds']:.0f} s")
    found = {name: rows[name] for name in names}
    seconds = sum(row["seconds"] for row in found.values())
    return summarise(found) | {"conditions": {"regime": regime, "people": len(files), "seconds": seconds}}


def parts(names: tuple[str, ...], regime: Regime) -> split.Split:
    """Who is learned from and who is tested.

    Raises
    ------
    ValueError
        If there are too few people.
    """
    if regime == "individual":
        return split.Split((), (), names)
    return split.folds(names, 3)[0] if len(names) > 3 else split.folds(names)[0]


def _made(names: Sequence[str], job: tuple[Any, ...], jobs: int) -> Iterator[tuple[str, Json]]:
    if jobs <= 1:
        for name in names:
            yield name, row(name, *job)
        return
    with ProcessPoolExecutor(min(jobs, max(len(names), 1)), get_context("spawn"), _alone) as pool:
        running = {pool.submit(row, name, *job): name for name in names}
        try:
            for future in as_completed(running):
                yield running[future], future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _alone() -> None:
    """In each process, once: as many threads as processes is slower."""
    torch.set_num_threads(1)


def row(name: str, folder: str, regime: Regime, settings: bytes, most: int | None, only: tuple[str, ...]) -> Json:
    """One subset; see :func:`run`."""
    config = msgspec.json.decode(settings, type=FitConfig)
    own = replace(config, inputs=replace(config.inputs, sensors=name))
    loaded, data = _read(folder, settings, most, only)
    start = time.perf_counter()
    chosen = parts(tuple(loaded), regime)
    general = None if regime == "individual" else regimes.fit_general(data, chosen, own)
    figures = {}
    for person in chosen.test:
        if general is None:
            fitted = regimes.fit_individual(loaded[person], own)
        else:
            fitted = general if regime == "general" else regimes.fit_adaptive(general, loaded[person], 0.2)
        figures[person] = tables.of_person(regimes.score(fitted, loaded[person], regimes.LAST))
    return {
        "sensors": list(sensor_set.by_initials(name).segments),
        "figures": tables.over_people(figures),
        "seconds": time.perf_counter() - start,
    }


@cache
def _read(
    folder: str, settings: bytes, most: int | None, only: tuple[str, ...]
) -> tuple[dict[str, Person], dict[str, Examples | None]]:
    """Everybody's recordings and examples with all sensors, once per process."""
    config = msgspec.json.decode(settings, type=FitConfig)
    loaded = {each[0]: people.load(each) for each in people.find(Path(folder), only, most)}
    return loaded, {name: people.examples(person, config) for name, person in loaded.items()}


def summarise(rows: dict[str, Json]) -> Json:
    """Tables from finished rows; see :func:`run`."""
    errors = {
        joint: {
            frozenset(row["sensors"]): row["figures"][figure]["mean"]
            for row in rows.values()
            if (figure := f"angle_rmsd_deg.{joint}") in row["figures"]
        }
        for joint in JOINTS
    }
    sizes = sorted({len(row["sensors"]) for row in rows.values()})
    best = {
        str(size): {
            joint: name_of([s for s in SEGMENTS if s in min(of_size, key=of_size.__getitem__)])
            for joint, known in errors.items()
            if (of_size := {chosen: error for chosen, error in known.items() if len(chosen) == size})
        }
        for size in sizes
    }
    importance = {
        joint: {segment: value for segment in SEGMENTS if (value := _gain(known, segment)) is not None}
        for joint, known in errors.items()
    }
    published = {joint: _is_best_pair(known, ("femur", "foot")) for joint, known in errors.items()}
    return {"rows": rows, "best": best, "importance": importance, "published": published}


def _gain(known: dict[frozenset[str], float], segment: str) -> float | None:
    """Mean over subsets of how much the error falls when the segment's sensor is added."""
    gains = [
        known[chosen - {segment}] - error
        for chosen, error in known.items()
        if segment in chosen and chosen - {segment} in known
    ]
    return sum(gains) / len(gains) if gains else None


def _is_best_pair(known: dict[frozenset[str], float], kinds: tuple[str, str]) -> bool | None:
    """Whether two kinds of segment, on both legs, are better than other two kinds on both; None where that was not tried."""
    found = {}
    for pair in combinations(("femur", "tibia", "foot"), 2):
        chosen = frozenset(f"{kind}_{side}" for kind in pair for side in "rl")
        if chosen in known:
            found[pair] = known[chosen]
    return min(found, key=found.__getitem__) == kinds if len(found) > 1 and kinds in found else None


def _mark(files: list[tuple[str, list[Path]]], regime: Regime, config: FitConfig) -> str:
    found = sha256(__version__.encode() + regime.encode() + msgspec.json.encode(config))
    for name, paths in files:
        found.update(repr((name, [(path.name, path.stat().st_size) for path in paths])).encode())
    return found.hexdigest()[:16]


def _kept(path: Path | None, mark: str) -> dict[str, Json]:
    if path is None or not path.exists():
        return {}
    try:
        content = json.loads(path.read_text())
        return content["rows"] if content["mark"] == mark else {}
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path}: not the finished rows of this benchmark; delete it or choose another file") from error
