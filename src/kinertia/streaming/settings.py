"""How long the core waits, holds and remembers."""

from __future__ import annotations

from dataclasses import dataclass, fields

from kinertia.estimation.settling import WARM_UP_S
from kinertia.estimation.trust import TRUSTED_DISAGREEMENT, TRUSTED_RESIDUAL_BW, TRUSTED_RESIDUAL_BWBH


@dataclass(frozen=True)
class Settings:
    """Times in seconds; the defaults suit sensors of 60 to 200 Hz over radio.

    Attributes
    ----------
    patience_s : how long a complete grid point waits for the stragglers of other streams, beyond their usual jitter.
    most_patience_s : the longest wait, jitter included.
    interpolate_s : longest missing time that a straight line bridges, once the next sample is there.
    hold_s : how long the last value stands in for samples that do not come; afterwards they are missing.
    lost_s : a sensor that is silent for longer is lost, and nobody waits for it.
    pause_s : when all sensors are silent for longer, the estimate pauses; it starts afresh when one returns.
    frozen_s : a sensor whose values do not change for that long is frozen and counts as missing; 0 accepts it.
    warm_up_s : time after a start in which estimates are not to be trusted.
    residual_bw : largest trusted residual of the equations of motion, RMS over a second [BW].
    residual_bwbh : the same of its moment [BWBH].
    disagreement : largest trusted difference of virtual and measured angular rates over a second, as a part of the
        rates; accelerations may differ five thirds as much.
    confirm_s : how long a foot must be on, or off, the ground before the event is told.
    memory_s : how much of the signals is kept to warm another model up.
    """

    patience_s: float = 0.015
    most_patience_s: float = 0.06
    interpolate_s: float = 0.05
    hold_s: float = 0.03
    lost_s: float = 0.25
    pause_s: float = 1.0
    frozen_s: float = 0.5
    warm_up_s: float = WARM_UP_S
    residual_bw: float = TRUSTED_RESIDUAL_BW
    residual_bwbh: float = TRUSTED_RESIDUAL_BWBH
    disagreement: float = TRUSTED_DISAGREEMENT
    confirm_s: float = 0.03
    memory_s: float = 6.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not 0.0 <= value < 3600.0:
                raise ValueError(f"streaming setting {field.name} is {value}: give a number from 0 to 3600")
        if self.pause_s < self.lost_s:
            raise ValueError(f"pause_s is {self.pause_s}: it must not be shorter than lost_s, {self.lost_s}")
