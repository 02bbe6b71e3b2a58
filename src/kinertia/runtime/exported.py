"""Exported models at work on whole recordings: the graph that streams, sample after sample."""

from __future__ import annotations

import numpy as np

from kinertia.estimation import estimator
from kinertia.estimation.estimate import Estimate
from kinertia.estimation.estimator import Progress, Runner
from kinertia.estimation.series import Series
from kinertia.recording import Array, Recording
from kinertia.runtime.card import Card, Wearer
from kinertia.runtime.model import ExportedModel

REPORTED = 500
"""Samples between two words about progress."""


def runner(model: ExportedModel) -> Runner:
    """An exported model as a runner."""

    def wearer(fingerprint: str) -> Wearer | None:
        return next((person for person in model.card.people if person.fingerprint == fingerprint), None)

    def stated_height_m(fingerprint: str) -> float | None:
        person = wearer(fingerprint)
        return None if person is None else person.height_m

    def run(signals: Array, present: Array, recording: Recording, fingerprint: str, progress: Progress | None) -> Series:
        stepper = model.stepper(recording.subject, recording.sensors, wearer(fingerprint))
        late, result = model.delay_samples, np.empty((len(signals), len(model.layout.names)))
        for k, sample in enumerate(np.where(present > 0, signals, np.nan)):
            values = stepper.step(sample)
            if values is not None:
                result[k - late] = values
            if progress is not None and (k + 1) % REPORTED == 0:
                progress(REPORTED)
        for k, values in enumerate(stepper.finish()):
            result[len(signals) - late + k] = values
        return to_series(result, model.card)

    return Runner(
        model.sensors,
        model.rate_hz,
        model.delay_samples,
        model.card.model,
        model.calibration,
        stated_height_m,
        run,
        tells_progress=True,
    )


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


def estimate(model: ExportedModel, recording: Recording, method: str = "sspinnpose") -> Estimate:
    """:func:`kinertia.estimation.estimator.estimate` with an exported model."""
    return estimator.estimate(runner(model), recording, method)
