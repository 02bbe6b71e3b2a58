"""Motion and forces over time as every method with a body gives them, and the estimate of a recording that they become."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kinertia.estimation import gait
from kinertia.estimation.estimate import Activity, Estimate
from kinertia.estimation.trust import OTHER, Agreement, doubts
from kinertia.recording import Array, Recording

SIDES = ("r", "l")
Sampler = Callable[[Array], Array]  # brings a series (T, ...) from a method's time axis to the times at which values are wanted


@dataclass(frozen=True)
class Series:
    """Time series at a method's own rate, one row per sample."""

    names: tuple[str, ...]  # the n coordinates' names, the root's first
    q: Array  # (T, n) coordinates [m, rad]; pelvis_tx is not read, it follows from the speed
    speed: Array  # (T,) forward speed [m/s]
    moments: Array  # (T, n - 3) net joint moments [N m]
    residual: Array  # (T, 3) force x, y [BW] and moment [BWBH] at the root that no joint explains
    grf: Array  # (T, 4) ground reaction x, y of the right and x, y of the left foot [BW]
    pressure: Array  # (T, 2) vertical force times its forward distance from the pelvis, right and left [BW m]
    virtual: Array  # (T, S, C) virtual channels of the sensor set [m/s^2, rad/s]
    points: dict[str, Array]  # named landmarks (T, 2), relative to the pelvis along x [m]

    @property
    def joints(self) -> tuple[str, ...]:
        """Names of the joints' coordinates, those after the root's."""
        return self.names[len(self.names) - self.moments.shape[1] :]

    def travel(self, rate_hz: float) -> Array:
        """(T,) forward position of the pelvis [m]: the integral of speed (trapezoid)."""
        step = 0.5 * (self.speed[1:] + self.speed[:-1]) / rate_hz
        return np.concatenate([[0.0], np.cumsum(step)])


def assemble(
    series: Series,
    rate_hz: float,
    recording: Recording,
    method: str,
    measured: Array,
    segments: tuple[str, ...],
    sample: Sampler,
    activity: NDArray[np.int8],
    settled: NDArray[np.bool_] | None = None,
) -> Estimate:
    """An estimate of a recording, with its warnings and what the residual says; without delay and wall time.

    The series, at ``rate_hz``, has the virtual signals of the K sensors that are on ``segments``; ``measured`` are theirs
    (T, K, 3) in segment frames at the wanted times, NaN where missing. The recording gives name, rate and person, and has as
    many samples as ``sample`` returns. ``activity`` is what the person does at each wanted time, see
    :func:`kinertia.sensing.activity.classify`; ``settled`` (T,) where the method has seen enough to be judged.
    """
    travel = series.travel(rate_hz)
    # landmarks and centres of pressure are relative to the pelvis along x
    shift = np.stack([travel, np.zeros(len(travel))], axis=-1)
    coordinates = {name: sample(series.q[:, j]) for j, name in enumerate(series.names)}
    coordinates[series.names[0]] = sample(travel)
    residual = sample(series.residual)
    forces = sample(series.grf)
    grf = {f"grf_{axis}_{side}": forces[:, 2 * s + a] for s, side in enumerate(SIDES) for a, axis in enumerate(("x", "y"))}
    pressure, vertical = sample(series.pressure + series.grf[:, [1, 3]] * travel[:, None]), forces[:, 1::2]
    centre = np.where(vertical > gait.CONTACT_BW, pressure / np.maximum(vertical, 1e-9), np.nan)
    virtual = sample(series.virtual)
    result = Estimate(
        name=recording.name,
        method=method,
        rate_hz=recording.rate_hz,
        subject=recording.subject,
        coordinates=coordinates,
        moments={name: sample(series.moments[:, j]) for j, name in enumerate(series.joints)},
        grf=grf,
        cop_x=dict(zip(SIDES, centre.T, strict=True)),
        speed=sample(series.speed),
        points={k: sample(v + shift) for k, v in series.points.items()},
        root_residual=residual,
        imu_measured=measured,
        imu_virtual=virtual,
        sensor_segments=segments,
        events=gait.from_grf(grf, recording.rate_hz, recording.periodic),
        activity=activity,
        begin_s=recording.begin_s,
        settled=settled,
        warnings=tuple(_subject_warnings(recording)),
    )
    return replace(result, doubts=_doubts(result, recording.periodic))


def _subject_warnings(recording: Recording) -> list[str]:
    result = list(recording.remarks)
    for name in recording.subject.assumed:
        quantity = f"body {name.partition('_')[0]}"
        if not any(warning.startswith(quantity) for warning in result):
            result.append(f"{quantity} not given: a default was used")
    return result


def _doubts(result: Estimate, periodic: bool) -> dict[str, NDArray[np.bool_]]:
    """Reasons not to trust parts of an estimate; what does not count is not flagged."""
    agreement = Agreement.of_estimate(result)
    assert agreement is not None
    assert result.activity is not None
    spans = [span for kind in gait.kinds(result, periodic=periodic) for span in kind.spans]
    other = result.counted & (result.activity == Activity.OTHER)
    return {OTHER: other, **doubts(agreement, result.rate_hz, periodic=periodic, strides=spans)}
