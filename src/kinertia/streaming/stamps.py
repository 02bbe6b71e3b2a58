"""Time stamps for senders that give neither time nor number: their arrival, smoothed."""

from __future__ import annotations

PULL = 0.05  # of a deviation that a stamp follows at once
PERIOD_PULL = 6e-4  # of a deviation that the period follows: PULL^2 / 4, critically damped
MOST_PERIOD_ERROR = 0.2  # relative, of the nominal period
GAP_PERIODS = 2.5  # late samples that jitter does not explain
GAP_S = 0.06  # the least such gap


class ArrivalStamps:
    """Even stamps near the times of arrival.

    Parameters
    ----------
    period_s : nominal time between samples [s].

    Notes
    -----
    A second-order loop: the stamps follow a share of every deviation, and so does their spacing. A deviation that jitter and
    bursts do not explain is a gap.
    """

    __slots__ = ("_gap", "_nominal", "_period", "_stamp", "missing")

    def __init__(self, period_s: float) -> None:
        self._nominal = period_s
        self._gap = max(GAP_PERIODS * period_s, GAP_S)
        self.start(0.0)

    def start(self, received_s: float) -> float:
        """Begin with a sample that came at ``received_s``; its stamp."""
        self._period, self._stamp, self.missing = self._nominal, received_s, 0
        return received_s

    def following(self, received_s: float) -> float:
        """Stamp of the next sample; ``missing`` then tells how many seem to have been lost before it."""
        expected = self._stamp + self._period
        error = received_s - expected
        self.missing = 0
        if error > self._gap:
            self.missing = round(error / self._period)
            self._stamp = received_s
        else:
            error = max(error, -9.0 * self._period)
            lowest, highest = (1.0 - MOST_PERIOD_ERROR) * self._nominal, (1.0 + MOST_PERIOD_ERROR) * self._nominal
            self._period = min(max(self._period + PERIOD_PULL * error, lowest), highest)
            self._stamp = expected + PULL * error
        return self._stamp
