"""How long the core waits, holds and remembers."""

from __future__ import annotations

from dataclasses import dataclass, fields

from kinertia.estimation.estimator import WARM_UP_S
from kinertia.estimation.trust import TRUSTED_DISAGREEMENT, TRUSTED_RESIDUAL_BW, TRUSTED_RESIDUAL_BWBH


@dataclass(frozen=True)
class Settings:
    """Times in seconds; the defaults suit sensors of 60 to 200 Hz over radio."""

    # how long a complete grid point waits for the stragglers of other streams, beyond their usual jitter
    patience_s: float = 0.015
    most_patience_s: float = 0.06  # the longest wait, jitter included
    interpolate_s: float = 0.05  # longest missing time that a straight line bridges, once the next sample is there
    hold_s: float = 0.03  # how long the last value stands in for samples that do not come; afterwards they are missing
    lost_s: float = 0.25  # a sensor that is silent for longer is lost, and nobody waits for it
    pause_s: float = 1.0  # when all sensors are silent for longer, the estimate pauses; it starts afresh when one returns
    frozen_s: float = 0.5  # a sensor whose values do not change for that long is frozen and counts as missing; 0 accepts it
    warm_up_s: float = WARM_UP_S  # time after a start in which estimates are not to be trusted
    residual_bw: float = TRUSTED_RESIDUAL_BW  # largest trusted residual of the equations of motion, RMS over a second [BW]
    residual_bwbh: float = TRUSTED_RESIDUAL_BWBH  # the same of its moment [BWBH]
    # largest trusted difference of virtual and measured angular rates over a second, as a part of the rates; accelerations
    # may differ five thirds as much
    disagreement: float = TRUSTED_DISAGREEMENT
    confirm_s: float = 0.03  # how long a foot must be on, or off, the ground before the event is told
    memory_s: float = 6.0  # how much of the signals is kept to warm another model up

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not 0.0 <= value < 3600.0:
                raise ValueError(f"streaming setting {field.name} is {value}: give a number from 0 to 3600")
        if self.pause_s < self.lost_s:
            raise ValueError(f"pause_s is {self.pause_s}: it must not be shorter than lost_s, {self.lost_s}")
