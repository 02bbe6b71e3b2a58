"""Simulated people: exact truth of angles, moments, ground reaction and speed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from experiments import muscles_simulated, results
from experiments import people as simulated_people
from experiments.methods import Method, MethodName
from experiments.options import AS_USUAL, Shared
from experiments.protocol import QUIET, Context, Found, Json
from experiments.scores import render_means
from kinertia.io import folder as folders
from kinertia.io.read import read
from kinertia.metrics.scoring import baselines
from kinertia.recording import Recording, Truth
from kinertia.recording.errors import RecordingError

PEOPLE = 20
MOVING_M_S = 0.5
ON_GROUND_BW = 0.02
BLOCK_S = 2.0
"""Longer than a stride, so that a running block has both feet off the ground at some time."""
FEW = 0.1


def simulated(
    method: MethodName = "pretrained",
    people: int | None = None,
    data: Path | None = None,
    only: tuple[str, ...] = (),
    jobs: int = 2,
    learning: Shared = AS_USUAL,
    context: Context = QUIET,
) -> Found:
    """Score a method on simulated people that no shipped model was trained on, against the exact truth.

    Parameters
    ----------
    method
        What estimates; learned methods are trained on each person's recordings, without labels.
    people
        Number of people; default 20, or all in the folder given with --data.
    data
        Folder of simulated people that `kinertia simulate` wrote; default the benchmark's own, which are
        made once, which takes about two minutes a person and process, and kept in the user's cache.
    only
        Names of the recordings to score, for example walk_2 run_2; default all.
    jobs
        Processes that make the benchmark's own people.
    learning
        How learned methods are trained, and from which model.
    """
    folder, count = data, people
    if folder is None:
        count = people or PEOPLE
        folder = simulated_people.make(simulated_people.cache(), count, only, jobs, context)
    found = score(folder, learning.method(method, context), method, count, only, context)
    return Found(found, (render_means(found), *muscles_simulated.render(found["muscles"])))


def score(
    folder: Path,
    method: Method,
    name: str,
    people: int | None = None,
    only: tuple[str, ...] = (),
    context: Context = QUIET,
) -> Json:
    """Estimate and score the recordings of simulated people, one person at a time; ``people``: the first so many.

    Returns
    -------
    As :func:`experiments.results.collect`, and ``gaits``: ``walking``, ``running`` and ``mixed``, where the truth tells them
    apart, to ``trials`` (their number) and the same means; and ``muscles`` of people who have them.

    Raises
    ------
    RecordingError : a file cannot be used or has no truth, or there are no people.
    """
    trials: dict[str, Json] = {}
    gaits: dict[str, dict[str, Json]] = {}
    warnings: list[str] = []
    muscles: list[Json] = []
    seconds = 0.0
    for person, recordings in _people(folder, people, only):
        context.say(person)
        estimates, taken = results.estimated(recordings, method, name)
        seconds += taken
        for recording, estimate in zip(recordings, estimates, strict=True):
            trials[recording.name], notes = results.score_trial(recording, estimate, *baselines(recording))
            gaits.setdefault(gait(recording), {})[recording.name] = trials[recording.name]
            warnings.extend(notes)
            muscles += [driven] if (driven := muscles_simulated.score(estimate, recording)) else []
    found = results.assemble(name, trials, seconds, "simulated recordings", warnings)
    by_gait = {key: {"trials": len(some), **results.means(some)} for key, some in sorted(gaits.items()) if key}
    return found | {"gaits": by_gait, "muscles": muscles_simulated.means(muscles)}


def gait(recording: Recording) -> str:
    """``walking``, ``running`` (both feet off the ground in each stride) or ``mixed``; empty where the truth has no contact."""
    truth = recording.truth
    aloft = None if truth is None else _aloft(truth)
    if truth is None or aloft is None:
        return ""
    block = max(int(BLOCK_S * recording.rate_hz), 1)
    count = max(len(aloft) // block, 1)
    speed = np.full(len(aloft), np.inf) if truth.speed_curve is None else truth.speed_curve
    moving = [k for k in range(count) if np.median(speed[k * block : (k + 1) * block]) > MOVING_M_S]
    runs = [bool(aloft[k * block : (k + 1) * block].any()) for k in moving]
    share = float(np.mean(runs)) if runs else 0.0
    return "walking" if share < FEW else "running" if share > 1.0 - FEW else "mixed"


def _aloft(truth: Truth) -> np.ndarray | None:
    """(T,) whether both feet are off the ground."""
    if {"r", "l"} <= truth.contact.keys():
        return (truth.contact["r"] == 0) & (truth.contact["l"] == 0)
    if {"grf_y_r", "grf_y_l"} <= truth.grf.keys():
        return (truth.grf["grf_y_r"] < ON_GROUND_BW) & (truth.grf["grf_y_l"] < ON_GROUND_BW)
    return None


def _people(folder: Path, people: int | None, only: tuple[str, ...]) -> Iterator[tuple[str, list[Recording]]]:
    """Each person's recordings, named PERSON_RECORDING."""
    files: dict[Path, list[Path]] = {}
    for path in folders.recordings(folder):
        if not only or path.stem in only:
            files.setdefault(path.parent, []).append(path)
    if not files:
        raise RecordingError(
            f"holds none of {', '.join(only)}", file=str(folder), fix="give names of recordings that are there"
        )
    for home in sorted(files)[:people]:
        # names start with the person, up to the first underscore
        person = home.name.replace("_", "-")
        yield person, [_named(read(path), person, path) for path in files[home]]


def _named(recording: Recording, person: str, path: Path) -> Recording:
    if recording.truth is None:
        raise RecordingError("has no truth to score against", file=str(path), fix="give a folder that kinertia simulate wrote")
    own = recording.name
    return recording if own.startswith(f"{person}_") else replace(recording, name=f"{person}_{own}")
