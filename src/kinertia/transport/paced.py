"""Samples from this machine itself, let out at the speed at which they were once measured, or at another."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from kinertia.recording import Array, Sensor, Subject
from kinertia.streaming.sample import Sample, StreamInfo
from kinertia.transport.source import CAPACITY, Source

AS_FAST_AS_POSSIBLE = math.inf


class PacedSource(Source):
    """Plays samples.

    Parameters
    ----------
    name, sensors, streams, warnings, capacity : as for :class:`~kinertia.transport.source.Source`.
    samples : makes the samples in the order in which they arrive; ``received_s`` is when, from 0 on [s]. It is given the
        counter of what happened.
    speed : 1 is real time; :data:`AS_FAST_AS_POSSIBLE` waits for the consumer, so that nothing is dropped.
    subject, rotations, bias : where known.

    Notes
    -----
    At any speed but 1, the clock that samples are received by runs along with them: ``received_s`` and :meth:`now_s` are as
    they would have been in real time, and whatever works with delays and time-outs gives the same results.
    """

    def __init__(
        self,
        name: str,
        sensors: tuple[Sensor, ...],
        streams: tuple[StreamInfo, ...],
        samples: Callable[[Counter[str]], Iterator[Sample]],
        *,
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
        self._samples = samples
        self._injected: Counter[str] = Counter()
        self._taken_s = 0.0
        self._began_s = 0.0

    def take(self, timeout_s: float = 0.1) -> list[Sample]:
        taken = super().take(timeout_s)
        if taken:
            self._taken_s = taken[-1].received_s
        return taken

    def now_s(self) -> float:
        return time.perf_counter() if self.real_time else self._taken_s

    @property
    def counts(self) -> Mapping[str, int]:
        return dict(self._injected)

    def start(self) -> None:
        self._began_s = self._taken_s = time.perf_counter()
        super().start()

    def _loops(self) -> tuple[Callable[[], None], ...]:
        return (self._play,)

    def _play(self) -> None:
        began, waits = self._began_s, math.isinf(self.speed)
        self._say("playing")
        for sample in self._samples(self._injected):
            left = began + sample.received_s / self.speed - time.perf_counter()
            if left > 0.0 and not waits:
                self._stopping.wait(left)
            if self._stopping.is_set():
                self._say("stopped")
                return
            received = time.perf_counter() if self.real_time else began + sample.received_s
            out = Sample(sample.stream, sample.time_s, sample.sequence, sample.values, received)
            if not waits:
                self._buffer.put(out)
            elif not self._buffer.put_waiting(out):
                return
        self._say("played to the end")
