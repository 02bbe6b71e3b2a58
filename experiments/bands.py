"""How well a model's bands hold, and how wide they are, on people whose truth is known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np

from experiments.calibration.people import Person, people, with_truth
from experiments.methods import Method
from experiments.options import AS_USUAL, Shared
from experiments.protocol import QUIET, Context, Found, Json, cell, table
from kinertia.api.models import runner, suited
from kinertia.estimation import estimator
from kinertia.estimation.estimate import Estimate
from kinertia.recording import Recording, selection, sensor_set
from kinertia.uncertainty.calibration import GAITS, samples_of
from kinertia.uncertainty.outputs import ANGLE, FORCE, KINDS, MOMENT, SPEED, outputs

UNITS = {ANGLE: (180.0 / np.pi, "deg"), MOMENT: (100.0, "BWBH%"), FORCE: (100.0, "BW%"), SPEED: (1.0, "m/s")}
"""Factor and name of the units that half-widths are told in."""


@dataclass(frozen=True)
class _Held:
    """Sums over the samples of one output at which band and truth are known; ``trusted``: those that are not marked."""

    key: str
    samples: int
    inside: int
    half_width: float
    trusted: int
    inside_trusted: int


def bands(
    data: tuple[Path, ...] = (),
    measured: tuple[Path, ...] = (),
    sets: str = "all,FT,F,P",
    method: Literal["pretrained", "adapted", "solve"] = "pretrained",
    only: tuple[str, ...] = (),
    learning: Shared = AS_USUAL,
    context: Context = QUIET,
) -> Found:
    """Coverage and mean half-width of the 90 % bands on people with known truth, per gait, output and set of sensors.

    Parameters
    ----------
    data
        Folders of people with truth on whom neither the model was trained nor its bands were calibrated.
    measured
        Folders of motion capture with force plates, which virtual sensors on tissue ride on.
    sets
        Sensor sets, with commas between them, as for `kinertia benchmark sparse`.
    method
        The model as it is, or adapted without labels to each person's recordings with these sensors; or trajectory
        optimisation.
    only
        Names of the recordings to use, for example walk_2 run_2; default all.
    learning
        How the model is adapted, and which one it is.
    """
    loaded = cache(runner)

    def as_it_is(recordings: list[Recording]) -> list[Estimate]:
        name = learning.model or "default"
        return [estimator.estimate(loaded(suited(name, recording.sensors)), recording) for recording in recordings]

    whose = people(data, measured, only)
    if not whose:
        raise ValueError("no people; give --data or --measured")
    estimate = as_it_is if method == "pretrained" else learning.method(method, context)
    found = compare(whose, [name for name in sets.split(",") if name], estimate, context)
    shown = table("people", "gait", "sensors", "outputs", "coverage [%]", "persons [%]", "mean half-width", "trusted [%]")
    for who, by_gait in found.items():
        for gait, by_set in by_gait.items():
            for name, row in by_set.items():
                for kind, share in row["coverage"].items():
                    persons = [100.0 * value for value in row["people"][kind].values() if value is not None]
                    cells = cell(share, 1, factor=100.0), f"{min(persons):.0f} to {max(persons):.0f}"
                    width = f"{row['half_width'][kind]:.3g} {UNITS[kind][1]}"
                    shown.add_row(who, gait, name, kind, *cells, width, cell(row["trusted"], 1, factor=100.0))
    return Found(found, (shown,))


def compare(whose: Iterable[Person], sets: Iterable[str], method: Method, context: Context = QUIET) -> Json:
    """Compare bands with the truth.

    Parameters
    ----------
    whose : whom the bands were not calibrated on; see :func:`experiments.calibration.people.people`.
    sets : names of sensor sets, see :func:`kinertia.recording.sensor_set.by_initials`.
    method : called once per person and set with that person's recordings, stripped of truth.

    Returns
    -------
    dict from ``simulated`` and ``measured`` to gait to set to ``coverage`` and ``half_width`` (kind of output to part of the
    samples within the band, and mean half-width in deg, BWBH%, BW%, m/s), ``outputs`` (the same for each output), ``people``
    (kind to the coverage of each person), ``trusted`` (part of the samples that are not marked) and ``coverage_trusted``
    (coverage where not marked).

    Raises
    ------
    RecordingError : a recording cannot be used or has no truth.
    ValueError : an unknown set, or estimates without bands.
    """
    wanted = list(sets)
    for name in wanted:
        sensor_set.by_initials(name)
    found: dict[str, dict[str, dict[str, dict[str, list[_Held]]]]] = {}
    for person in whose:
        recordings = [recording for _, recording in person.recordings()]
        by_gait = found.setdefault("measured" if person.measured else "simulated", {gait: {} for gait in GAITS})
        for name in wanted:
            context.say(f"{person.name}: {name}")
            estimates = method([selection.choose(recording, name).without_truth() for recording in recordings])
            for pair in zip(estimates, recordings, strict=True):
                for gait in GAITS:
                    by_gait[gait].setdefault(name, {}).setdefault(str(person.home), []).extend(_held(*pair, gait))
    return {
        kind: {
            gait: {name: _summary(by_person) for name, by_person in by_set.items() if any(by_person.values())}
            for gait, by_set in by_gait.items()
        }
        for kind, by_gait in found.items()
    }


def _held(estimate: Estimate, recording: Recording, gait: str) -> list[_Held]:
    truth, at = with_truth(recording).truth, samples_of(estimate, gait)
    assert truth is not None
    if not at.any():
        return []
    bands = estimate.bands
    if bands.level == 0.0:
        raise ValueError(f"{recording.name}: {bands.about or 'this method gives no bands'}")
    trusted = ~np.any([np.zeros(estimate.samples, dtype=bool), *estimate.doubts.values()], axis=0)
    found = []
    for output in outputs(estimate):
        true = output.true(truth, estimate.subject)
        half_width = output.among(bands.coordinates, bands.moments, bands.grf, bands.speed, estimate.subject)
        if true is not None and half_width is not None:
            error = np.abs(output.of(estimate) - true)
            known = at & np.isfinite(error) & np.isfinite(half_width)
            inside = known & (error <= half_width)
            samples, within, sure, sure_within = (
                int(np.count_nonzero(part)) for part in (known, inside, known & trusted, inside & trusted)
            )
            found.append(_Held(output.key, samples, within, float(half_width[known].sum()), sure, sure_within))
    return found


def _summary(by_person: dict[str, list[_Held]]) -> Json:
    everything = [one for held in by_person.values() for one in held if one.samples]
    keys = dict.fromkeys(one.key for one in everything)
    kinds = [kind for kind in KINDS if any(key.startswith(f"{kind}.") for key in keys)]
    samples, trusted = (sum(getattr(one, name) for one in everything) for name in ("samples", "trusted"))
    return {
        "coverage": {kind: _coverage(kind, everything) for kind in kinds},
        "half_width": {kind: _half_width(kind, everything) for kind in kinds},
        "outputs": {key: {"coverage": _coverage(key, everything), "half_width": _half_width(key, everything)} for key in keys},
        "people": {kind: {name: _coverage(kind, held) for name, held in by_person.items()} for kind in kinds},
        "trusted": round(trusted / samples, 4) if samples else None,
        "coverage_trusted": {kind: _share(kind, everything, "inside_trusted", "trusted") for kind in kinds},
    }


def _coverage(key: str, held: list[_Held]) -> float | None:
    return _share(key, held, "inside", "samples")


def _half_width(key: str, held: list[_Held]) -> float | None:
    mean = _share(key, held, "half_width", "samples", digits=9)
    return None if mean is None else round(mean * UNITS[key.partition(".")[0]][0], 4)


def _share(key: str, held: list[_Held], part: str, whole: str, *, digits: int = 4) -> float | None:
    """Sum of one field over that of another, of an output or of a kind of outputs."""
    chosen = [one for one in held if one.key == key or one.key.startswith(f"{key}.")]
    count = sum(getattr(one, whole) for one in chosen)
    return round(sum(getattr(one, part) for one in chosen) / count, digits) if count else None
