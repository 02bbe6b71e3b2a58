"""One stream: from its samples to its share of every grid point; sensors that repeat themselves or reach their range's end."""

from __future__ import annotations

import numpy as np

from kinertia.recording import Array
from kinertia.streaming.clock import Clock
from kinertia.streaming.grid import Grid, Memory, Pending, usable
from kinertia.streaming.order import NEXT, STARTED, Counts, Order
from kinertia.streaming.sample import Settings, StreamInfo

LEAST_RANGE = np.array([15.0, 15.0, 15.0, 4.0, 4.0, 4.0])
"""Smallest ranges that sensors are set to: 2 g and 250 deg/s, less a little."""
AT_LIMIT = 1.0 - 1e-4  # of the largest value, so that rounding does not hide it
LEAST_REACHED = 4  # samples at the limit in a block; a single peak is none
PHASE_SAMPLES = 3  # by which the blocks of sensors are apart
LATE_IN_A_ROW = 10
LATE_S = 0.5  # a stream that is late throughout for that long has a new delay, not a passing one
SAME_RATE = 0.02
"""The grid is anchored to the samples of a stream whose rate is that of the model, or a multiple, to within this part."""


class Inspection:
    """Looks at the samples of a stream of sensors that may repeat the same values for ``frozen_s`` (0: for any time).

    Blocks of streams of different ``phase`` end at different samples, so that the work is spread.
    """

    __slots__ = ("_at", "_before", "_block", "_limit", "_owed", "_reached", "_watch", "clipped", "clipping", "faulty", "frozen")

    def __init__(self, sensors: int, rate_hz: float, frozen_s: float, phase: int = 0) -> None:
        self._block = np.full((max(round(0.5 * (frozen_s or 0.5) * rate_hz), 4), sensors, 6), np.nan)
        self._watch = frozen_s > 0.0
        self._at = PHASE_SAMPLES * phase % len(self._block)
        self._before = np.full((sensors, 6), np.nan)
        self._limit = np.tile(LEAST_RANGE, (sensors, 1))
        self._reached = np.zeros((sensors, 6), dtype=int)
        self.frozen: np.ndarray | None = None  # (k,) sensors that repeat themselves, if any do
        self.clipping = np.zeros(sensors, dtype=bool)  # (k,) sensors that reached their limit in the last block
        self.clipped = np.zeros(sensors, dtype=int)  # (k,) samples at the limit so far
        self.faulty = False  # whether any sensor is frozen or clipping
        self._owed = False

    def look(self, values: Array) -> bool:
        """Take in a sample (k, 6); True at the end of a block, which :meth:`tend` then looks at, or else the next sample."""
        self.tend()
        self._block[self._at] = values
        self._at += 1
        if self.frozen is not None:
            moved = (values != self._before).reshape(-1, 2, 3).any(axis=2).all(axis=1)
            still = self.frozen & ~moved
            self.frozen = still if still.any() else None
        if self._at < len(self._block):
            return False
        self._at, self._owed = 0, True
        return True

    def tend(self, *, forgo: bool = False) -> None:
        """Look at a block that has just ended, so that no estimate waits for it; or never do."""
        owed, self._owed = self._owed, False
        if not owed or forgo:
            return
        self._find_clipped()
        if self._watch:
            self._find_frozen()
        self.faulty = self.frozen is not None or bool(self.clipping.any())

    def _find_clipped(self) -> None:
        size = np.abs(self._block)
        highest = np.fmax.reduce(size)
        if not (highest >= AT_LIMIT * self._limit).any():
            # far the most blocks: nothing comes near what was reached before
            self.clipping = np.zeros(len(highest), dtype=bool)
            return
        highest = np.fmax(self._limit, highest)
        self._reached[highest * AT_LIMIT > self._limit] = 0
        self._limit = highest
        at_limit = size >= AT_LIMIT * highest
        self._reached += at_limit.sum(axis=0)
        # a peak, however flat, reaches its maximum once; a limit is reached again and kept
        kept = at_limit[1:] & at_limit[:-1] & (self._reached >= LEAST_REACHED)
        count = kept.any(axis=2).sum(axis=0)
        self.clipping = count > 0
        self.clipped += count

    def _find_frozen(self) -> None:
        """Both blocks, this one and the one before, hold one single value of acceleration, or of angular rate."""
        same = self._block[-1] == self._before
        # hardly ever is even one value the same
        same = (self._block == self._before).all(axis=0).reshape(-1, 2, 3).all(axis=2).any(axis=1) if same.any() else same
        self._before = self._block[0].copy()
        self.frozen = same if same.any() else None


