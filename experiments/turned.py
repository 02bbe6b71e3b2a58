"""A method on sensors that were turned at random, put right by placement, against the same sensors unturned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from experiments import methods, results
from experiments.methods import Method, MethodName
from experiments.options import AS_USUAL, Shared
from experiments.place_faults import rotation
from experiments.protocol import QUIET, Context, Found, Json, cell, table
from kinertia.io.cycles import read_folder
from kinertia.placement.correction import correct
from kinertia.placement.inference import place
from kinertia.placement.session import combine
from kinertia.recording import LOWER_BODY, Frame, Recording


@dataclass(frozen=True)
class Plan:
    """How sensors are turned.

    Attributes
    ----------
    degrees : angle of each sensor's rotation, about an axis of any direction.
    seeds : each draws a rotation per sensor, the same for all recordings: they are worn once.
    stated : whether the turned signals are still said to be in segment axes; else their axes are said to be unknown.
    untreated : whether to score the turned signals without placement too.
    """

    degrees: float = 20.0
    seeds: tuple[int, ...] = (1, 2, 3, 4, 5)
    stated: bool = True
    untreated: bool = False


def turned(
    data: Path,
    method: MethodName = "pretrained",
    degrees: float = 20.0,
    seeds: tuple[int, ...] = (1, 2, 3, 4, 5),
    unknown_axes: bool = False,
    untreated: bool = False,
    learning: Shared = AS_USUAL,
    context: Context = QUIET,
) -> Found:
    """Turn every sensor at random, put the recordings right with placement, and score a method against the unturned ones.

    Recordings that state the same person and sensor places are one session: turned alike, and placed together.

    Parameters
    ----------
    data
        Folder of CSV + JSON pairs, one per averaged gait cycle with references (see docs/formats.md).
    method
        What estimates.
    degrees
        Angle by which each sensor is turned, about an axis of any direction.
    seeds
        Each draws other axes.
    unknown_axes
        Say that the axes of the turned sensors are unknown, instead of leaving them said to be the segments'.
    untreated
        Score the turned recordings without placement too.
    learning
        How learned methods are trained, and from which model.
    """
    plan = Plan(degrees, seeds, stated=not unknown_axes, untreated=untreated)
    found = compare(data, learning.method(method, context), method, plan, context)
    parts = ["placed", *(["untreated"] if untreated else [])]
    shown = table(f"{method}, angle RMSD [deg]", *(name for part in parts for name in (part, f"{part}, synced")))
    shown.add_row("unturned", *_cells(found["unturned"]), *[""] * (2 * len(parts) - 2))
    for seed in found["placed"]:
        shown.add_row(f"seed {seed}", *(cell for part in parts for cell in _cells(found[part][seed])))
    mean, most = found["worse_deg_mean"], found["worse_deg_most"]
    return Found(found, (shown, f"turned by {degrees:g} deg and placed: {mean:+.2f} deg on average, {most:+.2f} at most"))


def compare(folder: Path, method: Method, name: str, plan: Plan, context: Context = QUIET) -> Json:
    """Score a method on averaged cycles as they are, and on turned ones after placement.

    Returns
    -------
    ``unturned``, ``placed`` and, where asked for, ``untreated`` (seed to): ``mean`` and ``mean_synced`` as of
    :func:`experiments.results.collect`. ``worse_deg`` : seed to what the mean RMSD of joint angles is more after turning
    and placement than without; ``worse_deg_mean``, ``worse_deg_most`` over seeds.

    Raises
    ------
    RecordingError : a file cannot be used, or the method cannot use it.
    """
    recordings = read_folder(folder)
    context.say("unturned")
    found: Json = {"method": name, "degrees": plan.degrees, "unturned": _means(recordings, method, name), "placed": {}}
    if plan.untreated:
        found["untreated"] = {}
    for seed in plan.seeds:
        worn = turn(recordings, plan, seed)
        if plan.untreated:
            context.say(f"seed {seed}, untreated")
            found["untreated"][str(seed)] = _means(worn, method, name)
        context.say(f"seed {seed}, placed")
        found["placed"][str(seed)] = _means(put_right(worn), method, name)
    base = _angle(found["unturned"])
    worse = {seed: _angle(figures) - base for seed, figures in found["placed"].items()}
    return found | {
        "worse_deg": worse,
        "worse_deg_mean": float(np.mean(list(worse.values()))),
        "worse_deg_most": max(worse.values()),
    }


def turn(recordings: Sequence[Recording], plan: Plan, seed: int) -> list[Recording]:
    """The recordings with every sensor turned; what was said of its axes holds no more."""
    generator = np.random.default_rng(seed)
    angle = np.deg2rad(plan.degrees)
    turns = {segment: rotation(generator, angle, angle) for segment in LOWER_BODY.segments}
    found = []
    for recording in recordings:
        each = np.stack([turns.get(sensor.segment, np.eye(3)) for sensor in recording.sensors])
        found.append(
            replace(
                recording,
                frame=Frame.SEGMENT if plan.stated else Frame.SENSOR,
                sensors=tuple(replace(sensor, misalignment_rad=None) for sensor in recording.sensors),
                acc=np.einsum("kij,tkj->tki", each, recording.acc),
                gyro=np.einsum("kij,tkj->tki", each, recording.gyro),
                acc_var=None,
                gyro_var=None,
            )
        )
    return found


def put_right(recordings: Sequence[Recording]) -> list[Recording]:
    """The recordings as ``kinertia place --apply`` writes them, those of one wearer placed together as with ``--session``."""
    right: dict[int, Recording] = {}
    for session in methods.sessions(recordings):
        worn = [recordings[index] for index in session]
        found = [place(recording.without_truth()) for recording in worn]
        if len(worn) > 1:
            found = combine(worn, found).placements
        right |= {index: correct(recordings[index], one) for index, one in zip(session, found, strict=True)}
    return [right[index] for index in range(len(recordings))]


def _means(recordings: list[Recording], method: Method, name: str) -> Json:
    found = results.score(recordings, method, name).results
    return {key: found[key] for key in ("mean", "mean_synced")}


def _angle(figures: Json) -> float:
    return float(figures["mean"]["angle_rmsd_deg"])


def _cells(figures: Json) -> list[str]:
    return [cell(figures[key]["angle_rmsd_deg"]) for key in ("mean", "mean_synced")]
