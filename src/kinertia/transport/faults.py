"""Faults of radio links, put into a flow of samples on purpose: seeded, and each one counted."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from itertools import count

import numpy as np

from kinertia.streaming.sample import Sample

BLOCK = 512
LOSS, DUPLICATE, REORDER = range(3)
SHARED = 1 << 30
"""Seeds what hits all streams at once."""


@dataclass(frozen=True)
class Outage:
    """A stream that is silent for a while.

    Attributes
    ----------
    stream : index of the stream.
    start_s, stop_s : since the beginning [s].
    restarted : its clock and numbers begin anew afterwards, as after switching the sensor off and on.
    """

    stream: int
    start_s: float
    stop_s: float
    restarted: bool = False


@dataclass(frozen=True)
class Faults:
    """What goes wrong between sensors and receiver.

    Attributes
    ----------
    loss : part of the messages that is lost at random.
    bursts_per_min, burst_s : how often all streams together lose everything for so long [1/min, s].
    jitter_s : mean delay of a message, exponentially distributed [s].
    duplicated : part of the messages that comes twice.
    reordered : part of the messages that is overtaken by the next one of its stream.
    outages : streams that are lost and come back.
    drift_ppm : how much each stream's clock runs fast, in millionths; streams beyond the end run true.
    offset_s : what each stream's clock shows at the beginning [s].
    seed : decides which messages.
    """

    loss: float = 0.0
    bursts_per_min: float = 0.0
    burst_s: float = 0.05
    jitter_s: float = 0.0
    duplicated: float = 0.0
    reordered: float = 0.0
    outages: tuple[Outage, ...] = ()
    drift_ppm: tuple[float, ...] = ()
    offset_s: tuple[float, ...] = ()
    seed: int = 0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            largest = 1.0 if field.name in ("loss", "duplicated", "reordered") else np.inf
            if isinstance(value, float) and not 0.0 <= value <= largest:
                raise ValueError(f"fault {field.name} is {value}: give a number from 0 to {largest:g}")


NO_FAULTS = Faults()


class _Luck:
    """One stream's random numbers; every message takes the same number of them, so that faults do not shift each other."""

    def __init__(self, seed: int, stream: int) -> None:
        self._generator = np.random.default_rng([seed, stream])
        self._at = BLOCK

    def next(self) -> tuple[np.ndarray, float, float]:
        """Three numbers from 0 to 1, and two exponentially distributed ones."""
        if self._at == BLOCK:
            self._chance = self._generator.random((BLOCK, 3))
            self._delay = self._generator.exponential(size=(BLOCK, 2))
            self._at = 0
        at = self._at
        self._at += 1
        return self._chance[at], float(self._delay[at, 0]), float(self._delay[at, 1])


class _Bursts:
    """Times at which everything is lost."""

    def __init__(self, faults: Faults) -> None:
        self._generator = np.random.default_rng([faults.seed, SHARED])
        self._pause, self._length = 60.0 / faults.bursts_per_min if faults.bursts_per_min else np.inf, faults.burst_s
        self._start = self._next(0.0)

    def hit(self, time_s: float) -> bool:
        while time_s >= self._start + self._length:
            self._start = self._next(self._start + self._length)
        return time_s >= self._start

    def _next(self, after_s: float) -> float:
        return after_s + self._pause * float(self._generator.exponential()) if np.isfinite(self._pause) else np.inf


def inject(samples: Iterable[Sample], faults: Faults, counts: Counter[str]) -> Iterator[Sample]:
    """Samples as they arrive over a bad link.

    Parameters
    ----------
    samples : in the order in which they are sent; ``received_s`` is when, from 0 on [s]. May be endless.
    faults : what goes wrong.
    counts : what happened how often; grows.

    Yields
    ------
    Samples in the order in which they arrive, ``received_s`` being when. What was sent is looked at one sample ahead at most.
    """
    if replace(faults, seed=NO_FAULTS.seed) == NO_FAULTS:
        for sample in samples:
            counts["sent"] += 1
            yield sample
        return
    lucks: dict[int, _Luck] = {}
    periods: dict[int, float] = {}
    last: dict[int, float] = {}
    bursts, clocks, order = _Bursts(faults), _Clocks(faults), count()
    waiting: list[tuple[float, int, Sample]] = []
    for sample in samples:
        sent, stream = sample.received_s, sample.stream
        while waiting and waiting[0][0] <= sent:
            yield heapq.heappop(waiting)[2]
        periods[stream] = sent - last.get(stream, sent)
        last[stream] = sent
        luck = lucks.setdefault(stream, _Luck(faults.seed, stream))
        chance, jitter, again = luck.next()
        counts["sent"] += 1
        stamped = clocks.stamp(sample)
        lost = _lost(sample, faults, chance, bursts)
        if lost:
            counts[lost] += 1
            continue
        delay = faults.jitter_s * jitter
        if chance[REORDER] < faults.reordered:
            counts["reordered"] += 1
            delay += 1.5 * periods[stream]
        arrivals = [sent + delay]
        if chance[DUPLICATE] < faults.duplicated:
            counts["duplicated"] += 1
            arrivals.append(sent + delay + max(faults.jitter_s, 0.5 * periods[stream]) * again)
        for arrival in arrivals:
            heapq.heappush(waiting, (arrival, next(order), replace(stamped, received_s=arrival)))
    while waiting:
        yield heapq.heappop(waiting)[2]


def _lost(sample: Sample, faults: Faults, chance: np.ndarray, bursts: _Bursts) -> str:
    """Why a message does not arrive; empty when it does."""
    if any(out.stream == sample.stream and out.start_s <= sample.received_s < out.stop_s for out in faults.outages):
        return "lost in an outage"
    if bursts.hit(sample.received_s):
        return "lost in a burst"
    return "lost at random" if chance[LOSS] < faults.loss else ""


class _Clocks:
    """What senders' own clocks and counters show."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._first: dict[tuple[int, float], int] = {}

    def stamp(self, sample: Sample) -> Sample:
        """The sample as its sender stamps it."""
        stream, drift, offset = sample.stream, self._faults.drift_ppm, self._faults.offset_s
        pace = 1.0 + 1e-6 * (drift[stream] if stream < len(drift) else 0.0)
        shift = offset[stream] if stream < len(offset) else 0.0
        restarts = [o.stop_s for o in self._faults.outages if o.restarted and o.stream == stream and o.stop_s <= sample.time_s]
        if not restarts:
            return replace(sample, time_s=shift + sample.time_s * pace)
        begun = max(restarts)
        first = self._first.setdefault((stream, begun), sample.sequence)
        return replace(sample, time_s=(sample.time_s - begun) * pace, sequence=sample.sequence - first)
