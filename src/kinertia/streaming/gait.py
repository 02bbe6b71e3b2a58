"""Heel strikes and toe offs as they happen, from vertical ground reaction, and stride time, cadence and symmetry after them.

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

from kinertia.estimation.events import CONTACT_BW, SHORTEST_S
from kinertia.recording import Array
from kinertia.runtime.card import Layout

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
