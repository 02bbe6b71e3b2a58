"""One sender's clock against the local one, stamps for senders that have none, and the local clock itself.

What is known of a sender's clock are pairs of its time and the local time of arrival. Their difference is the offset between
the clocks plus the delay of transport, and delays have a floor: the least difference within half a second hardly depends on
jitter. A Kalman filter follows offset and drift from floor to floor; it believes low ones more than high ones.
"""

from __future__ import annotations

WINDOW_S = 0.5  # in which the least difference is looked for
SURE_WINDOWS = 4  # after which the offset is known
DRIFT_SPREAD = 2e-4  # expected drift of a clock (standard deviation): quartz is within 1e-4
FLOOR_SPREAD_S = 3e-4  # how evenly floors lie when nothing disturbs them [s]
LEVEL_WALK = (5e-5) ** 2  # by how much the floor changes, variance per second
DRIFT_WALK = (1e-6) ** 2  # the same of the drift
MOST_DRIFT = 0.05  # more is no clock
SLEW = 1e-3  # corrections of a settled offset are spread: seconds per second, on top of the drift
STEP_S = 0.02  # a settled offset that is wrong by more is corrected at once
JITTER_MEMORY_S = 5.0  # time constant of the figure that is shown
PULL = 0.05  # of a deviation that a stamp follows at once
PERIOD_PULL = 6e-4  # of a deviation that the period follows: PULL^2 / 4, critically damped
MOST_PERIOD_ERROR = 0.2  # relative, of the nominal period
GAP_PERIODS = 2.5  # late samples that jitter does not explain
GAP_S = 0.06  # the least such gap
NOT_YET, ORDINARY, JUMPED = range(3)  # verdicts: a time that cannot be used; one that fits; one of a clock that was set anew
LONGEST_STEP_S = 60.0  # between two reports of a computer that is awake
BACKWARD_S = 1.0  # by which threads may report out of turn
AGREE_S = 5.0  # of two reports of a clock that was set anew
LARGEST_S = 1e11  # 3,000 years: no clock


class Clock:
    """Offset and drift of a sender's clock."""

    def __init__(self) -> None:
        self.start(0.0, 0.0)
        self.unsure = False

    def start(self, sender_s: float, received_s: float) -> None:
        """Begin with one sample; nothing earlier counts."""
        # local time less sender's at the latest sample, least delay included [s]; how much it grows per second
        self.offset_s = self._floor = self._low = received_s - sender_s
        self.drift = self._slope = 0.0
        self.jitter_s = 0.0  # how much later than at best samples usually come [s]
        self._last = self._low_at = self._floor_at = sender_s
        self._end = sender_s + WINDOW_S
        self._windows = 0
        self.unsure = True  # there were too few samples yet to know the offset
        # variances of floor and drift, and what they have in common
        self._spread, self._cross = (1.0, DRIFT_SPREAD**2), 0.0

    def update(self, sender_s: float, received_s: float) -> None:
        """Take in a sample that is later than the one before on the sender's clock."""
        passed = sender_s - self._last
        self._last = sender_s
        self.offset_s += self._slope * passed
        difference = received_s - sender_s
        if difference < self._low:
            self._low, self._low_at = difference, sender_s
        if difference < self.offset_s and self.unsure:
            self.offset_s = difference
        excess = difference - self.offset_s
        if excess > self.jitter_s:
            self.jitter_s += 0.25 * (excess - self.jitter_s)
        else:
            self.jitter_s -= self.jitter_s * min(passed / JITTER_MEMORY_S, 1.0)
        if sender_s >= self._end:
            self._follow_floor(sender_s)
            self._low, self._end = float("inf"), sender_s + WINDOW_S

    def _follow_floor(self, now_s: float) -> None:
        """Take in the floor of a window, and let the offset be there by the end of the next one."""
        passed, self._floor_at = now_s - self._floor_at, now_s
        level, drift = self._spread
        cross = self._cross + passed * drift
        level += passed * (2.0 * self._cross + passed * drift + LEVEL_WALK)
        drift += passed * DRIFT_WALK
        # where the floor is expected now, and where the lowest sample puts it
        expected = self._floor + self.drift * passed
        error = self._low + self.drift * (now_s - self._low_at) - expected
        noise = FLOOR_SPREAD_S * (FLOOR_SPREAD_S + max(error, 0.0))
        total = level + noise
        self._floor = expected + level / total * error
        self.drift = min(max(self.drift + cross / total * error, -MOST_DRIFT), MOST_DRIFT)
        self._spread = (level * noise / total, drift - cross * cross / total)
        self._cross = cross * noise / total
        wrong = self._floor - self.offset_s
        if self.unsure or abs(wrong) > STEP_S:
            self.offset_s, wrong = self._floor, 0.0
        self._windows += 1
        self.unsure = self._windows < SURE_WINDOWS
        self._slope = self.drift + min(max(wrong / WINDOW_S, -SLEW), SLEW)


class ArrivalStamps:
    """Even stamps near the times of arrival of samples, about ``period_s`` apart, that come without time and number.

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


class LocalTime:
    """The latest local time, once there was one, as samples and polls report it; a jump is believed when reported twice."""

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
