"""Gait cycles of both legs, found once for everything that is said about them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from kinertia.estimation import strides
from kinertia.estimation.estimate import Activity, Estimate
from kinertia.estimation.strides import Strides
from kinertia.recording import Array

KINDS = (Activity.WALKING, Activity.RUNNING)


@dataclass(frozen=True)
class Gait:
    """Strides of one kind of gait."""

    legs: dict[str, Strides]  # ``r``, ``l`` to strides; a leg without a complete stride is left out
    rate_hz: float  # of the sample indices [Hz]
    word: str = ""  # ``walking`` or ``running``; empty where it was not told
    # strides of the other kinds of gait, by their word; they are not among ``legs``
    others: dict[str, int] = field(default_factory=dict)

    def of(self, side: str) -> Strides | None:
        """Strides of a leg; for a quantity without a side those of the right leg, else of the left."""
        return self.legs.get(side) if side else self.legs.get("r", self.legs.get("l"))

    @property
    def spans(self) -> list[tuple[float, float]]:
        """First and last sample of each stride of both legs, in order of time."""
        result = [span for leg in self.legs.values() for span in zip(leg.begin.tolist(), leg.end.tolist(), strict=True)]
        return sorted(result)

    @property
    def count(self) -> int:
        return sum(leg.count for leg in self.legs.values())

    @property
    def dropped(self) -> int:
        return sum(leg.dropped for leg in self.legs.values())

    def cycles(self, series: Array, side: str) -> Array | None:
        """(S, 101) complete cycles of a series of this side; None when there is none."""
        if (leg := self.of(side)) is None:
            return None
        cut = strides.cut(series, leg)
        complete = cut[np.isfinite(cut).all(axis=1)]
        return complete if complete.size else None


def find(estimate: Estimate, *, periodic: bool) -> Gait:
    """Strides of the kind of gait, walking or running, that there are most of in what counts of an estimate.

    They rest on ``heel_strike_r`` and ``heel_strike_l`` among its events; ``periodic`` recordings are one cycle that repeats.
    """
    by_kind = kinds(estimate, periodic=periodic)
    most = max(by_kind, key=lambda kind: kind.count)
    return replace(most, others={kind.word: kind.count for kind in by_kind if kind is not most and kind.count})


def kinds(estimate: Estimate, *, periodic: bool) -> list[Gait]:
    """Strides of each kind of gait, walking and running; all in one where nobody told them apart."""
    if periodic:
        return [Gait(_legs(estimate, None), estimate.rate_hz)]
    if estimate.activity is None:
        return [Gait(_legs(estimate, estimate.counted), estimate.rate_hz)]
    return [
        Gait(_legs(estimate, estimate.counted & (estimate.activity == kind)), estimate.rate_hz, kind.word) for kind in KINDS
    ]


def _legs(estimate: Estimate, within: NDArray[np.bool_] | None) -> dict[str, Strides]:
    """Strides of each leg that lie within the flagged samples; the whole of a repeating cycle where None."""
    legs = {}
    for side in "rl":
        strikes = estimate.events.get(f"heel_strike_{side}")
        if strikes is None:
            continue
        result = strides.find(strikes, period=estimate.samples) if within is None else strides.find(strikes, within=within)
        if result.count:
            legs[side] = result
    return legs
