"""How well a model's bands hold, and how wide they are, on people whose truth is known."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from kinertia.calibration.errors import silent
from kinertia.calibration.people import Person, with_truth
from kinertia.estimation.estimate import Estimate
from kinertia.recording import Recording, selection, sensor_set
from kinertia.uncertainty.calibration import GAITS, samples_of
from kinertia.uncertainty.outputs import ANGLE, FORCE, KINDS, MOMENT, SPEED, outputs

Json = dict[str, Any]
Method = Callable[[list[Recording]], list[Estimate]]

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


def run(
    people: Iterable[Person],
    sets: Iterable[str],
    method: Method,
    show: Callable[[str, str], None] = silent,
) -> Json:
    """Compare bands with the truth.

    Parameters
    ----------
    people : whom the bands were not calibrated on; see :func:`kinertia.calibration.people.people`.
    sets : names of sensor sets, see :func:`kinertia.recording.sensor_set.by_initials`.
    method : called once per person and set with that person's recordings, stripped of truth.
    show : called with person and set before the work on it.

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
    for person in people:
        recordings = [recording for _, recording in person.recordings()]
        by_gait = found.setdefault("measured" if person.measured else "simulated", {gait: {} for gait in GAITS})
        for name in wanted:
            show(person.name, name)
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
    if estimate.bands.level == 0.0:
        raise ValueError(f"{recording.name}: {estimate.bands.about or 'this method gives no bands'}")
    trusted = ~np.any([np.zeros(estimate.samples, dtype=bool), *estimate.doubts.values()], axis=0)
    found = []
    for output in outputs(estimate):
        true, half_width = output.true(truth, estimate.subject), output.half_width(estimate.bands, estimate.subject)
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
