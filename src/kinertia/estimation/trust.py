"""Where an estimate is not to be trusted: limits that whole recordings and streams share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kinertia.estimation.estimate import Activity, Estimate
from kinertia.numerics.signals import moving_mean
from kinertia.recording import LOWER_BODY, Array

TRUSTED_RESIDUAL_BW = 0.06
"""Largest trusted residual force of the equations of motion, root mean square over a stride. Sound simulated people who walk,
run and change between both: 98 of 100 strides below 0.05; 3313 real strides (HuGaDB, gait toolbox): the same."""
RUNNING_RATIO = 2.0
"""In running the residual force may be so many times as large: 0.02 to 0.04 BW in simulated people, 0.07 to 0.11 BW in real
signals and in sensors on measured motion; a sensor upside down, late or back to front 0.14 to 0.23 BW."""
TRUSTED_RESIDUAL_BWBH = 0.02  # the same for the residual moment; 98 of 100 strides of the same below 0.014
TRUSTED_DISAGREEMENT = 0.45
"""Largest trusted difference of virtual and measured angular rates over a stride, as a part of the rates. Simulated people
0.07 to 0.16, real strides 0.32, 98 of 100 of them below 0.42; shanks exchanged 0.67 to 0.70, a sensor back to front or late by
0.2 s, or a leg of somebody else, 0.3 to 0.6."""
ACC_RATIO = 5.0 / 3.0
"""Accelerations may be further off than rates, as impacts and skin are no rigid body: 98 of 100 real strides below 0.65."""
STILL_POWER = len(LOWER_BODY) * 0.5**2
"""Rates of people who hardly move are not asked to agree better than this, (rad/s)^2 over all sensors."""
WINDOW_S = 1.0  # what is judged where no stride is known: about as long as one

RESIDUAL, DISAGREEMENT, OTHER = "residual", "disagreement", "other"
WORDS = {
    OTHER: "this is neither walking, running nor standing, which is all that models know",
    RESIDUAL: "the estimated motion and forces do not agree with each other",
    DISAGREEMENT: "the measured signals are not those of the estimated motion",
}

Span = tuple[float, float]  # first and last sample of a stride, fractions allowed


@dataclass(frozen=True)
class Agreement:
    """How an estimate agrees with itself and with the signals."""

    # force, moment: (T,) squared residual force and moment at the root, over what is trusted
    force: Array
    moment: Array
    # acc, gyro: (T,) squared differences of virtual and measured signals less what is trusted; positive is too much
    acc: Array
    gyro: Array
    counted: NDArray[np.bool_]  # (T,) samples that count

    @classmethod
    def of(
        cls,
        residual: Array,
        measured: Array,
        virtual: Array,
        counted: NDArray[np.bool_] | None = None,
        running: NDArray[np.bool_] | None = None,
    ) -> Agreement:
        """Agreement at each sample; arrays as in :class:`Estimate`, ``running`` (T,) where the person runs, default nowhere."""
        error = virtual - measured
        there = np.isfinite(error)
        square, power = (np.where(there, x, 0.0) ** 2 for x in (error, measured))
        force_bw = TRUSTED_RESIDUAL_BW * np.where(False if running is None else running, RUNNING_RATIO, 1.0)
        acc_error, acc_power = (part[..., :2].sum((1, 2)) for part in (square, power))
        gyro_error, gyro_power = (part[..., 2].sum(1) for part in (square, power))
        return cls(
            force=(residual[:, :2] ** 2).sum(1) / force_bw**2,
            moment=residual[:, 2] ** 2 / TRUSTED_RESIDUAL_BWBH**2,
            acc=acc_error - (ACC_RATIO * TRUSTED_DISAGREEMENT) ** 2 * acc_power,
            gyro=gyro_error - TRUSTED_DISAGREEMENT**2 * (gyro_power + STILL_POWER),
            counted=np.ones(len(residual), dtype=bool) if counted is None else counted,
        )

    @classmethod
    def of_estimate(cls, estimate: Estimate) -> Agreement | None:
        """That of an estimate; None without forces."""
        residual, measured, virtual = estimate.root_residual, estimate.imu_measured, estimate.imu_virtual
        if residual is None or measured is None or virtual is None:
            return None
        running = None if estimate.activity is None else estimate.activity == Activity.RUNNING
        return cls.of(residual, measured, virtual, estimate.counted, running)

    def over(self, span: Span) -> dict[str, bool]:
        """The reasons of :data:`WORDS` not to trust a stride, of what counts in it."""
        part = slice(int(span[0]), int(np.ceil(span[1])) + 1)
        use = self.counted[part]
        if not use.any():
            return {RESIDUAL: False, DISAGREEMENT: False}
        force, moment, acc, gyro = (x[part][use].mean() for x in (self.force, self.moment, self.acc, self.gyro))
        return {RESIDUAL: not _held(force, moment), DISAGREEMENT: bool(acc > 0.0 or gyro > 0.0)}

    def around(self, window: int) -> dict[str, NDArray[np.bool_]]:
        """The same around each sample (T,); False where the sample itself does not count."""

        def mean(values: Array) -> Array:
            return moving_mean(np.where(self.counted, values, 0.0), window)

        share = np.maximum(mean(np.ones(len(self.counted))), 1e-9)
        held = _held(mean(self.force) / share, mean(self.moment) / share)
        apart = (mean(self.acc) > 0.0) | (mean(self.gyro) > 0.0)
        return {RESIDUAL: self.counted & ~held, DISAGREEMENT: self.counted & apart}


def _held(force: Array, moment: Array) -> NDArray[np.bool_]:
    # what is no number is not below the limit
    return (force <= 1.0) & (moment <= 1.0)


def doubts(
    agreement: Agreement, rate_hz: float, *, periodic: bool, strides: Iterable[Span] = ()
) -> dict[str, NDArray[np.bool_]]:
    """Reasons of :data:`WORDS` to (T,) True where outputs should not be trusted for it; what does not count is not flagged.

    A cycle that repeats is judged as one stride. Each of the strides is judged as a whole, what lies in none over a second
    around each sample.
    """
    samples = len(agreement.counted)
    if periodic:
        return {reason: np.full(samples, flagged) for reason, flagged in agreement.over((0, samples - 1)).items()}
    result = agreement.around(max(round(WINDOW_S * rate_hz), 1))
    judged = [(slice(int(a), int(np.ceil(b)) + 1), agreement.over((a, b))) for a, b in strides]
    for reason, flagged in result.items():
        for part, _ in judged:
            flagged[part] = False
        for part, reasons in judged:
            flagged[part] |= reasons[reason]
    return result
