"""Outside gait: how well standing is answered, how much of what is no gait is marked, and how much gait is marked wrongly."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from experiments import exercises, motion_capture, movement
from experiments.protocol import QUIET, Context, Found, Json, cell, table
from kinertia.api.models import runner
from kinertia.estimation import estimator
from kinertia.estimation.estimate import Activity
from kinertia.estimation.estimator import Runner
from kinertia.io.read import read
from kinertia.recording import Array, Recording
from kinertia.sensing import activity
from kinertia.sensing.alignment import to_segments
from kinertia.simulation import person

NEAR_DEG = 5.0
"""An error of a knee up to this is none, whatever its band."""
AT_REST_RAD_S = 0.15
"""Truth stands where no joint moves faster within half a second, knees are nearly straight, and there is no speed."""
STRAIGHT_RAD = np.deg2rad(15.0)
REST_S = 0.5
TIMES = 10
"""How often sensors are strapped on for the measured standing: one person, other errors."""
KNEES = ("knee_angle_r", "knee_angle_l")


def standing(
    people: int = 50,
    seed: int = 1,
    model: str = "default",
    captures: Path | None = None,
    stood: tuple[Path, ...] = (),
    walked: tuple[Path, ...] = (),
    context: Context = QUIET,
) -> Found:
    """Outside gait: how well standing is answered, and how much of what is gait and what is not is told rightly.

    Parameters
    ----------
    people
        So many simulated people stand; a fifth of them squats, jumps, climbs stairs and so on.
    seed
        Draws the people.
    model
        Folder of a model, or `default`.
    captures
        Folder with measured standing, squats and sitting down: static1_ik.mot, squats1_ik.mot, STS1_ik.mot, model.osim.
    stood
        Further recordings with true angles in which somebody stands.
    walked
        Recordings of walking and running, of which nothing should be marked.
    """
    loaded = runner(model)
    found: Json = {"standing": {}, "not_gait": {}, "gait": {}}
    for name, recording in _still(people, seed, captures, stood):
        context.say(name)
        figures = answered(loaded, recording)
        if figures is not None:
            found["standing"][name] = figures
    for name, recording in _other(people, seed, captures):
        context.say(name)
        found["not_gait"][name] = marked(recording)
    for path in walked:
        context.say(path.stem)
        found["gait"][f"{path.parent.name}/{path.stem}"] = marked(read(path))
    still = table("standing", "recordings", "knees, deg", "worst knee, deg", "within 5 deg or band, %", "speed, m/s")
    for kind, count, mean in _by_kind(found["standing"]):
        knees = cell(mean["knee_deg"], 1), cell(mean["knee_deg_worst"], 1), cell(mean["held"], 0, factor=100.0)
        still.add_row(kind or "all", str(count), *knees, cell(mean["speed_m_s"], 3))
    told = table("told to be", "recordings", "gait, %", "standing, %", "something else, %")
    for title in ("not_gait", "gait"):
        for kind, count, mean in _by_kind(found[title], alone=title == "gait"):
            shares = (cell(mean[part], 1, factor=100.0) for part in ("gait", "standing", "other"))
            told.add_row(kind or f"all {title.replace('_', ' ')}", str(count), *shares)
    return Found(found, (still, told))


def answered(runner: Runner, recording: Recording) -> Json | None:
    """Standing of a recording with true angles, answered by a model.

    Returns
    -------
    ``samples`` of standing, by the estimate and by the truth; over them ``knee_deg`` mean and ``knee_deg_worst`` largest
    mean error of the two knees, ``held`` the part of samples at which a knee is within 5 degrees or its band, ``speed_m_s``
    the mean speed. None where the truth never stands.
    """
    truth = recording.truth
    found = estimator.estimate(runner, recording)
    if truth is None or found.activity is None or found.speed is None:
        return None
    at = (found.activity == Activity.STANDING) & at_rest(recording)
    knees = [name for name in KNEES if name in truth.angles]
    if not at.any() or not knees:
        return None
    error = {name: np.degrees(np.abs(found.coordinates[name] - truth.angles[name]))[at] for name in knees}
    band = {name: np.degrees(found.bands.coordinates[name][at]) if found.bands.level else np.zeros(at.sum()) for name in knees}
    means = [float(np.nanmean(values)) for values in error.values()]
    return {
        "samples": int(at.sum()),
        "knee_deg": float(np.mean(means)),
        "knee_deg_worst": max(means),
        "held": float(np.mean([(error[name] <= np.maximum(band[name], NEAR_DEG)).mean() for name in knees])),
        "speed_m_s": float(np.abs(found.speed[at]).mean()),
    }


def at_rest(recording: Recording) -> np.ndarray:
    """(T,) whether the truth stands upright and still."""
    truth = recording.truth
    assert truth is not None
    rates = [np.abs(np.gradient(angle)) * recording.rate_hz for angle in truth.angles.values()]
    moves = np.any([~(rate < AT_REST_RAD_S) for rate in rates], axis=0)
    size = max(round(REST_S * recording.rate_hz), 1)
    calm = np.convolve(moves, np.ones(2 * size + 1), "same") < 0.5
    bent = np.any([np.abs(truth.angles[name]) > STRAIGHT_RAD for name in KNEES if name in truth.angles], axis=0)
    speed = truth.speed_curve
    return calm & ~bent if speed is None else calm & ~bent & (np.abs(speed) < 0.05)


def marked(recording: Recording) -> Json:
    """Parts of a recording by what it is told to be: ``gait``, ``standing`` and ``other``."""
    does = activity.classify(to_segments(recording))
    gait = (does == Activity.WALKING) | (does == Activity.RUNNING)
    return {
        "samples": len(does),
        "gait": float(gait.mean()),
        "standing": float((does == Activity.STANDING).mean()),
        "other": float((does == Activity.OTHER).mean()),
    }


def _still(people: int, seed: int, captures: Path | None, stood: tuple[Path, ...]) -> Iterator[tuple[str, Recording]]:
    for number in range(1, 1 + (TIMES if captures is not None else 0)):
        assert captures is not None
        yield f"static1 {number}", _captured(captures, "static1", seed + number)
    for path in stood:
        yield f"{path.parent.name}/{path.stem}", read(path)
    for number in range(1, people + 1):
        yield f"stand {number}", exercises.record(person.draw(seed, number), "stand")


def _other(people: int, seed: int, captures: Path | None) -> Iterator[tuple[str, Recording]]:
    if captures is not None:
        for name in ("static1", "squats1", "STS1"):
            yield name, _captured(captures, name, seed)
    for number in range(1, people // 5 + 1):
        for name in exercises.EXERCISES:
            yield f"{name} {number}", exercises.record(person.draw(seed, number), name)


def _captured(folder: Path, name: str, seed: int) -> Recording:
    capture = motion_capture.read_motion(folder / f"{name}_ik.mot", knee_flexion="positive")
    q: Array = movement.of_capture(capture)
    return movement.record(movement.wearer(capture, seed), q, capture.rate_hz, name)


def _by_kind(rows: Json, *, alone: bool = False) -> Iterator[tuple[str, int, Json]]:
    """Kind, number of recordings and means; last of all together, which have no name, or of these ``alone``."""
    kinds = () if alone else dict.fromkeys(key.rpartition(" ")[0] or key for key in rows)
    for kind in (*kinds, ""):
        if chosen := of_kind(rows, kind):
            yield kind, len(chosen), means(chosen)


def of_kind(rows: Json, kind: str) -> Json:
    """The rows of one kind: its name alone, or with a number behind it; all for an empty one."""
    return {key: row for key, row in rows.items() if not kind or key == kind or key.rpartition(" ")[0] == kind}


def means(rows: Json) -> Json:
    """Mean of each figure over recordings; of the worst knee the largest."""
    names = next(iter(rows.values())).keys() if rows else ()
    return {
        name: float((np.max if name.endswith("worst") else np.mean)([row[name] for row in rows.values()])) for name in names
    }
