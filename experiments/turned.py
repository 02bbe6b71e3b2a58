"""Benchmark of a method on sensors that were turned at random, put right by placement, against the same sensors unturned."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from experiments import cycles as scoring
from experiments.place_faults import rotation
from kinertia.estimation.estimate import Estimate
from kinertia.io import cycles
from kinertia.placement.correction import correct
from kinertia.placement.inference import place
from kinertia.placement.session import combine
from kinertia.recording import SEGMENTS, Frame, Recording
from kinertia.recording.wearer import wearer_of

Json = dict[str, Any]
Method = Callable[[list[Recording]], list[Estimate]]


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


def run(folder: Path, method: Method, name: str, plan: Plan, show: Callable[[str], None]) -> Json:
    """Score a method on averaged cycles as they are, and on turned ones after placement.

    Parameters
    ----------
    folder : CSV + JSON pairs with references, signals in segment frames.
    method : called with all recordings, stripped of truth.
    name : name of the method.
    plan : how sensors are turned.
    show : called with what is worked on.

    Returns
    -------
    ``unturned``, ``placed`` and, where asked for, ``untreated`` (seed to): ``mean`` and ``mean_synced`` as of
    :func:`experiments.results.collect`. ``worse_deg`` : seed to what the mean RMSD of joint angles is more after turning
    and placement than without; ``worse_deg_mean``, ``worse_deg_most`` over seeds.

    Raises
    ------
    RecordingError : a file cannot be used, or the method cannot use it.
    """
    recordings = cycles.read_folder(folder)
    show("unturned")
    found: Json = {"method": name, "degrees": plan.degrees, "unturned": _means(recordings, method, name), "placed": {}}
    if plan.untreated:
        found["untreated"] = {}
    for seed in plan.seeds:
        turned = turn(recordings, plan, seed)
        if plan.untreated:
            show(f"seed {seed}, untreated")
            found["untreated"][str(seed)] = _means(turned, method, name)
        show(f"seed {seed}, placed")
        found["placed"][str(seed)] = _means(put_right(turned), method, name)
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
    turns = {segment: rotation(generator, angle, angle) for segment in SEGMENTS}
    turned = []
    for recording in recordings:
        each = np.stack([turns.get(sensor.segment, np.eye(3)) for sensor in recording.sensors])
        turned.append(
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
    return turned


def put_right(recordings: Sequence[Recording]) -> list[Recording]:
    """The recordings as ``kinertia place --apply`` writes them, those of one wearer placed together as with ``--session``."""
    sessions: dict[str, list[int]] = {}
    for index, recording in enumerate(recordings):
        sessions.setdefault(wearer_of(recording) or f"recording {index}", []).append(index)
    right: dict[int, Recording] = {}
    for session in sessions.values():
        worn = [recordings[index] for index in session]
        found = [place(recording.without_truth()) for recording in worn]
        if len(worn) > 1:
            found = combine(worn, found).placements
        right |= {index: correct(recordings[index], one) for index, one in zip(session, found, strict=True)}
    return [right[index] for index in range(len(recordings))]


def _means(recordings: list[Recording], method: Method, name: str) -> Json:
    results = scoring.score(recordings, method, name).results
    return {key: results[key] for key in ("mean", "mean_synced")}


def _angle(figures: Json) -> float:
    return float(figures["mean"]["angle_rmsd_deg"])
