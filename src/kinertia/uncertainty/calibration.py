"""Bands of one model or method: what was calibrated, and how it becomes half-widths around an estimate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from kinertia.estimation.estimate import Activity, Bands, Estimate
from kinertia.recording import Array, Recording
from kinertia.uncertainty.features import Circumstances, circumstances, features
from kinertia.uncertainty.half_width import GROUPS, PELVIS_ONLY, Scale, Shares, group, shown
from kinertia.uncertainty.outputs import ANGLE, FORCE, KINDS, MOMENT, SMALLEST, SPEED, WORDS, Output, outputs

FORMAT = 3
NOT_CALIBRATED = "no band: this model has not been calibrated (kinertia calibrate does it, with simulated people)"
GAITS = {"walking": Activity.WALKING, "running": Activity.RUNNING}
"""What bands are calibrated for; standing and other movements have none."""

UseName = Literal["shipped", "adapted", "solve"]
WAYS: dict[UseName, str] = {
    "shipped": "for the model as it is",
    "adapted": "for models adapted to the recording",
    "solve": "for trajectory optimisation",
}


@dataclass(frozen=True)
class Use:
    """Errors of one way of estimating, in gaits that have bands."""

    data: str  # whose errors were measured, in words
    scales: dict[str, dict[str, Scale]]  # gait to key of an output to its errors' size
    # simulated, measured: gait to kind of output to the part of samples within the band, each person judged by a
    # calibration on the others: of simulated people, and of virtual sensors on measured motion
    simulated: dict[str, dict[str, Shares]] = field(default_factory=dict)
    measured: dict[str, dict[str, Shares]] = field(default_factory=dict)


@dataclass(frozen=True)
class Uncalibrated:
    """A model without bands, and why."""

    reason: str = NOT_CALIBRATED

    def bands(self, estimate: Estimate, recording: Recording) -> Bands:
        """None; the reason in words."""
        del estimate, recording
        return Bands(about=self.reason)

    def after_training(self) -> Uncalibrated:
        """Of a model that training makes of this one."""
        return Uncalibrated()


@dataclass(frozen=True)
class Calibration:
    """What the bands of a model or method follow from."""

    # format, version: of the file, and of the package that wrote it
    format: int
    version: str
    model: str  # fingerprint of the weights whose errors were measured, or name of the method
    level: float  # part of the samples in which the truth shall lie within the band
    uses: dict[UseName, Use]  # ways of estimating that were calibrated
    use: UseName = "shipped"  # the one that is wanted

    def bands(self, estimate: Estimate, recording: Recording) -> Bands:
        """Half-widths around an estimate of ``recording`` that was made in the wanted way."""
        if estimate.imu_measured is None or not estimate.sensor_segments:
            return Bands(about="no band: the estimate holds no sensor signals")
        if self.use not in self.uses:
            return Bands(about=f"no band: none was calibrated {WAYS[self.use]}")
        chosen, given = self.uses[self.use], circumstances(estimate, recording)
        where = {gait: at for gait in chosen.scales if (at := samples_of(estimate, gait)).any()}
        if not where:
            return Bands(
                about=f"no band: they are calibrated for {' and '.join(chosen.scales)}, which this recording does not show"
            )
        result: dict[str, dict[str, Array]] = {kind: {} for kind in KINDS}
        for output in outputs(estimate):
            half_width = _half_width(output, chosen, where, given)
            if half_width is not None:
                result[output.kind][output.name] = half_width * output.unit(estimate.subject)
        about = self.about({gait: _groups(given, at) for gait, at in where.items()})
        return Bands(self.level, result[ANGLE], result[MOMENT], result[FORCE], result[SPEED].get("speed"), about)

    def after_training(self) -> Calibration:
        """Of a model that training makes of this one."""
        return replace(self, use="adapted")

    def about(self, groups: dict[str, Iterable[int]]) -> str:
        """What the bands were calibrated on, and how well they hold in these gaits with so many sensors."""
        chosen = self.uses[self.use]
        said = []
        for whose, coverage in (
            ("simulated people", chosen.simulated),
            ("virtual sensors on measured motion", chosen.measured),
        ):
            held = [
                f"{gait} with {GROUPS[k]}: {figures}"
                for gait, ks in groups.items()
                for k in ks
                if (figures := _figures(coverage.get(gait, {}), k))
            ]
            if held:
                said.append(f"{whose[0].upper()}{whose[1:]}, {'; '.join(held)}")
        unseen = any(PELVIS_ONLY in groups_of for groups_of in map(set, groups.values()))
        without = "The speed has no band with a sensor on the pelvis alone, which does not show it. " if unseen else ""
        return (
            f"calibrated {WAYS[self.use]}, on {chosen.data}. On people whom calibration had not seen, the truth was within the "
            f"{100.0 * self.level:.0f} % band in this part of all samples. {'. '.join(said)}. {without}"
            "On real people they are too narrow where body and sensors differ from simulated ones (see docs/uncertainty.md)"
        )


def samples_of(estimate: Estimate, gait: str) -> NDArray[np.bool_]:
    """(T,) where the estimate has a band of this gait."""
    if estimate.activity is None:
        return np.zeros(estimate.samples, dtype=bool)
    there = estimate.activity == GAITS[gait]
    return there if estimate.settled is None else there & estimate.settled


def _half_width(output: Output, chosen: Use, where: dict[str, NDArray[np.bool_]], given: Circumstances) -> Array | None:
    """(T,) in the unit of the output, NaN outside of the gaits; None where none has a band."""
    if not any(output.key in chosen.scales[gait] for gait in where):
        return None
    about, result = features(output, given), np.full(given.estimate.samples, np.nan)
    known = shown(output.kind, about)
    for gait, at in where.items():
        if output.key in chosen.scales[gait]:
            at = at & known
            result[at] = np.maximum(chosen.scales[gait][output.key].half_width(about.at(at)), SMALLEST[output.kind])
    return result


def _groups(given: Circumstances, at: NDArray[np.bool_]) -> list[int]:
    right = next(iter(outputs(given.estimate)))
    return np.unique(group(features(right, given).at(at))).tolist()


def _figures(coverage: dict[str, Shares], k: int) -> str:
    shares = {kind: item[k] for kind, item in coverage.items()}
    return ", ".join(f"{WORDS[kind]} {100.0 * share:.0f} %" for kind, share in shares.items() if share is not None)
