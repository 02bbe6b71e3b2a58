"""A sensor that dies or freezes midway: is the rest as good as with that sensor missing from the start?"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from experiments.protocol import QUIET, Advance, Context, Found, Json, table
from experiments.spoiling import sheet as sheets
from experiments.spoiling import source as sources
from experiments.spoiling import values
from experiments.spoiling.judge import Look, look
from experiments.spoiling.source import Load
from experiments.spoiling.variants import draw
from kinertia.api.models import estimate
from kinertia.estimation.estimate import Estimate
from kinertia.recording import Array, Frame, Recording
from kinertia.recording.errors import RecordingError

Method = Callable[[Recording], Estimate]
SPOILERS = {"dead": values.dead, "frozen": values.frozen}
MOST_WORSE_DEG = 1.5
ANGLES = ("pelvis_tilt", "hip", "knee", "ankle")
MOVES_DEG = 3.0
"""Standard deviation from which a joint moves; in standing, curves that wander run against each other by chance."""
TOUCHED = {"pelvis": ("pelvis", "hip"), "femur": ("hip", "knee"), "tibia": ("knee", "ankle"), "foot": ("ankle",)}
"""Part of the body to the joints whose angles its sensor shows."""


@dataclass(frozen=True)
class Outcome:
    """What became of one variant.

    Attributes
    ----------
    worse_deg : error of the other segments' angles less that with the sensor absent, mean over angles [deg]; NaN if refused.
    reversed : a hip or knee of the other segments runs against the estimate of all sensors, and that without the dead one.
    refused : what was said where no estimate was made.
    """

    worse_deg: float
    reversed: bool
    refused: str = ""


def dead(
    people: tuple[Path, ...] = (),
    data: Path | None = None,
    variants: int = 100,
    model: str = "default",
    seed: int = 1,
    context: Context = QUIET,
) -> Found:
    """A sensor that dies or freezes midway: is the rest as good as with that sensor missing from the start?

    Parameters
    ----------
    people
        Folders of simulated people, as `kinertia simulate` writes them.
    data
        Folder with real walks: `imu_mocap_gaittoolbox`, `imu_hugadb`.
    variants
        How many, dead and frozen in turn.
    model
        Model that estimates.
    seed
        Draws recordings, sensors and instants.
    """
    with context.bar(variants, "variants") as advance:
        there = sources.available(people, data)
        found = outcomes_of(there, variants, seed, look, lambda recording: estimate(model, recording), advance)
    worse = ", ".join(f"{x:.1f}" for x in found["worse_deg"]) or "-"
    shown = table("variants", "at most 1.5 deg worse", "refused", "reversed", "worse: median, 95 %, most, deg")
    shown.add_row(*(str(found[key]) for key in ("variants", "held", "refused", "reversed")), worse)
    return Found(found, (shown, *found["failures"]))


def outcomes_of(
    available: Mapping[str, list[Load]],
    count: int,
    seed: int,
    look: Look,
    method: Method,
    advance: Advance = lambda _: None,
) -> Json:
    """Estimate so many variants of a dead or frozen sensor, in turn.

    Returns
    -------
    ``variants``, ``held`` (not refused and at most 1.5 deg worse), ``refused``, ``reversed``, ``worse_deg`` (median, 95th
    percentile, most), ``failures``.
    """
    outcomes: list[Outcome] = []
    failures: list[str] = []
    for number in range(count):
        generator = np.random.default_rng((seed, number))
        name = list(SPOILERS)[number % len(SPOILERS)]
        with tempfile.TemporaryDirectory() as home:
            found = _one(available, name, generator, Path(home), look, method)
        advance(1)
        if found is None:
            continue
        outcome, where = found
        outcomes.append(outcome)
        if outcome.reversed or outcome.worse_deg > MOST_WORSE_DEG or outcome.refused:
            said = outcome.refused or f"{outcome.worse_deg:.1f} deg worse{', reversed' * outcome.reversed}"
            failures.append(f"number {number}, {name}, {where}: {said}")
    worse = np.array([outcome.worse_deg for outcome in outcomes if not outcome.refused])
    return {
        "variants": len(outcomes),
        "held": int((worse <= MOST_WORSE_DEG).sum()),
        "refused": sum(bool(outcome.refused) for outcome in outcomes),
        "reversed": sum(outcome.reversed for outcome in outcomes),
        "worse_deg": [float(x) for x in np.quantile(worse, [0.5, 0.95, 1.0])] if len(worse) else [],
        "failures": failures,
    }


def _one(
    available: Mapping[str, list[Load]], name: str, generator: np.random.Generator, home: Path, look: Look, method: Method
) -> tuple[Outcome, str] | None:
    """One variant, and what it is; None where the sound recording itself cannot be estimated from."""
    source = draw(available, generator)()
    folders = [home / part for part in ("sound", "spoiled", "absent")]
    try:
        cut = sources.cut(source, generator, Frame(str(generator.choice([str(frame) for frame in Frame]))))
        for folder in folders:
            folder.mkdir()
        sheet = sheets.of(cut)
        whole = method(look(sheets.write(sheet, folders[0]), {}))
        variant = SPOILERS[name](sheet, folders[1], generator)
        (dead,) = variant.sensors
        absent = method(look(sheets.write(sheets.of(without(cut, dead)), folders[2]), {}))
    except RecordingError:
        return None
    finally:
        shutil.rmtree(folders[2], ignore_errors=True)
    where = (
        f"{source.name}, {dead}, from {(variant.first or 0) / cut.rate_hz:.1f} s, {variant.detail or 'held'}, {cut.frame} axes"
    )
    try:
        spoiled = method(look(variant.path, {}))
    except RecordingError as error:
        return Outcome(float("nan"), False, str(error)), where
    return compare(spoiled, absent, whole, dead, variant.first or 0), where


def without(recording: Recording, segment: str) -> Recording:
    """Copy that never had a sensor on ``segment``."""
    kept = [k for k, sensor in enumerate(recording.sensors) if sensor.segment != segment]
    return replace(
        recording,
        sensors=tuple(recording.sensors[k] for k in kept),
        acc=recording.acc[:, kept],
        gyro=recording.gyro[:, kept],
    )


def compare(spoiled: Estimate, absent: Estimate, whole: Estimate, dead: str, first: int) -> Outcome:
    """Differences of two estimates from that of all sensors, on settled samples from ``first``, in joints of other sensors."""
    side = dead[-2:] if dead != "pelvis" else ""
    own = TOUCHED[dead.removesuffix("_r").removesuffix("_l")]
    names = [name for name in whole.coordinates if name.startswith(ANGLES)]
    names = [name for name in names if not (name.startswith(own) and name.endswith(side))]
    length = min(len(e.coordinates[names[0]]) for e in (spoiled, absent, whole))
    counted = np.ones(length, dtype=bool) if whole.settled is None else np.asarray(whole.settled[:length], dtype=bool)
    counted[:first] = False

    def error(estimate: Estimate) -> float:
        return float(
            np.mean([_rms_deg(estimate.coordinates[n][:length] - whole.coordinates[n][:length], counted) for n in names])
        )

    hips_and_knees = [name for name in names if name.startswith(("hip", "knee"))]
    against = [
        max(_correlation(spoiled.coordinates[n][:length], other.coordinates[n][:length], counted) for other in (whole, absent))
        for n in hips_and_knees
    ]
    return Outcome(error(spoiled) - error(absent), bool(np.min(against, initial=1.0) < 0))


def _rms_deg(difference: Array, counted: np.ndarray) -> float:
    return float(np.degrees(np.sqrt(np.nanmean(difference[counted] ** 2))))


def _correlation(mine: Array, theirs: Array, counted: np.ndarray) -> float:
    good = counted & np.isfinite(mine) & np.isfinite(theirs)
    moves = good.sum() > 10 and np.degrees(theirs[good].std()) > MOVES_DEG
    return float(np.corrcoef(mine[good], theirs[good])[0, 1]) if moves else 1.0
