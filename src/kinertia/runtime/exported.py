"""Exported models at work on whole recordings: the graph that streams, sample after sample."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from kinertia.estimation import estimator
from kinertia.estimation.estimate import Estimate
from kinertia.estimation.series import Series
from kinertia.recording import Array, Recording, SensorSet
from kinertia.runtime.card import Card, Wearer
from kinertia.runtime.model import ExportedModel
from kinertia.runtime.stepper import Stepper
from kinertia.uncertainty.calibration import Calibration, Uncalibrated

REPORTED = 500
"""Samples between two words about progress."""


@dataclass(frozen=True)
class Exported:
    """An exported model as a runner of :mod:`kinertia.estimation.estimator`.

    Attributes
    ----------
    model : the model.
    progress : called with the number of samples done since the last call.
    """

    model: ExportedModel
    progress: Callable[[int], None] | None = None

    @property
    def sensors(self) -> SensorSet:
        return self.model.sensors

    @property
    def rate_hz(self) -> float:
        return self.model.rate_hz

    @property
    def delay_samples(self) -> int:
        return self.model.delay_samples

    @property
    def weights(self) -> str:
        return self.model.card.model

    @property
    def calibration(self) -> Calibration | Uncalibrated:
        return self.model.calibration

    def stated_height_m(self, fingerprint: str) -> float | None:
        """Height that was stated for a recording in training."""
        wearer = self._wearer(fingerprint)
        return None if wearer is None else wearer.height_m

    def run(self, signals: Array, present: Array, recording: Recording, fingerprint: str) -> Series:
        """Series of (T, S, C) signals, zero where not ``present``."""
        stepper = self.model.stepper(recording.subject, recording.sensors, self._wearer(fingerprint))
        values = self._values(stepper, np.where(present > 0, signals, np.nan))
        return to_series(values, self.model.card)

    def _values(self, stepper: Stepper, signals: Array) -> Array:
        """(T, M) outputs."""
        late, result = self.delay_samples, np.empty((len(signals), len(self.model.layout.names)))
        for k, sample in enumerate(signals):
            values = stepper.step(sample)
            if values is not None:
                result[k - late] = values
            if self.progress is not None and (k + 1) % REPORTED == 0:
                self.progress(REPORTED)
        for k, values in enumerate(stepper.finish()):
            result[len(signals) - late + k] = values
        return result

    def _wearer(self, fingerprint: str) -> Wearer | None:
        return next((wearer for wearer in self.model.card.people if wearer.fingerprint == fingerprint), None)


def to_series(values: Array, card: Card) -> Series:
    """Series of (T, M) output vectors."""
    layout = card.layout
    points, names = values[:, layout.points], layout.names[layout.points]
    return Series(
        names=card.coordinates,
        q=values[:, layout.coordinates],
        speed=values[:, layout.speed],
        moments=values[:, layout.moments],
        residual=values[:, layout.residual],
        grf=values[:, layout.grf],
        pressure=values[:, layout.pressure],
        virtual=values[:, layout.virtual].reshape(-1, *card.sensors.shape),
        points={names[k].removesuffix("_x"): points[:, k : k + 2] for k in range(0, len(names), 2)},
    )


def to_values(series: Series, card: Card) -> Array:
    """(T, M) output vectors of series in which every foot is loaded; the reverse of :func:`to_series`."""
    layout = card.layout
    result = np.empty((len(series.q), len(layout.names)))
    result[:, layout.coordinates], result[:, layout.moments] = series.q, series.moments
    result[:, layout.residual], result[:, layout.grf], result[:, layout.speed] = series.residual, series.grf, series.speed
    result[:, layout.virtual] = series.virtual.reshape(len(result), -1)
    result[:, layout.points] = np.concatenate(list(series.points.values()), axis=1)
    result[:, layout.cop], result[:, layout.pressure] = series.pressure / series.grf[:, [1, 3]], series.pressure
    return result


def estimate(
    model: ExportedModel, recording: Recording, method: str = "sspinnpose", progress: Callable[[int], None] | None = None
) -> Estimate:
    """:func:`kinertia.estimation.estimator.estimate` with an exported model."""
    return estimator.estimate(Exported(model, progress), recording, method)
