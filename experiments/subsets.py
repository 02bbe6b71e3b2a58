"""Sensor subsets: the same people, predicted from every choice of sensors."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache, partial
from itertools import combinations
from pathlib import Path
from typing import Any

import msgspec

from experiments import subsets_plot
from experiments.protocol import QUIET, Context, Found, Json, cell, sizes, table
from kinertia.cluster.workers import Workers, each
from kinertia.recording import LOWER_BODY, sensor_set
from kinertia.supervised import regimes, study
from kinertia.supervised.config import (
    AdaptationConfig,
    FitConfig,
    InputConfig,
    NetworkConfig,
    TrainingConfig,
)
from kinertia.supervised.examples import Examples
from kinertia.supervised.regimes import Regime
from kinertia.train import people
from kinertia.train.people import Person

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


def choices(sizes: Iterable[int] = range(1, 8)) -> list[str]:
    """Names of all choices of sensors of some sizes, see :func:`kinertia.recording.sensor_set.by_initials`."""
    return [name_of(chosen) for size in sizes for chosen in combinations(LOWER_BODY.segments, size)]


def name_of(segments: Sequence[str]) -> str:
    """Name of a set of sensors: initials, with r or l behind for one side."""
    parts = []
    for segment in segments:
        kind, _, side = segment.partition("_")
        parts.append(INITIALS[kind] + side)
    return "".join(parts)


def subsets(
    data: Path,
    plot: Path | None = None,
    regime: Regime = "general",
    sets: str = "",
    sizes: str = "1,2,3,4,5,6,7",
    people: int | None = None,
    only: tuple[str, ...] = (),
    jobs: int = 1,
    context: Context = QUIET,
) -> Found:
    """Which sensors matter for which joint: fit and test with every choice of them; goes on where it was interrupted.

    Parameters
    ----------
    data
        Folder with one folder of recordings with truth per person, as `kinertia simulate` writes it.
    plot
        File for a picture (.svg): errors over the number of sensors, and what each sensor is worth.
    regime
        Whose labels are learned from, as in `kinertia fit`.
    sets
        Sensor sets, with commas between them: initials of P pelvis, T thighs, S shanks, F feet, each with r or l
        behind it for one side, such as TrFr; all choices of the sizes without any.
    sizes
        Numbers of sensors, with commas between them.
    people
        The first so many people; all without.
    only
        Names of recordings, such as walk_1; all without any.
    jobs
        Processes.
    """
    names = [name for name in sets.split(",") if name] or choices(_numbers(sizes))
    found = compare(data, regime, names, most=people, only=only, jobs=jobs, context=context)
    shown = table("sensors", "best for hip", "knee", "ankle", title=f"{regime}: best subset of each size, RMSD [deg]")
    for size, best in found["best"].items():
        cells = ("-" if (name := best.get(joint)) is None else _best(found, name, joint) for joint in JOINTS)
        shown.add_row(size, *cells)
    lines = []
    for joint, gains in found["importance"].items():
        if gains:
            said = ", ".join(f"{name} {gains[name]:+.2f}" for name in sorted(gains, key=gains.__getitem__, reverse=True))
            lines.append(f"{joint}: {said} deg less with it")
    for joint, right in found["published"].items():
        if right is not None:
            lines.append(f"{joint}: {PUBLISHED} {'is' if right else 'is not'} the best pair")
    if plot is not None:
        lines.append(f"plot: {subsets_plot.write(plot, found)}")
    return Found(found, (shown, *lines))


def _best(found: Json, name: str, joint: str) -> str:
    return f"{name} {cell(found['rows'][name]['figures'][f'angle_rmsd_deg.{joint}']['mean'])}"


def _numbers(text: str) -> list[int]:
    try:
        found = [int(part) for part in text.split(",") if part]
    except ValueError as error:
        raise ValueError(f"--sizes {text}: give whole numbers with commas between them") from error
    if not found or not all(1 <= size <= 7 for size in found):
        raise ValueError(f"--sizes {text}: give numbers from 1 to 7")
    return found


def compare(
    folder: Path,
    regime: Regime,
    names: Sequence[str],
    config: FitConfig = SMALL,
    most: int | None = None,
    only: tuple[str, ...] = (),
    jobs: int = 1,
    context: Context = QUIET,
) -> Json:
    """Fit and test with every subset: a third of the people is tested, or everybody on their own last part (individual).

    Parameters
    ----------
    folder : of people with truth, see :func:`kinertia.train.people.find`.
    regime : whose labels are learned from.
    names : of the subsets.
    config : of every training.
    most, only : the first so many people, names of recordings.
    jobs : processes.
    context : keeps finished rows and shows them.

    Returns
    -------
    ``rows`` (subset to ``figures``: mean and standard deviation over people, ``sensors``, ``seconds``), ``best`` (number of
    sensors to joint to the best subset), ``importance`` (joint to segment to by how much the error falls when its sensor is
    added, on average over subsets), ``published`` (per joint, whether thigh and foot are the best pair on both legs) and
    ``conditions``.

    Raises
    ------
    ValueError
        If a subset is unknown, there are too few people.
    RecordingError
        If a recording cannot be used.
    """
    for name in names:
        sensor_set.by_initials(name)
    files = people.find(folder, only, most)
    parts(tuple(name for name, _ in files), regime)
    settings = msgspec.json.encode(config)
    kept = context.rows(regime, settings, sizes(path for _, paths in files for path in paths))
    job = str(folder), regime, settings, most, only
    left = [name for name in names if name not in kept.made]
    for name, made in zip(left, each(partial(_row, job), left, Workers(jobs)), strict=True):
        kept.add(name, made)
        context.say(f"{name}: {made['figures']['angle_rmsd_deg']['mean']:.2f} deg, {made['seconds']:.0f} s")
    found = {name: kept.made[name] for name in names}
    seconds = sum(row["seconds"] for row in found.values())
    return summarise(found) | {"conditions": {"regime": regime, "people": len(files), "seconds": seconds}}


def parts(names: tuple[str, ...], regime: Regime) -> people.Split:
    """Who is learned from and who is tested.

    Raises
    ------
    ValueError
        If there are too few people.
    """
    if regime == "individual":
        return people.Split((), (), names)
    return people.folds(names, 3)[0] if len(names) > 3 else people.folds(names)[0]


def _row(job: tuple[Any, ...], name: str) -> Json:
    return row(name, *job)


def row(name: str, folder: str, regime: Regime, settings: bytes, most: int | None, only: tuple[str, ...]) -> Json:
    """One subset; see :func:`compare`."""
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
        figures[person] = study.of_person(regimes.score(fitted, loaded[person], regimes.LAST))
    return {
        "sensors": list(sensor_set.by_initials(name).segments),
        "figures": study.over_people(figures),
        "seconds": time.perf_counter() - start,
    }


@cache
def _read(
    folder: str, settings: bytes, most: int | None, only: tuple[str, ...]
) -> tuple[dict[str, Person], dict[str, Examples | None]]:
    """Everybody's recordings and examples with all sensors, once per process."""
    config = msgspec.json.decode(settings, type=FitConfig)
    loaded = {each[0]: people.load(each) for each in people.find(Path(folder), only, most)}
    return loaded, {name: regimes.examples(person, config) for name, person in loaded.items()}


def summarise(rows: dict[str, Json]) -> Json:
    """Tables from finished rows; see :func:`compare`."""
    errors = {
        joint: {
            frozenset(row["sensors"]): row["figures"][figure]["mean"]
            for row in rows.values()
            if (figure := f"angle_rmsd_deg.{joint}") in row["figures"]
        }
        for joint in JOINTS
    }
    named = {frozenset(row["sensors"]): name for name, row in rows.items()}
    best = {
        str(size): {
            joint: named[min(of_size, key=of_size.__getitem__)]
            for joint, known in errors.items()
            if (of_size := {chosen: error for chosen, error in known.items() if len(chosen) == size})
        }
        for size in sorted({len(row["sensors"]) for row in rows.values()})
    }
    importance = {
        joint: {segment: value for segment in LOWER_BODY.segments if (value := _gain(known, segment)) is not None}
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
