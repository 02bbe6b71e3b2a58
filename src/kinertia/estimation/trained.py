"""Trained networks at work on whole recordings."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from kinertia.bodies import SKELETONS, Body
from kinertia.estimation import estimator, track
from kinertia.estimation.estimate import Estimate
from kinertia.estimation.estimator import Progress, Runner
from kinertia.estimation.series import Series
from kinertia.estimation.track import Track
from kinertia.learning import differences, sequence
from kinertia.learning.checkpoint import Model
from kinertia.recording import Array, Recording


def runner(model: Model) -> Runner:
    """A trained network as a runner."""
    config = model.config

    def stated_height_m(fingerprint: str) -> float | None:
        person = model.person_of(fingerprint)
        return None if person is None else person.height_m

    def run(signals: Array, present: Array, recording: Recording, fingerprint: str, _: Progress | None) -> Series:
        read = sequence.from_arrays(recording, signals, present, config.rate_hz, SKELETONS[config.body], config.sensors)
        return to_series(track.run(model, read, model.deviation_of(fingerprint)), read.body, read.mass_kg)

    return Runner(config.sensors, config.rate_hz, differences.REACH, model.fingerprint, model.calibration, stated_height_m, run)


def estimate(model: Model, recording: Recording, method: str = "sspinnpose") -> Estimate:
    """:func:`kinertia.estimation.estimator.estimate` with a trained network."""
    return estimator.estimate(runner(model), recording, method)


def to_series(result: Track, body: Body, mass_kg: float) -> Series:
    """A track of the stated ``body`` in double precision without torch; moments are those of a person of ``mass_kg``."""
    values = {name: numbers(x) for name, x in track.reported(result, body).items()}
    return Series(
        names=body.skeleton.coordinate_names,
        q=values["coordinates"],
        speed=values["speed"][:, 0],
        moments=values["moments"] * (mass_kg / float(body.total_mass)),
        residual=values["residual"],
        grf=values["grf"],
        pressure=values["pressure"],
        virtual=values["virtual"],
        points=dict(zip(result.points, np.moveaxis(values["points"], 1, 0), strict=True)),
    )


def numbers(x: Tensor) -> Array:
    """A tensor as a float64 array of its own."""
    return np.array(x.detach().to(device="cpu", dtype=torch.float64).numpy())
