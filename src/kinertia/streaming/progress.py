"""How something that goes on beside the stream is getting on, and how long it takes yet."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Literal

StateName = Literal["idle", "running", "done", "failed"]
SEEN_S, SEEN_PART = 3.0, 0.03  # before so much has been seen of a step, what is left of it would be guessed


@dataclass(frozen=True)
class Progress:
    """One moment of it."""

    state: StateName = "idle"  # ``idle`` before it was started
    step: str = ""  # what it does now, by name
    done: float = 0.0  # part that is done, 0 to 1
    words: str = ""  # what the wearer should do, what came out of it, or what went wrong and how to do better
    left_s: float | None = None  # how long it takes yet, or how long the wearer is waited for [s]; None where that is not known
    outcome: tuple[str, ...] = ()  # what came out of it, a sentence each; empty while it runs
    before: str = ""  # why the try before this one failed; empty when there was none, or it did not fail


class Remaining:
    """Follows one task; the clock gives the time [s]."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._step, self._begin, self._end_s = "", (math.nan, math.nan), math.nan

    def left_s(self, progress: Progress) -> float | None:
        """Time that is left [s]: what the task says itself, else by its pace within the present step; None where not known."""
        now = self._clock()
        if progress.state != "running":
            self._step, self._end_s = "", math.nan
            return None
        if progress.step != self._step:
            self._step, self._begin = progress.step, (now, progress.done)
        gone, part = now - self._begin[0], progress.done - self._begin[1]
        if progress.left_s is not None:
            self._end_s = now + progress.left_s
        elif gone >= SEEN_S and part >= SEEN_PART:
            self._end_s = now + gone * (1.0 - progress.done) / part
        # before the pace of a step is known, what was left before it goes on counting down
        return self._end_s - now if self._end_s > now else None
