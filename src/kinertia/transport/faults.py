"""Faults of radio links, put into a flow of samples on purpose: seeded, and each one counted."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from itertools import count

import numpy as np

from kinertia.streaming.sample import Sample

BLOCK = 512  # messages whose random numbers are drawn at once
LOSS, DUPLICATE, REORDER = range(3)
SHARED = 1 << 30  # seeds what hits all streams at once


@dataclass(frozen=True)
class Outage:
    """A stream that is silent for a while."""

    stream: int  # index of the stream
    start_s: float  # start_s, stop_s: since the beginning [s]
    stop_s: float
    restarted: bool = False  # its clock and numbers begin anew afterwards, as after switching the sensor off and on


@dataclass(frozen=True)
class Faults:
    """What goes wrong between sensors and receiver."""

    loss: float = 0.0  # part of the messages that is lost at random
    # bursts_per_min, burst_s: how often all streams together lose everything for so long [1/min, s]
    bursts_per_min: float = 0.0
    burst_s: float = 0.05
    jitter_s: float = 0.0  # mean delay of a message, exponentially distributed [s]
    duplicated: float = 0.0  # part of the messages that comes twice
    reordered: float = 0.0  # part of the messages that is overtaken by the next one of its stream
    outages: tuple[Outage, ...] = ()  # streams that are lost and come back
    drift_ppm: tuple[float, ...] = ()  # how much each stream's clock runs fast, in millionths; streams beyond the end run true
    offset_s: tuple[float, ...] = ()  # what each stream's clock shows at the beginning [s]
    seed: int = 0  # decides which messages

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            largest = 1.0 if field.name in ("loss", "duplicated", "reordered") else np.inf
            if isinstance(value, float) and not 0.0 <= value <= largest:
                raise ValueError(f"fault {field.name} is {value}: give a number from 0 to {largest:g}")


NO_FAULTS = Faults()


def _luck(seed: int, stream: int) -> Iterator[tuple[list[float], list[float]]]:
    """Of every message of a stream three numbers from 0 to 1, and two exponentially distributed ones.

    Each message takes as many, so that faults do not shift each other.
    """
    generator = np.random.default_rng([seed, stream])
    while True:
        chances, delays = generator.random((BLOCK, 3)), generator.exponential(size=(BLOCK, 2))
        yield from zip(chances.tolist(), delays.tolist(), strict=True)


def _bursts(faults: Faults) -> Iterator[float]:
    """Times from which everything is lost for a while [s]."""
    generator = np.random.default_rng([faults.seed, SHARED])
    pause, at = 60.0 / faults.bursts_per_min if faults.bursts_per_min else np.inf, 0.0
    while True:
        at += pause * float(generator.exponential())
        yield at
        at += faults.burst_s


def inject(samples: Iterable[Sample], faults: Faults, counts: Counter[str]) -> Iterator[Sample]:
    """Samples as they arrive over a bad link, in that order, ``received_s`` being when; ``counts`` of what happened grow.

    They are given in the order in which they are sent, ``received_s`` being when, from 0 on [s], and may be endless: what was
    sent is looked at one sample ahead at most.
    """
    if replace(faults, seed=NO_FAULTS.seed) == NO_FAULTS:
        for sample in samples:
            counts["sent"] += 1
            yield sample
        return
    lucks: dict[int, Iterator[tuple[list[float], list[float]]]] = {}
    last: dict[int, float] = {}
    numbers: dict[tuple[int, float], int] = {}
    bursts, order = _bursts(faults), count()
    burst_s = next(bursts)
    waiting: list[tuple[float, int, Sample]] = []
    for sample in samples:
        sent, stream = sample.received_s, sample.stream
        while waiting and waiting[0][0] <= sent:
            yield heapq.heappop(waiting)[2]
        period, last[stream] = sent - last.get(stream, sent), sent
        chance, (jitter, again) = next(lucks.setdefault(stream, _luck(faults.seed, stream)))
        counts["sent"] += 1
        stamped = _stamped(sample, faults, numbers)
        while sent >= burst_s + faults.burst_s:
            burst_s = next(bursts)
        if any(out.stream == stream and out.start_s <= sent < out.stop_s for out in faults.outages):
            counts["lost in an outage"] += 1
            continue
        if sent >= burst_s or chance[LOSS] < faults.loss:
            counts["lost in a burst" if sent >= burst_s else "lost at random"] += 1
            continue
        delay = faults.jitter_s * jitter
        if chance[REORDER] < faults.reordered:
            counts["reordered"] += 1
            delay += 1.5 * period
        arrivals = [sent + delay]
        if chance[DUPLICATE] < faults.duplicated:
            counts["duplicated"] += 1
            arrivals.append(sent + delay + max(faults.jitter_s, 0.5 * period) * again)
        for arrival in arrivals:
            heapq.heappush(waiting, (arrival, next(order), replace(stamped, received_s=arrival)))
    while waiting:
        yield heapq.heappop(waiting)[2]


def _stamped(sample: Sample, faults: Faults, numbers: dict[tuple[int, float], int]) -> Sample:
    """The sample as its sender's own clock and counter stamp it; ``numbers`` are the first ones after each restart."""
    stream, drift, offset = sample.stream, faults.drift_ppm, faults.offset_s
    pace = 1.0 + 1e-6 * (drift[stream] if stream < len(drift) else 0.0)
    restarts = [o.stop_s for o in faults.outages if o.restarted and o.stream == stream and o.stop_s <= sample.time_s]
    if not restarts:
        return replace(sample, time_s=(offset[stream] if stream < len(offset) else 0.0) + sample.time_s * pace)
    begun = max(restarts)
    first = numbers.setdefault((stream, begun), sample.sequence)
    return replace(sample, time_s=(sample.time_s - begun) * pace, sequence=sample.sequence - first)
