"""What a source is: its own threads that receive samples, and a bounded queue that they wait in."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Self

from kinertia.recording import Array, Sensor, Subject
from kinertia.streaming.sample import Sample, Session, StreamInfo
from kinertia.transport.buffer import Buffer

CAPACITY = 8192
"""Samples that wait at most: six seconds of seven separate sensors at 200 Hz."""
JOIN_S = 5.0  # to wait for a thread at the end


class Source(ABC):
    """Where samples come from.

    Parameters
    ----------
    name : what it is called in messages.
    sensors, streams : what it carries, as in :class:`~kinertia.streaming.sample.Session`.
    warnings : what had to be assumed about it.
    capacity : samples that wait at most for a slow consumer; then the oldest are dropped and counted.
    """

    real_time: bool = True
    """Whether samples are received by the clock of ``time.perf_counter()``."""
    rotations: Array | None = None
    """(K, 3, 3) sensor to segment axes, where the source knows them; see :class:`~kinertia.streaming.sample.Session`."""
    bias: Array | None = None
    """(K, 3) gyroscope offset in sensor axes [rad/s], likewise."""
    subject: Subject | None = None
    """The wearer, where the source knows."""

    def __init__(
        self,
        name: str,
        sensors: tuple[Sensor, ...],
        streams: tuple[StreamInfo, ...],
        *,
        warnings: tuple[str, ...] = (),
        capacity: int = CAPACITY,
    ) -> None:
        self.name, self.sensors, self.streams, self.warnings = name, sensors, streams, warnings
        self.error: Exception | None = None
        self._buffer: Buffer[Sample] = Buffer(capacity)
        self._stopping, self._asked_to_stand = threading.Event(), threading.Event()
        self._threads: list[threading.Thread] = []
        self._running = 0
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._status = "not started"

    @abstractmethod
    def _loops(self) -> tuple[Callable[[], None], ...]:
        """Functions that receive until :attr:`_stopping` is set, each on its own thread."""

    def session(self, subject: Subject | None = None) -> Session:
        """What a streaming core needs to know; ``subject`` in place of the source's own or the assumed one."""
        wearer = subject or self.subject or Subject(assumed=("mass_kg", "height_m"))
        return Session(wearer, self.sensors, self.streams, self.rotations, self.bias)

    def start(self) -> None:
        """Begin to receive; once only."""
        loops = self._loops()
        self._running = len(loops)
        self._say("waiting for the first sample")
        for at, loop in enumerate(loops):
            thread = threading.Thread(target=self._guard, args=(loop,), name=f"{self.name}-{at}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """End receiving. What waits can still be taken."""
        self._stopping.set()
        self._buffer.close()
        for thread in self._threads:
            thread.join(JOIN_S)

    def take(self, timeout_s: float = 0.1) -> list[Sample]:
        """Samples that wait, oldest first; an empty list when none comes in time."""
        return self._buffer.take(timeout_s)

    def stand(self) -> None:
        """What the wearer is asked to do when calibration begins; only a made-up one takes heed of it here."""
        self._asked_to_stand.set()

    def now_s(self) -> float:
        """The time on the axis of :attr:`~kinertia.streaming.sample.Sample.received_s` [s]."""
        return time.perf_counter()

    @property
    def finished(self) -> bool:
        """Whether nothing more will come: it ended or was stopped, and everything was taken."""
        return bool(self._threads) and self._running == 0 and not len(self._buffer)

    @property
    def dropped(self) -> int:
        """Samples that a slow consumer lost."""
        return self._buffer.dropped

    @property
    def counts(self) -> Mapping[str, int]:
        """What happened how often: rejected messages by reason, lost and found streams, injected faults."""
        with self._lock:
            return dict(self._counts)

    @property
    def status(self) -> str:
        """How it is, in a sentence."""
        return self._status

    def _say(self, status: str) -> None:
        self._status = status

    def _count(self, what: str, times: int = 1) -> None:
        with self._lock:
            self._counts[what] += times

    def _guard(self, loop: Callable[[], None]) -> None:
        try:
            loop()
        except Exception as error:  # whatever it is, the stream of others goes on and the user is told
            self.error = error
            self._say(f"failed: {error}")
        finally:
            with self._lock:
                self._running -= 1
            if self._running == 0:
                self._buffer.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
