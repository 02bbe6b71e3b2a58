"""Gait events from vertical ground reaction, and gait cycles of both legs, found once for all that is said about them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from kinertia.estimation.estimate import Activity, Estimate
from kinertia.recording import Array

CONTACT_BW = 0.05  # usual limit of a force plate's contact
SHORTEST_S = 0.08  # contacts and flights of runners last longer
NODES = 101  # points of a normalised gait cycle: 0, 1, ..., 100 percent
TOLERANCE = 0.3
"""Largest difference of a stride's duration from the median that still counts as the same gait, as a part of the median."""
KINDS = (Activity.WALKING, Activity.RUNNING)


def contact_intervals(vertical_bw: Array, rate_hz: float, periodic: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Samples at which contact of one foot starts and ends, from (T,) vertical ground reaction [BW].

    Contacts and flights shorter than 0.08 s are ignored; of a ``periodic`` one the first sample follows the last.
    """
    shortest = max(round(SHORTEST_S * rate_hz), 1)
    contact = vertical_bw > CONTACT_BW
    if contact.all() or not contact.any():
        return np.array([], dtype=int), np.array([], dtype=int)
    length = len(contact)
    if periodic:
        contact = np.tile(contact, 3)
    for value in (False, True):
        edges = np.flatnonzero(np.diff(contact.astype(int))) + 1
        bounds = np.concatenate([[0], edges, [len(contact)]])
        for start, stop in pairwise(bounds):
            if contact[start] == value and stop - start < shortest and start > 0 and stop < len(contact):
                contact[start:stop] = not value
    change = np.diff(contact.astype(int))
    strikes, offs = np.flatnonzero(change == 1) + 1, np.flatnonzero(change == -1) + 1
    if periodic:
        strikes, offs = (e[(e >= length) & (e < 2 * length)] - length for e in (strikes, offs))
    return strikes, offs


def from_grf(grf: dict[str, Array], rate_hz: float, periodic: bool = False) -> dict[str, np.ndarray]:
    """``heel_strike_r``, ``toe_off_r`` and the left ones, for every side with a vertical force."""
    result: dict[str, np.ndarray] = {}
    for side in ("r", "l"):
        if f"grf_y_{side}" in grf:
            strikes, offs = contact_intervals(grf[f"grf_y_{side}"], rate_hz, periodic)
            result[f"heel_strike_{side}"], result[f"toe_off_{side}"] = strikes, offs
    return result


@dataclass(frozen=True)
class Strides:
    """Gait cycles of one leg."""

    # begin, end: (S,) heel strike and next heel strike of the same foot, sample indices (fractions allowed)
    begin: Array
    end: Array
    dropped: int = 0  # cycles left out because their duration is far from the median: pauses, turns, missed events
    # samples of a recording that is one repeating cycle (a stride may then run past its end), None otherwise
    period: int | None = None

    @property
    def count(self) -> int:
        return self.begin.shape[0]

    @property
    def durations(self) -> Array:
        """(S,) duration of each cycle [samples]."""
        return self.end - self.begin


def find(
    strikes: np.ndarray,
    *,
    period: int | None = None,
    tolerance: float = TOLERANCE,
    within: NDArray[np.bool_] | None = None,
) -> Strides:
    """Gait cycles between successive heel strikes of one foot, sample indices in any order.

    Of a recording that is exactly one cycle that repeats, of ``period`` samples, the first strike begins the one cycle. Cycles
    whose duration differs from the median by more than ``tolerance``, as part of it, are dropped and counted; those with other
    samples in them than ``within`` (T,) says count are left out, and are not counted.
    """
    strikes = np.unique(np.asarray(strikes, dtype=float))
    strikes = strikes[np.isfinite(strikes)]
    if period is not None:
        begin = strikes[:1]
        return Strides(begin, begin + period, 0, period)
    begin, end = strikes[:-1], strikes[1:]
    if within is not None:
        before = np.concatenate([[0], np.cumsum(~within)])
        first, last = (np.clip(at.astype(int), 0, len(within) - 1) for at in (np.floor(begin), np.ceil(end)))
        whole = before[last + 1] == before[first]
        begin, end = begin[whole], end[whole]
    if begin.size == 0:
        return Strides(np.empty(0), np.empty(0))
    durations = end - begin
    median = np.median(durations)
    keep = np.abs(durations - median) <= tolerance * median
    return Strides(begin[keep], end[keep], int(np.count_nonzero(~keep)))


def cut(series: Array, strides: Strides, nodes: int = NODES) -> Array:
    """(S, nodes) a (T,) series over each cycle, first and last point on successive heel strikes (linear); NaN stays NaN."""
    at = strides.begin[:, None] + np.linspace(0.0, 1.0, nodes) * strides.durations[:, None]
    return np.interp(at, np.arange(series.shape[0]), series, period=strides.period)


def average(cycles: Array) -> tuple[Array, Array, int]:
    """Mean (nodes,), standard deviation (nodes,) and number of the (S, nodes) cycles that are complete.

    Both curves are NaN when none is; of a single cycle the deviation is zero.
    """
    complete = cycles[np.isfinite(cycles).all(axis=-1)]
    count = len(complete)
    if count == 0:
        missing = np.full(cycles.shape[-1], np.nan)
        return missing, missing, 0
    spread = complete.std(axis=0, ddof=1) if count > 1 else np.zeros(cycles.shape[-1])
    return complete.mean(axis=0), spread, count


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
        every = cut(series, leg)
        complete = every[np.isfinite(every).all(axis=1)]
        return complete if complete.size else None


def prevailing(estimate: Estimate, *, periodic: bool) -> Gait:
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
        result = find(strikes, period=estimate.samples) if within is None else find(strikes, within=within)
        if result.count:
            legs[side] = result
    return legs
