"""Bands of one model: what was calibrated, and how it becomes half-widths around an estimate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from kinertia.estimation.estimate import Bands, Estimate
from kinertia.recording import Array, Recording
from kinertia.uncertainty.features import circumstances, features
from kinertia.uncertainty.outputs import ANGLE, FORCE, KINDS, MOMENT, SMALLEST, SPEED, WORDS, outputs
from kinertia.uncertainty.scale import GROUPS, Scale, group

FORMAT = 1
NOT_CALIBRATED = "no band: this model has not been calibrated (kinertia calibrate does it, with simulated people)"


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
    """What a model's bands follow from.

    Attributes
    ----------
    format, version : of the file, and of the package that wrote it.
    model : fingerprint of the weights whose errors were measured.
    level : part of the samples in which the truth shall lie within the band.
    people, data : number of people whose errors were measured, and what they did, in words.
    scales : key of an output to its errors' size.
    coverage : kind of output to the part of samples within the band, one per group of :data:`GROUPS`; each person judged by a
        calibration on the others.
    adapted : the model was trained on from those weights, so that its errors are others.
    """

    format: int
    version: str
    model: str
    level: float
    people: int
    data: str
    scales: dict[str, Scale]
    coverage: dict[str, tuple[float, ...]]
    adapted: bool = False

    def bands(self, estimate: Estimate, recording: Recording) -> Bands:
        """Half-widths around an estimate of ``recording`` that the model made."""
        if estimate.imu_measured is None or not estimate.sensor_segments:
            return Bands(about="no band: the estimate holds no sensor signals")
        given = circumstances(estimate, recording)
        found: dict[str, dict[str, Array]] = {kind: {} for kind in KINDS}
        groups: set[int] = set()
        for output in outputs(estimate):
            if output.key in self.scales:
                shown = features(output, given)
                groups |= set(np.unique(group(shown)).tolist())
                half_width = self.scales[output.key].half_width(shown)
                found[output.kind][output.name] = np.maximum(half_width, SMALLEST[output.kind]) * output.unit(estimate.subject)
        return Bands(
            self.level,
            found[ANGLE],
            found[MOMENT],
            found[FORCE],
            found[SPEED].get("speed"),
            self.about(sorted(groups)),
        )

    def after_training(self) -> Calibration:
        """Of a model that training makes of this one."""
        return replace(self, adapted=True)

    def about(self, groups: Iterable[int]) -> str:
        """What the bands were calibrated on, and how well they hold with as many sensors."""
        said = []
        for k in groups:
            figures = ", ".join(f"{WORDS[kind]} {100.0 * shares[k]:.0f} %" for kind, shares in self.coverage.items())
            said.append(f"{GROUPS[k]}: {figures}")
        held = "; ".join(said)
        before = ", before the model was adapted, after which errors are others" if self.adapted else ""
        return (
            f"calibrated on {self.people} {self.data}{before}. On people whom calibration had not seen, the truth was within "
            f"the {100.0 * self.level:.0f} % band in this part of all samples: {held}"
        )