class Rates:
    """How many samples arrive and are sent per second of the session's time, from look to look; zero before the second one."""

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


class Inlet:
    """What is known of one stream, which fills the session's grid points."""

    def __init__(self, index: int, info: StreamInfo, grid: Grid, pending: Pending, settings: Settings) -> None:
        count = len(info.sensors)
        self.index, self.info, self.shape = index, info, (count, 6)
        self.order, self.clock, self.rates = Order(info.rate_hz), Clock(), Rates()
        self.memory = Memory(count, settings.hold_s)
        self.inspection = Inspection(count, info.rate_hz, settings.frozen_s, index)
        self.next = 0  # grid point that this stream fills next
        self.received_s = -np.inf  # local time of the latest usable sample [s]
        self.absurd_s = -np.inf  # local time of the latest value that no sensor can give [s]
        self.time_s = 0.0  # session time of the latest usable sample [s]
        self.wait_s = 0.0  # how long grid points lately waited for a sample behind them, to be interpolated [s]
        self._grid, self._pending, self._settings = grid, pending, settings
        first = info.sensors[0]
        adjacent = info.sensors == tuple(range(first, first + count))
        self._where = slice(first, first + count) if adjacent else np.array(info.sensors)
        self._snap = min(self._grid.snap_s, 0.25 / info.rate_hz)
        self._bridge = settings.interpolate_s + 1.5 / info.rate_hz
        times = info.rate_hz * grid.step_s
        self._anchors = abs(times / max(round(times), 1) - 1.0) < SAME_RATE
        self._half_s = 0.5 / info.rate_hz
        self._origin = 0.0
        self._lapsed = -1
        self._late, self._late_since = 0, 0.0

    def judge(self, time_s: float, sequence: int, received: float) -> int:
        """Verdict of :mod:`kinertia.streaming.order`; for samples in order, clock and session time are brought up to date."""
        verdict = self.order.judge(time_s, sequence, received, self.clock)
        if verdict == NEXT:
            self.clock.update(self.order.time_s, received)
        elif verdict == STARTED:
            self.start(received)
        else:
            return verdict
        self.received_s = received
        if self._grid.leader == self.index:
            self._grid.base_s = self._origin - self.clock.offset_s
        self.time_s = self._place(self.order.time_s)
        return verdict

    def start(self, received_s: float) -> None:
        """Relate clock and session anew from the sample judged last: its arrival is all that is known."""
        sender = self.order.time_s
        self.clock.start(sender, received_s)
        self.rates.forget()
        self._late = 0
        if self._grid.leader == self.index:
            at = received_s + self._grid.base_s
            # in phase with the grid, or everything would be resampled from now on
            at = self._grid.time(self._grid.nearest(at)) if self._anchors else at
            self._origin, self._grid.base_s = at - sender, at - received_s
        self.time_s = self._place(sender)

    def lead(self) -> None:
        """Make this stream's clock the session's; session time goes on without a jump."""
        self._origin = self.time_s - self.order.time_s
        self._grid.leader = self.index

    def latest_s(self, row: int) -> float:
        """Local time of the latest value of a sensor of this stream [s]."""
        known = self.memory.known_s(row)
        return self.received_s if known is None else known - self._grid.base_s

    def take(self, values: Array, clean: bool) -> None:
        """Fill grid points with the sample judged last; ``clean`` when nothing is missing in it."""
        if self.inspection.look(values):
            self.rates.measure(self.order.counts, self.time_s)
        if self.inspection.frozen is not None:
            values, clean = np.where(self.inspection.frozen[:, None], np.nan, values), False
        if self._grid.started:
            if self._anchors and self._grid.leader == self.index:
                self._grid.follow(self.time_s, self._half_s)
            self._give(values, clean)
        self.memory.keep(values, self.time_s, clean)

    def put_back(self, values: Array, clean: bool) -> bool:
        """Use a sample that came out of order, if its grid point is still there."""
        time = self._place(self.order.time_s)
        index = self._grid.nearest(time)
        due = self._grid.started and self._pending.head <= index < self.next
        if not (due and clean and abs(time - self._grid.time(index)) <= self._snap):
            return False
        self._pending.rows[index & self._pending.mask][self._where] = values
        self._pending.note_held(index, self._where, np.zeros(len(values), dtype=bool))
        return True

    def lapse(self) -> None:
        """Fill the next grid point without a sample."""
        self._lapsed = self.next
        self._put(*self.memory.held(self._grid.time(self.next)))

    @property
    def patience_s(self) -> float:
        """How long a grid point waits for this stream [s]."""
        return min(self._settings.patience_s + self.clock.jitter_s, self._settings.most_patience_s)

    @property
    def late_throughout(self) -> bool:
        """Whether samples keep coming after their grid points are gone."""
        return self._late >= LATE_IN_A_ROW and self.received_s - self._late_since > LATE_S

    def _place(self, sender_s: float) -> float:
        """Session time of a sender's time [s]."""
        if self._grid.leader == self.index:
            return sender_s + self._origin
        return sender_s + self.clock.offset_s + self._grid.base_s

    def _give(self, values: Array, clean: bool) -> None:
        time, index = self.time_s, self.next
        at = self._grid.time(index)
        if time < at - self._snap:
            # too early for the next grid point: late when the one before had to go without
            if self._lapsed == self.next - 1 and time <= at - self._grid.step_s + self._snap:
                self._late_since = self._late_since if self._late else self.received_s
                self._late += 1
                self.order.counts.late += 1
            return
        self._late = 0
        if clean and time <= at + self._snap:
            self._pending.rows[index & self._pending.mask][self._where] = values
            self.next = index + 1
            if self.wait_s:
                self.wait_s *= 0.98
        else:
            self._fill(time, values, clean)

    def _fill(self, time: float, values: Array, clean: bool) -> None:
        grid, pending = self._grid, self._pending
        while self.next - pending.head < pending.capacity:
            at = grid.time(self.next)
            if time < at - self._snap:
                break
            if time > at + self._snap:
                self._put(*self._between(at, time, values))
            elif clean:
                self._put(values, None)
            else:
                self._put(*self.memory.filled(values, at))

    def _between(self, at: float, time: float, values: Array) -> tuple[Array, np.ndarray | None]:
        """At a grid point between the sample before and this one."""
        memory = self.memory
        gap = time - memory.time_s
        if gap > self._bridge or at <= memory.time_s:
            return memory.held(at)
        self.wait_s += 0.02 * (time - at - self.wait_s)
        self.order.counts.interpolated += 1
        given = memory.values + ((at - memory.time_s) / gap) * (values - memory.values)
        return (given, None) if usable(given) else memory.filled(given, at)

    def _put(self, values: Array, held: np.ndarray | None) -> None:
        index = self.next
        self._pending.rows[index & self._pending.mask][self._where] = values
        if held is not None:
            self._pending.note_held(index, self._where, held)
            self.order.counts.held += bool(held.any())
            self.order.counts.missing += bool(np.isnan(values).all(axis=1).any())
        self.next = index + 1
