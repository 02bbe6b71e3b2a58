"""Heel strikes and toe offs as they happen, from vertical ground reaction.

On a signal without chatter these are the events that estimates of whole recordings have: the same threshold, the same
indices. There, contacts and flights shorter than 0.08 s are taken back afterwards; here an event is told once the foot has been
on, or off, the ground for a moment, and the next one follows 0.08 s after it at the earliest.
"""

from __future__ import annotations

from kinertia.recording import Array
from kinertia.runtime.layout import Layout
from kinertia.streaming.gait import Event

CONTACT_BW = 0.05  # as in estimation.events
SHORTEST_S = 0.08  # as in estimation.events


class Foot:
    """Contact of one foot.

    Parameters
    ----------
    rate_hz : rate of the values [Hz].
    confirm_s : how long a change must last before it is told [s].
    """

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
        self._feet = tuple((side, layout.index[f"grf_y_{side}"], Foot(rate_hz, confirm_s)) for side in ("r", "l"))

    def forget(self) -> None:
        """Start again."""
        for _, _, foot in self._feet:
            foot.forget()

    def update(self, values: Array, index: int, time_s: float, step_s: float) -> tuple[Event, ...]:
        """Events that values of a grid point, its time and the grid's step make certain."""
        result: tuple[Event, ...] = ()
        for side, at, foot in self._feet:
            change = foot.update(values.item(at), index)
            if change is not None:
                down, since = change
                name = f"{'heel_strike' if down else 'toe_off'}_{side}"
                result = (*result, Event(name, since, time_s - (index - since) * step_s))
        return result
