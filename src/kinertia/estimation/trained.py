"""Trained networks at work on whole recordings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from kinertia.bodies import SKELETONS, Body
from kinertia.estimation import estimator, track
from kinertia.estimation.estimate import Estimate
from kinertia.estimation.series import Series
from kinertia.estimation.track import Track
from kinertia.learning import differences, sequence
from kinertia.learning.checkpoint import Model
from kinertia.recording import Array, Recording, SensorSet
from kinertia.uncertainty.calibration import Calibration, Uncalibrated


@dataclass(frozen=True)
class Trained:
    """A trained network as a runner of :mod:`kinertia.estimation.estimator`."""

    model: Model

    @property
    def rate_hz(self) -> float:
        return self.model.config.rate_hz

    @property
    def delay_samples(self) -> int:
        return differences.REACH

    @property
    def weights(self) -> str:
        return self.model.fingerprint

    @property
    def sensors(self) -> SensorSet:
        return self.model.config.sensors

    @property
    def calibration(self) -> Calibration | Uncalibrated:
        return self.model.calibration

    def stated_height_m(self, fingerprint: str) -> float | None:
        """Height that was stated for a recording in training."""
        person = self.model.person_of(fingerprint)
        return None if person is None else person.height_m

    def run(self, signals: Array, present: Array, recording: Recording, fingerprint: str) -> Series:
        """Series of (T, S, C) signals, zero where not ``present``."""
        skeleton = SKELETONS[self.model.config.body]
        read = sequence.from_arrays(recording, signals, present, self.rate_hz, skeleton, self.sensors)
        return to_series(track.run(self.model, read, self.model.deviation_of(fingerprint)), read.body, read.mass_kg)


def estimate(model: Model, recording: Recording, method: str = "sspinnpose") -> Estimate:
    """:func:`kinertia.estimation.estimator.estimate` with a trained network."""
    return estimator.estimate(Trained(model), recording, method)


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
