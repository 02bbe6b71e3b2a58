"""What the size of an error may depend on, as far as it shows without knowing the truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kinertia.estimation.estimate import Estimate
from kinertia.numerics.signals import Beyond, moving_mean
from kinertia.recording import LOWER_BODY, Array, Recording
from kinertia.uncertainty.outputs import SMALLEST, Output

LEG = ("femur", "tibia", "foot")
PATTERNS = 2 ** len(LEG)  # which of a leg's segments carry a sensor: thigh 1, shank 2, foot 4, added up
NAMES = (  # columns of :attr:`Features.values`
    *("speed", "speed_squared", "residual", "gyro", "acc", "start", "height", "place"),
    *("size", "rate", "load", "impact"),
)
WINDOW_S = 0.5
SPEED_WINDOW_S = 1.0
IMPACT_WINDOW_S = 0.1
START_S = 0.5
"""Time in which a network that starts in the middle of a movement finds its way."""


@dataclass(frozen=True)
class Features:
    """Of one output at T samples."""

    # own, other: (T,) sensors on the output's own and on the other leg, see :data:`PATTERNS`; of outputs without a side,
    # what either leg has and what both have
    own: NDArray[np.int_]
    other: NDArray[np.int_]
    pelvis: NDArray[np.int_]  # (T,) 1 with a sensor on the pelvis, else 0
    count: NDArray[np.int_]  # (T,) number of sensors
    values: Array  # (T, F) in the order of :data:`NAMES`

    def at(self, index: NDArray[np.int_] | NDArray[np.bool_] | slice) -> Features:
        """Some of the samples."""
        return Features(self.own[index], self.other[index], self.pelvis[index], self.count[index], self.values[index])


@dataclass(frozen=True)
class Circumstances:
    """What all outputs of an estimate have in common."""

    estimate: Estimate
    legs: dict[str, NDArray[np.int_]]  # ``r``, ``l`` to (T,) patterns
    # pelvis, count: as in :class:`Features`
    pelvis: NDArray[np.int_]
    count: NDArray[np.int_]
    common: Array  # (T, 8) the first columns of :data:`NAMES`
    beyond: Beyond  # how series go on beyond their ends


def circumstances(estimate: Estimate, recording: Recording) -> Circumstances:
    """What all outputs of an estimate, with residual and measured and virtual signals, have in common.

    The recording that it was made of tells what was stated of the person and the sensors' places.
    """
    beyond: Beyond = "wrap" if recording.periodic else "mirror"
    assert estimate.imu_measured is not None
    seen = np.zeros((estimate.samples, len(LOWER_BODY)), dtype=bool)
    for k, segment in enumerate(estimate.sensor_segments):
        seen[:, LOWER_BODY.index(segment)] = np.isfinite(estimate.imu_measured[:, k]).any(axis=1)
    legs = {side: sum(2**i * seen[:, LOWER_BODY.index(f"{part}_{side}")] for i, part in enumerate(LEG)) for side in "rl"}
    return Circumstances(
        estimate,
        {side: np.asarray(pattern, dtype=np.int_) for side, pattern in legs.items()},
        seen[:, LOWER_BODY.index("pelvis")].astype(np.int_),
        seen.sum(axis=1),
        _common(estimate, recording, beyond),
        beyond,
    )


def features(output: Output, given: Circumstances) -> Features:
    """What the error of one output may depend on."""
    estimate, right, left = given.estimate, given.legs["r"], given.legs["l"]
    own, other = {"r": (right, left), "l": (left, right)}.get(output.side, (right | left, right & left))
    smallest = SMALLEST[output.kind]
    value = output.of(estimate)
    change = _rms(_rate(value, given), IMPACT_WINDOW_S, given)
    load = np.zeros(estimate.samples)
    for side in output.side or "rl":
        load = load + np.maximum(estimate.grf.get(f"grf_y_{side}", 0.0), 0.0)
    impact = _rms(_rate(load, given), IMPACT_WINDOW_S, given)
    # in logarithms: what doubles an error does so whatever its size
    own_values = (
        np.log(np.abs(value) + 10.0 * smallest),
        np.log(change + 100.0 * smallest),
        np.log(load + 0.05),
        np.log(impact + 0.5),
    )
    return Features(own, other, given.pelvis, given.count, np.column_stack([given.common, *own_values]))


def _common(estimate: Estimate, recording: Recording, beyond: Beyond) -> Array:
    samples, rate_hz = estimate.samples, estimate.rate_hz
    zero, one = np.zeros(samples), np.ones(samples)

    def smooth(values: Array, seconds: float) -> Array:
        return moving_mean(values, max(round(seconds * rate_hz), 1), beyond=beyond)

    speed = zero if estimate.speed is None else smooth(np.abs(estimate.speed), SPEED_WINDOW_S)
    residual = zero
    if estimate.root_residual is not None:
        residual = np.sqrt(np.maximum(smooth((estimate.root_residual[:, :2] ** 2).sum(1), WINDOW_S), 0.0))
    gyro, acc = (np.sqrt(np.maximum(smooth(_disagreement(estimate, part), WINDOW_S), 0.0)) for part in (slice(2, 3), slice(2)))
    start = zero if recording.periodic else np.exp(-(estimate.time_s - estimate.begin_s) / START_S)
    used = [sensor for sensor in recording.sensors if sensor.segment in estimate.sensor_segments]
    place = sum(sensor.position_m is None for sensor in used) / max(len(used), 1)
    assumed = float("height_m" in estimate.subject.assumed)
    return np.column_stack(
        [speed, speed**2, np.log(residual + 0.01), np.log(gyro + 0.05), np.log(acc + 0.3), start, assumed * one, place * one]
    )


def _disagreement(estimate: Estimate, part: slice) -> Array:
    """(T,) mean squared difference of virtual and measured signals over the sensors that are there."""
    assert estimate.imu_measured is not None
    assert estimate.imu_virtual is not None
    error = (estimate.imu_virtual - estimate.imu_measured)[..., part]
    there = np.isfinite(error)
    return (np.where(there, error, 0.0) ** 2).sum((1, 2)) / np.maximum(there.sum((1, 2)), 1)


def _rate(values: Array, given: Circumstances) -> Array:
    """(T,) rate of change by differences of neighbours [1/s]."""
    rate_hz = given.estimate.rate_hz
    if given.beyond == "wrap":
        return 0.5 * rate_hz * (np.roll(values, -1) - np.roll(values, 1))
    return np.gradient(values) * rate_hz if len(values) > 1 else np.zeros_like(values)


def _rms(values: Array, seconds: float, given: Circumstances) -> Array:
    window = max(round(seconds * given.estimate.rate_hz), 1)
    return np.sqrt(np.maximum(moving_mean(values**2, window, beyond=given.beyond), 0.0))
