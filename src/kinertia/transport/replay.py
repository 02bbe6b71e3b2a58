"""Samples from this machine itself, let out at the speed at which they were once measured, or at another: recordings."""

from __future__ import annotations

import heapq
import math
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields, replace
from itertools import count, repeat
from pathlib import Path

import numpy as np

from kinertia.io.stream_log import StreamLog
from kinertia.recording import LOWER_BODY, Array, Frame, Recording, RecordingError, Sensor, Subject
from kinertia.streaming.sample import Sample, StreamInfo
from kinertia.transport.source import CAPACITY, Source

BLOCK = 512  # messages whose random numbers are drawn at once
LOSS, DUPLICATE, REORDER = range(3)
SHARED = 1 << 30  # seeds what hits all streams at once
AS_FAST_AS_POSSIBLE = math.inf


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


class PacedSource(Source):
    """Plays samples in the order in which they are sent, ``received_s`` being when, from 0 on [s]; faults happen on the way.

    Speed 1 is real time; :data:`AS_FAST_AS_POSSIBLE` waits for the consumer, so that nothing is dropped; ValueError if it is
    not positive. At any speed but 1, the clock that samples are received by runs along with them: ``received_s`` and
    :meth:`now_s` are as they would have been in real time, and whatever works with delays and time-outs gives the same results.
    """

    def __init__(
        self,
        name: str,
        sensors: tuple[Sensor, ...],
        streams: tuple[StreamInfo, ...],
        samples: Iterable[Sample],
        *,
        faults: Faults = NO_FAULTS,
        speed: float = 1.0,
        subject: Subject | None = None,
        rotations: Array | None = None,
        bias: Array | None = None,
        warnings: tuple[str, ...] = (),
        capacity: int = CAPACITY,
    ) -> None:
        if not speed > 0.0:
            raise ValueError(f"{name}: a speed of {speed} plays nothing; give a positive factor")
        super().__init__(name, sensors, streams, warnings=warnings, capacity=capacity)
        self.subject, self.rotations, self.bias, self.speed = subject, rotations, bias, speed
        self.real_time = speed == 1.0
        self._samples = inject(samples, faults, self._counts)
        self._taken_s = self._began_s = 0.0

    def take(self, timeout_s: float = 0.1) -> list[Sample]:
        taken = super().take(timeout_s)
        if taken:
            self._taken_s = taken[-1].received_s
        return taken

    def now_s(self) -> float:
        return time.perf_counter() if self.real_time else self._taken_s

    def start(self) -> None:
        self._began_s = self._taken_s = time.perf_counter()
        super().start()

    def _loops(self) -> tuple[Callable[[], None], ...]:
        return (self._play,)

    def _play(self) -> None:
        began, waits = self._began_s, math.isinf(self.speed)
        self.status = "playing"
        for sample in self._samples:
            left = began + sample.received_s / self.speed - time.perf_counter()
            if left > 0.0 and not waits:
                self._stopping.wait(left)
            if self._stopping.is_set():
                self.status = "stopped"
                return
            received = time.perf_counter() if self.real_time else began + sample.received_s
            out = Sample(sample.stream, sample.time_s, sample.sequence, sample.values, received)
            if not self._buffer.put(out, wait=waits):
                return
        self.status = "played to the end"


def play(
    recording: Recording, *, speed: float = 1.0, together: bool = True, repeats: int = 1, faults: Faults = NO_FAULTS
) -> PacedSource:
    """A source that replays a recording; ValueError if the speed is not positive.

    Of one in segment frames the session is aligned from the start. Samples at which a stream's sensors measured nothing are
    messages that are never sent. All sensors come ``together`` in one stream, else each is a stream with its own clock. It
    ``repeats`` so often, 0 endlessly; one periodic gait cycle goes on seamlessly. RecordingError: no sensor is on a segment of
    the model.
    """
    chosen = [k for k, sensor in enumerate(recording.sensors) if sensor.segment in LOWER_BODY.segments]
    if not chosen:
        raise RecordingError("no sensor is placed on a segment of the model", file=recording.source, fix="give a placement")
    sensors = tuple(recording.sensors[k] for k in chosen)
    values = np.concatenate([recording.acc[:, chosen], recording.gyro[:, chosen]], axis=-1)
    streams = streams_of(sensors, recording.rate_hz, recording.name, together=together)
    left_out = [sensor.name for sensor in recording.sensors if sensor not in sensors]
    notes = (f"sensors {', '.join(left_out)} are left out: not on a segment of the model",) if left_out else ()
    return PacedSource(
        recording.name,
        sensors,
        streams,
        sent(repeat(values, repeats) if repeats else repeat(values), streams, recording.rate_hz),
        faults=faults,
        speed=speed,
        subject=recording.subject,
        rotations=np.tile(np.eye(3), (len(sensors), 1, 1)) if recording.frame is Frame.SEGMENT else None,
        warnings=(*recording.remarks, *notes),
    )


def play_log(log: StreamLog, *, speed: float = 1.0) -> PacedSource:
    """A source that replays a live recording message by message as it was received: with its jitter, loss and restarts."""
    header = log.header
    return PacedSource(
        Path(log.file).stem,
        header.sensors,
        header.streams,
        _received(log),
        speed=speed,
        subject=header.subject,
        rotations=None if header.rotations is None else np.array(header.rotations),
        bias=None if header.bias is None else np.array(header.bias),
        warnings=log.warnings,
    )


def _received(log: StreamLog) -> Iterator[Sample]:
    at = [(stream, k) for stream, received in enumerate(log.streams) for k in range(len(received.received_s))]
    arrived = np.concatenate([received.received_s for received in log.streams])
    for which in np.argsort(arrived, kind="stable").tolist():
        stream, k = at[which]
        of = log.streams[stream]
        yield Sample(stream, float(of.time_s[k]), int(of.sequence[k]), of.values[k], float(of.received_s[k] - arrived.min()))


def streams_of(sensors: tuple[Sensor, ...], rate_hz: float, name: str, *, together: bool) -> tuple[StreamInfo, ...]:
    """One stream of all sensors, or one of each."""
    if together:
        return (StreamInfo(name, tuple(range(len(sensors))), rate_hz),)
    return tuple(StreamInfo(sensor.name, (k,), rate_hz) for k, sensor in enumerate(sensors))


def sent(blocks: Iterable[Array], streams: tuple[StreamInfo, ...], rate_hz: float) -> Iterator[Sample]:
    """Messages of (T, K, 6) values, block after block; a stream sends nothing where its sensors measured nothing."""
    number = 0
    for block in blocks:
        parts = [np.ascontiguousarray(block[:, list(stream.sensors)]) for stream in streams]
        there = [np.asarray(np.isfinite(part).any(axis=(1, 2))) for part in parts]
        for at in range(len(block)):
            time_s = number / rate_hz
            for stream, part in enumerate(parts):
                if there[stream][at]:
                    yield Sample(stream, time_s, number, part[at], time_s)
            number += 1
