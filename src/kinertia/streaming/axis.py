"""The session's time axis: the clock of one stream, carried on by the local clock when that stream is silent."""

from __future__ import annotations

from dataclasses import dataclass

from kinertia.streaming.grid import Grid


@dataclass(slots=True)
class Axis:
    """Session time and the model's grid on it.

    Attributes
    ----------
    grid : the model's grid.
    base_s : session time less local time [s].
    leader : index of the stream whose clock the session's time is; -1 before there is one.
    """

    grid: Grid
    base_s: float = 0.0
    leader: int = -1
