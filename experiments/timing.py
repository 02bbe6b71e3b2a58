"""When things happen: heel strikes, toe-offs, ground reaction and knees of an estimate against a truth on the same clock."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from experiments import results, spatial_people
from experiments.methods import MethodName
from experiments.options import AS_USUAL, Shared
from experiments.protocol import QUIET, Context, Found, Json, cell, table
from experiments.spatial_people import DEVELOPMENT, JUDGES
from experiments.virtual3d import AS_WORN
from kinertia.estimation.estimate import Estimate
from kinertia.metrics.sync import advance
from kinertia.recording import Array, Recording, Truth

THRESHOLD_BW = 0.1
"""Vertical force of a foot whose passage is an event: twice that of events in results, so that noise of plates is none."""
NEAREST_S = 0.15  # an event of the truth has one of the estimate within this time
LONGEST_S, STEP_S = 0.060, 0.001  # of lags tried


def timing(
    data: Path,
    method: MethodName,
    sets: tuple[str, ...] = DEVELOPMENT,
    seeds: int = 1,
    seconds: float = 20.0,
    learning: Shared = AS_USUAL,
    context: Context = QUIET,
) -> Found:
    """How late events, ground reaction and knees are; sensors and reference share one clock, so that all of it is the method's.

    Parameters
    ----------
    data
        Folder of the sets of motion capture (see docs/formats.md).
    method
        What estimates, from sensors as people wear them.
    sets
        Names of sets in it; the sealed judges are refused.
    seeds
        How often everybody puts their sensors on anew.
    seconds
        Length of recordings of those who moved for longer than twice this; of others the mean stride, which repeats.
    learning
        How learned methods are trained, and from which model.
    """
    if looked := [name for name in sets if name in JUDGES]:
        raise ValueError(f"{', '.join(looked)}: kept for judging; leave it out of --sets")
    estimating, found = learning.method(method, context), dict[str, Json]()
    for name in sets:
        people = spatial_people.read(data, name, seconds)
        for seed in range(seeds):
            context.say(f"{name}, seed {seed}")
            recordings = [spatial_people.worn(one, seed, AS_WORN) for one in people]
            estimates, _ = results.estimated(recordings, estimating, method)
            found |= {
                f"{name}: {recording.name} {seed}": lags(estimate, recording)
                for recording, estimate in zip(recordings, estimates, strict=True)
            }
    rows = [(trial, *(cell(figures[key], 0, factor=1000.0, sign=True) for key in FIGURES)) for trial, figures in found.items()]
    shown = table("", *(f"{name} [ms]" for name in FIGURES.values()), title=f"late (early negative): {method}", rows=rows)
    return Found({"trials": found}, (shown,))


FIGURES = {"heel_strike": "heel strike", "toe_off": "toe-off", "force": "force", "knee": "knee", "delay": "output delay"}


def lags(estimate: Estimate, recording: Recording) -> Json:
    """Mean lags [s] by :data:`FIGURES`, positive where the estimate is late; of what neither has, None.

    The last is how far results come behind signals by construction: in a stream they arrive so much later, with the time of
    what they describe, so that no lag holds it.
    """
    truth = recording.truth or Truth()
    found: dict[str, list[float]] = {"heel_strike": [], "toe_off": []}
    for side in "rl":
        name = f"grf_y_{side}"
        if name in truth.grf and name in estimate.grf:
            curves = (estimate.grf[name], truth.grf[name])
            for event, edges in zip(found, (_rises, _falls), strict=True):
                ours, theirs = (edges(curve, recording.periodic) for curve in curves)
                found[event] += _apart(ours, theirs, recording)
    figures: Json = {name: float(np.mean(values)) if values else None for name, values in found.items()}
    vertical = {name: curve for name, curve in truth.grf.items() if name.startswith("grf_y")}
    knees = {name: curve for name, curve in truth.angles.items() if name.startswith("knee")}
    return figures | {
        "force": lag(estimate.grf, vertical, recording),
        "knee": lag(estimate.coordinates, knees, recording),
        "delay": estimate.output_delay_s,
    }


def lag(estimated: Mapping[str, Array], truth: Mapping[str, Array], recording: Recording) -> float | None:
    """Time [s] by which curves of an estimate are late: the shift that brings them closest, their means aside."""
    pairs = [(estimated[name], curve) for name, curve in truth.items() if name in estimated]
    if not pairs:
        return None

    def far(shift: float) -> float:
        moved = [advance(ours, shift, recording.rate_hz, periodic=recording.periodic) - theirs for ours, theirs in pairs]
        return float(np.mean([np.nanvar(each) for each in moved]))

    steps = round(LONGEST_S / STEP_S)
    return STEP_S * min((k for k in range(-steps, steps + 1)), key=lambda k: far(k * STEP_S))


def _rises(force: Array, periodic: bool) -> Array:
    """Samples, with fractions, at which a force (T,) [BW] rises past the threshold."""
    curve = np.append(force, force[0]) if periodic else force
    above = curve > THRESHOLD_BW
    before = np.flatnonzero(~above[:-1] & above[1:])
    return before + (THRESHOLD_BW - curve[before]) / (curve[before + 1] - curve[before])


def _falls(force: Array, periodic: bool) -> Array:
    return len(force) - 1 - _rises(force[::-1], periodic)[::-1]


def _apart(ours: Array, theirs: Array, recording: Recording) -> list[float]:
    """How late the nearest of our events is for each of theirs [s]; those without one are left out."""
    if not len(ours):
        return []
    difference = ours[None] - theirs[:, None]
    if recording.periodic:
        difference = (difference + 0.5 * recording.samples) % recording.samples - 0.5 * recording.samples
    nearest = np.take_along_axis(difference, np.abs(difference).argmin(1)[:, None], 1)[:, 0] / recording.rate_hz
    return nearest[np.abs(nearest) < NEAREST_S].tolist()
