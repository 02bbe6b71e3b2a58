"""The local clock, as samples and polls report it."""

from __future__ import annotations

NOT_YET, ORDINARY, JUMPED = range(3)
"""Verdicts: a time that cannot be used; one that fits; one of a clock that was set anew."""
LONGEST_STEP_S = 60.0  # between two reports of a computer that is awake
BACKWARD_S = 1.0  # by which threads may report out of turn
AGREE_S = 5.0  # of two reports of a clock that was set anew
LARGEST_S = 1e11  # 3,000 years: no clock


class LocalTime:
    """The latest local time; a jump is believed when it is reported twice.

    Attributes
    ----------
    now_s : latest time [s].
    started : whether there was one.
    """

    __slots__ = ("_suspect", "now_s", "started")

    def __init__(self) -> None:
        self.started = False
        self.now_s = 0.0
        self._suspect = float("nan")

    def report(self, time_s: float) -> int:
        """The verdict on a time."""
        step = time_s - self.now_s
        if -BACKWARD_S <= step <= LONGEST_STEP_S and self.started:
            if step > 0.0:
                self.now_s = time_s
            return ORDINARY
        if not -LARGEST_S < time_s < LARGEST_S:
            return NOT_YET
        if not self.started or abs(time_s - self._suspect) <= AGREE_S:
            verdict = JUMPED if self.started else ORDINARY
            self.started, self.now_s, self._suspect = True, time_s, float("nan")
            return verdict
        self._suspect = time_s
        return NOT_YET
