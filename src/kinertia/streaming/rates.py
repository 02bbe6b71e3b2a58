"""How many samples a second a sender sends, and how many arrive."""

from __future__ import annotations

from kinertia.streaming.order import Counts


class Rates:
    """Measured between one look and the next.

    Attributes
    ----------
    arriving_hz, sending_hz : samples per second of the session's time; zero before the second look.
    """

    __slots__ = ("_arrived", "_lost", "_time_s", "arriving_hz", "sending_hz")

    def __init__(self) -> None:
        self.arriving_hz = self.sending_hz = 0.0
        self._time_s: float | None = None
        self._arrived = self._lost = 0

    def forget(self) -> None:
        """Begin at the next look: times before it are of another clock."""
        self._time_s = None

    def measure(self, counts: Counts, time_s: float) -> None:
        """Look at the counters."""
        arrived, lost = counts.received - counts.duplicated - counts.rejected, counts.lost
        passed = 0.0 if self._time_s is None else time_s - self._time_s
        if passed > 0.0:
            self.arriving_hz = (arrived - self._arrived) / passed
            self.sending_hz = (arrived + lost - self._arrived - self._lost) / passed
        self._time_s, self._arrived, self._lost = time_s, arrived, lost
