"""Which samples of a sender follow which: lost, doubled, out of order, and senders that start again.

A jump of a clock or a counter is believed once a second sample agrees with it: one absurd sample alone is refused. A sender of
whose samples twenty in a row were refused is taken as new.
"""

from __future__ import annotations

from dataclasses import dataclass

from kinertia.streaming.clock import ArrivalStamps, Clock

REFUSED, DOUBLED, BEHIND, NEXT, STARTED = range(5)
"""Verdicts: unusable; had it before; older than the latest; the latest; the first of a sender that is new or starts again."""

WINDOW = 64  # packets that are remembered to tell doubled from late ones
_MASK = (1 << WINDOW) - 1
REFUSED_IN_A_ROW = 20  # then the sender is taken as new
BACKWARD_S = 0.5  # further back than this a time stamp is no late packet
EARLY_S = 0.25  # a sample that arrives this long before it was sent proves that a clock has jumped
LARGEST_S = 1e11  # larger times cannot tell samples apart; they are in another unit
LEAST_STEP = 0.01  # what a stamp advances, in periods, when the counter does and the sender's clock does not
MODULI = (256, 65536, 1 << 32)  # counters wrap at one of these


@dataclass(slots=True)
class Counts:
    """What happened since the beginning to the packets of a sender, and to grid points that did without a sample."""

    # received, lost, late, out_of_order, duplicated, rejected, restarts: packets; late ones came after they were needed
    received: int = 0
    lost: int = 0
    late: int = 0
    out_of_order: int = 0
    duplicated: int = 0
    rejected: int = 0
    restarts: int = 0
    interpolated: int = 0  # interpolated, held, missing: grid points with something, or nothing, in place of a sample
    held: int = 0
    missing: int = 0


class Order:
    """Judges the samples of one sender.

    ``time_s`` is the sender's time of the sample judged last [s]: its stamp, else its number over the rate, else its arrival.
    """

    def __init__(self, rate_hz: float) -> None:
        self.counts = Counts()
        self.time_s = 0.0
        self._period = 1.0 / rate_hz
        self._arrival = ArrivalStamps(self._period)
        self._suspect: tuple[float, int, float] | None = None
        self._last: float | None = None
        self._stamped = False
        self._sequence, self._seen, self._modulus, self._refused = -1, 0, 0, 0

    @property
    def refusing(self) -> bool:
        """Whether several samples in a row were unusable."""
        return self._refused > 5

    def forget(self) -> None:
        """Take the next sample as that of a new sender; counts stay."""
        self._last = None

    def judge(self, time_s: float, sequence: int, received_s: float, clock: Clock) -> int:
        """The verdict on a sample; ``clock`` relates the sender's time to that of arrival."""
        self.counts.received += 1
        last = self._last
        if last is None:
            return self._start(time_s, sequence, received_s)
        numbered = sequence >= 0 and self._sequence >= 0
        step = sequence - self._sequence if numbered else 1
        if step != 1 and numbered:
            step = self._unwrapped(step, sequence)
        if self._stamped:
            if not -LARGEST_S < time_s < LARGEST_S:
                return self._refuse(time_s, sequence, received_s)
            if not numbered:
                step = (time_s > last) - (time_s < last)
            elif step > 0 and time_s <= last:
                if time_s < last - BACKWARD_S:
                    return self._doubt(time_s, sequence, received_s)
                time_s = last + LEAST_STEP * self._period
        elif numbered:
            time_s = last + step * self._period
        else:
            time_s = self._arrival.following(received_s)
            self.counts.lost += self._arrival.missing
        if step <= 0:
            return self._earlier(step, time_s, last, sequence, received_s, numbered)
        if received_s - time_s - clock.offset_s < -EARLY_S:
            return self._doubt(time_s, sequence, received_s)
        self._follow(step, time_s, last, sequence, numbered)
        return NEXT

    def _follow(self, step: int, time_s: float, last: float, sequence: int, numbered: bool) -> None:
        passed = time_s - last
        missing = step - 1 if numbered else round(passed / self._period) - 1 if passed > 1.5 * self._period else 0
        if missing:
            # a counter that jumps while time goes on as before has lost nothing
            if missing <= 1.5 * passed / self._period + 10 and (numbered or self._stamped):
                self.counts.lost += missing
            self._seen = (self._seen << step | 1) & _MASK if step < WINDOW else 1
        else:
            self._seen = (self._seen << 1 | 1) & _MASK
        self._sequence, self._last, self.time_s = sequence, time_s, time_s
        self._suspect, self._refused = None, 0

    def _earlier(self, step: int, time_s: float, last: float, sequence: int, received_s: float, numbered: bool) -> int:
        if numbered:
            if step <= -WINDOW or (self._stamped and time_s < last - max(BACKWARD_S, WINDOW * self._period)):
                return self._doubt(time_s, sequence, received_s)
            bit = 1 << -step
            if self._seen & bit:
                self.counts.duplicated += 1
                return DOUBLED
            self._seen |= bit
        elif step == 0:
            self.counts.duplicated += 1
            return DOUBLED
        elif time_s < last - BACKWARD_S:
            return self._doubt(time_s, sequence, received_s)
        self.counts.out_of_order += 1
        self.counts.lost -= self.counts.lost > 0
        self.time_s = time_s
        return BEHIND

    def _start(self, time_s: float, sequence: int, received_s: float) -> int:
        self._stamped = -LARGEST_S < time_s < LARGEST_S
        if not self._stamped:
            if time_s == time_s:
                return self._refuse(time_s, sequence, received_s, restart=False)
            time_s = 0.0 if sequence >= 0 else self._arrival.start(received_s)
        self._sequence, self._seen, self._modulus = sequence, 1, 0
        self._last = self.time_s = time_s
        self._suspect, self._refused = None, 0
        return STARTED

    def _doubt(self, time_s: float, sequence: int, received_s: float) -> int:
        """Start again if the sample agrees with the one refused before it, else refuse it."""
        if self._suspect is not None:
            before_s, before, came_s = self._suspect
            agrees = abs(time_s - before_s - (received_s - came_s)) < EARLY_S and (not self._stamped or time_s > before_s)
            if agrees and (sequence < 0 or 0 < sequence - before <= WINDOW):
                return self._restart(time_s, sequence, received_s)
        return self._refuse(time_s, sequence, received_s)

    def _refuse(self, time_s: float, sequence: int, received_s: float, *, restart: bool = True) -> int:
        self.counts.rejected += 1
        self._refused += 1
        self._suspect = (time_s, sequence, received_s)
        if restart and self._refused > REFUSED_IN_A_ROW:
            return self._restart(time_s, sequence, received_s)
        return REFUSED

    def _restart(self, time_s: float, sequence: int, received_s: float) -> int:
        verdict = self._start(time_s if self._stamped else float("nan"), sequence, received_s)
        self.counts.restarts += verdict == STARTED
        return verdict

    def _unwrapped(self, step: int, sequence: int) -> int:
        """The step of a counter that may have passed its largest number."""
        if step < 0:
            for modulus in MODULI:
                if sequence < WINDOW and modulus - WINDOW <= self._sequence < modulus:
                    self._modulus = modulus
                    return step + modulus
        elif self._modulus and -WINDOW < step - self._modulus < 0:
            return step - self._modulus
        return step
