"""How something that goes on beside the stream is getting on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

StateName = Literal["idle", "running", "done", "failed"]


@dataclass(frozen=True)
class Progress:
    """One moment of it.

    Attributes
    ----------
    state : ``idle`` before it was started.
    step : what it does now, by name.
    done : part that is done, 0 to 1.
    words : what the wearer should do, what came out of it, or what went wrong and how to do better.
    left_s : how long it takes yet, or how long the wearer is waited for [s]; None where that is not known.
    outcome : what came out of it, a sentence each; empty while it runs.
    before : why the try before this one failed; empty when there was none, or it did not fail.
    """

    state: StateName = "idle"
    step: str = ""
    done: float = 0.0
    words: str = ""
    left_s: float | None = None
    outcome: tuple[str, ...] = ()
    before: str = ""
