"""What comes out: one frame per sample of the model's time grid, with heel strikes and toe offs as they happen.

On a signal without chatter these are the events that estimates of whole recordings have: the same threshold, the same
indices. There, contacts and flights shorter than 0.08 s are taken back afterwards; here an event is told once the foot has been
on, or off, the ground for a moment, and the next one follows 0.08 s after it at the earliest.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from kinertia.estimation.estimate import Activity
from kinertia.estimation.gait import CONTACT_BW, SHORTEST_S
from kinertia.recording import Array
from kinertia.runtime.card import Layout
from kinertia.streaming import trust

SHORTEST_STRIDE_S, LONGEST_STRIDE_S = 0.35, 3.0
"""Heel strikes further apart have standing between them; closer ones, as after a start, are no strides (sprinters: 0.4 s)."""
STRIDES = 5  # strides that figures are averaged over


@dataclass(frozen=True, slots=True)
class Event:
    """One heel strike or toe off."""

    name: str  # ``heel_strike_r``, ``toe_off_r``, ``heel_strike_l`` or ``toe_off_l``
    index: int  # grid point at which it happened (not the one at which it was told)
    time_s: float  # its time on the session's axis [s]


@dataclass(frozen=True, slots=True)
class Gait:
    """Figures over the last strides; NaN while there are none."""

    stride_s: tuple[float, float] = (math.nan, math.nan)  # stride_s, stance_s: right and left, means [s]
    stance_s: tuple[float, float] = (math.nan, math.nan)
    cadence_per_min: float = math.nan  # steps per minute
    symmetry_percent: float = math.nan  # difference of stance times, right less left, over their mean; zero is symmetric


NOTHING = Gait()


class Steps:
    """The last events of both feet; ``gait`` is what follows from them."""

    def __init__(self) -> None:
        self.gait = NOTHING
        self._strikes: dict[str, deque[float]] = {side: deque(maxlen=STRIDES + 1) for side in "rl"}
        self._stances: dict[str, deque[float]] = {side: deque(maxlen=STRIDES) for side in "rl"}

    def add(self, event: Event) -> None:
        """Take in one more event."""
        strikes, stances = self._strikes[event.name[-1]], self._stances[event.name[-1]]
        apart = event.time_s - strikes[-1] if strikes else math.inf
        if event.name.startswith("heel_strike"):
            if not SHORTEST_STRIDE_S < apart < LONGEST_STRIDE_S:
                strikes.clear()
                stances.clear()
            strikes.append(event.time_s)
        elif 0.0 < apart < LONGEST_STRIDE_S:
            stances.append(apart)
        right, left = (_mean([b - a for a, b in pairwise(times)]) for times in self._strikes.values())
        stance_r, stance_l = (_mean(times) for times in self._stances.values())
        cadence = 120.0 / _mean([stride for stride in (right, left) if stride == stride])
        symmetry = 200.0 * (stance_r - stance_l) / (stance_r + stance_l)
        self.gait = Gait((right, left), (stance_r, stance_l), cadence, symmetry)


def _mean(values: Iterable[float]) -> float:
    known = list(values)
    return sum(known) / len(known) if known else math.nan


class Foot:
    """Contact of one foot; ``confirm_s`` is how long a change must last before it is told [s]."""

    __slots__ = ("_changed", "_confirm", "_down", "_shortest", "_since")

    def __init__(self, rate_hz: float, confirm_s: float) -> None:
        self._confirm = max(round(confirm_s * rate_hz), 1)
        self._shortest = max(round(SHORTEST_S * rate_hz), 1)
        self.forget()

    def forget(self) -> None:
        """Start again: whether the foot is down is not known."""
        self._down: bool | None = None
        self._since = -1
        self._changed = -self._shortest

    def update(self, vertical_bw: float, index: int) -> tuple[bool, int] | None:
        """Take in the force at a grid point; whether the foot came down (else up) and since when, once that is certain."""
        down = vertical_bw > CONTACT_BW
        if down is self._down or vertical_bw != vertical_bw:
            self._since = -1
            return None
        if self._down is None:
            self._down = down
            return None
        if self._since < 0:
            self._since = index
        if index - self._since + 1 < self._confirm or index - self._changed < self._shortest:
            return None
        self._down, self._changed, self._since, since = down, self._since, -1, self._since
        return down, since


class Feet:
    """Events of both feet in the order in which they become certain; parameters as of :class:`Foot`."""

    def __init__(self, layout: Layout, rate_hz: float, confirm_s: float) -> None:
        self._feet = tuple((side, layout.index[f"grf_y_{side}"], Foot(rate_hz, confirm_s)) for side in "rl")

    def forget(self) -> None:
        """Start again."""
        for _, _, foot in self._feet:
            foot.forget()

    def update(self, values: Array, index: int, time_s: float, step_s: float) -> tuple[Event, ...]:
        """Events that values of a grid point, its time and the grid's step make certain."""
        result: tuple[Event, ...] = ()
        for side, at, foot in self._feet:
            if change := foot.update(values.item(at), index):
                name = f"{'heel_strike' if change[0] else 'toe_off'}_{side}"
                result = (*result, Event(name, change[1], time_s - (index - change[1]) * step_s))
        return result


@dataclass(slots=True)
class Frame:
    """One grid point. Arrays belong to nobody: read them, never change them."""

    index: int  # number of the grid point; it grows by one except over a pause
    time_s: float  # its time on the session's axis [s], zero at the first one
    # the same on the clock of ``time.perf_counter()`` [s]: when the signals were measured, as far as clocks can tell
    local_s: float
    values: Array  # (M,) named by the model's layout, NaN before there are any; of the grid point ``delay_samples`` earlier,
    # muscles of the one before that (:mod:`kinertia.streaming.muscles`)
    signals: Array  # (S, C) channels of the model's sensor set [m/s^2, rad/s] that went in now; NaN where missing
    present: np.ndarray  # (S,) whether the segment's sensor gave something
    held: np.ndarray  # (S,) whether an older value stands in for one that did not come
    reasons: int  # why not to trust the values, bits of :mod:`kinertia.streaming.trust`; zero when nothing speaks against them
    events: tuple[Event, ...]  # heel strikes and toe offs that became certain now
    gait: Gait  # stride time, cadence and symmetry from the latest events
    compute_s: float  # time it took to compute this frame [s]; waiting and output delay are no part of it
    activity: Activity | None = None  # what the wearer does, as far as the signals before show; None before it is known

    @property
    def trust(self) -> bool:
        """Whether nothing speaks against the values."""
        return self.reasons == 0

    @property
    def why(self) -> tuple[str, ...]:
        """What speaks against the values, in words."""
        return trust.describe(self.reasons)


@dataclass(frozen=True)
class Delay:
    """Parts of the output delay."""

    model_s: float  # the model looks this far ahead, for derivatives [s]
    # a grid point between two samples waits for the second one; on average of late, for the slowest stream [s]
    resampling_s: float
    patience_s: float  # how much longer a grid point waits at most when a sample does not come [s]
