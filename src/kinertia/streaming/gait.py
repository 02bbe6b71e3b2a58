"""Gait events and what follows from them: stride time, cadence, symmetry."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

SHORTEST_STRIDE_S, LONGEST_STRIDE_S = 0.35, 3.0
"""Heel strikes further apart have standing between them; closer ones, as after a start, are no strides (sprinters: 0.4 s)."""
STRIDES = 5
"""Strides that figures are averaged over."""


@dataclass(frozen=True, slots=True)
class Event:
    """One heel strike or toe off.

    Attributes
    ----------
    name : ``heel_strike_r``, ``toe_off_r``, ``heel_strike_l`` or ``toe_off_l``.
    index : grid point at which it happened (not the one at which it was told).
    time_s : its time on the session's axis [s].
    """

    name: str
    index: int
    time_s: float


@dataclass(frozen=True, slots=True)
class Gait:
    """Figures over the last strides; NaN while there are none.

    Attributes
    ----------
    stride_s, stance_s : right and left, means [s].
    cadence_per_min : steps per minute.
    symmetry_percent : difference of stance times, right less left, over their mean; zero is symmetric.
    """

    stride_s: tuple[float, float] = (float("nan"), float("nan"))
    stance_s: tuple[float, float] = (float("nan"), float("nan"))
    cadence_per_min: float = float("nan")
    symmetry_percent: float = float("nan")


NOTHING = Gait()


@dataclass(frozen=True)
class Steps:
    """The last events of both feet.

    Attributes
    ----------
    strikes : right and left, times of the last heel strikes [s].
    stances : right and left, durations of the last contacts [s].
    """

    strikes: tuple[tuple[float, ...], tuple[float, ...]] = ((), ())
    stances: tuple[tuple[float, ...], tuple[float, ...]] = ((), ())
    gait: Gait = field(default=NOTHING)

    def after(self, event: Event) -> Steps:
        """With one more event."""
        side = 0 if event.name.endswith("_r") else 1
        strikes, stances = list(self.strikes), list(self.stances)
        if event.name.startswith("heel_strike"):
            before = strikes[side]
            broken = bool(before) and not SHORTEST_STRIDE_S < event.time_s - before[-1] < LONGEST_STRIDE_S
            strikes[side] = (*(() if broken else before[-STRIDES:]), event.time_s)
            stances[side] = () if broken else stances[side]
        elif strikes[side] and 0.0 < event.time_s - strikes[side][-1] < LONGEST_STRIDE_S:
            stances[side] = (*stances[side][1 - STRIDES :], event.time_s - strikes[side][-1])
        return Steps((strikes[0], strikes[1]), (stances[0], stances[1]), _figures(strikes, stances))


def _figures(strikes: list[tuple[float, ...]], stances: list[tuple[float, ...]]) -> Gait:
    right, left = (_mean([b - a for a, b in pairwise(times)]) for times in strikes)
    stance_r, stance_l = (_mean(list(times)) for times in stances)
    known = [x for x in (right, left) if x == x]
    return Gait(
        (right, left),
        (stance_r, stance_l),
        120.0 / _mean(known) if known else float("nan"),
        200.0 * (stance_r - stance_l) / (stance_r + stance_l),
    )


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else float("nan")
