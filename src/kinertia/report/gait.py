"""Gait cycles of both legs, found once for the whole report."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinertia.estimation import strides
from kinertia.estimation.estimate import Estimate
from kinertia.estimation.strides import Strides
from kinertia.recording import Array


@dataclass(frozen=True)
class Gait:
    """Strides per leg (``r``, ``l``); a leg without a complete stride is left out."""

    legs: dict[str, Strides]
    rate_hz: float

    def of(self, side: str) -> Strides | None:
        """Strides of a leg; for a quantity without a side those of the right leg, else of the left."""
        return self.legs.get(side) if side else self.legs.get("r", self.legs.get("l"))

    def durations_s(self, side: str) -> Array:
        """(S,) stride times of a leg [s]."""
        found = self.legs.get(side)
        return found.durations / self.rate_hz if found else np.empty(0)

    @property
    def all_durations_s(self) -> Array:
        """Stride times of both legs [s]."""
        return np.concatenate([self.durations_s(side) for side in "rl"])

    @property
    def dropped(self) -> int:
        return sum(leg.dropped for leg in self.legs.values())

    def cycles(self, series: Array, side: str) -> Array | None:
        """(S, 101) complete cycles of a series of this side; None when there is none."""
        found = self.of(side)
        if found is None:
            return None
        cut = strides.cut(series, found)
        complete = cut[np.isfinite(cut).all(axis=1)]
        return complete if complete.size else None


def find(estimate: Estimate, *, periodic: bool) -> Gait:
    """Strides from the estimate's heel strikes.

    Parameters
    ----------
    estimate : with ``heel_strike_r`` and ``heel_strike_l`` among its events, as far as known.
    periodic : True when the recording is exactly one cycle that repeats.
    """
    period = estimate.samples if periodic else None
    legs = {
        side: strides.find(estimate.events[f"heel_strike_{side}"], period=period)
        for side in "rl"
        if f"heel_strike_{side}" in estimate.events
    }
    return Gait({side: found for side, found in legs.items() if found.count}, estimate.rate_hz)
