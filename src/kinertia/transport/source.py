"""What a source is: its own threads that receive samples, and a bounded queue that they wait in."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections import Counter, deque
from collections.abc import Callable, Mapping
from typing import Generic, Self, TypeVar

from kinertia.recording import Array, Sensor, Subject
from kinertia.streaming.sample import Sample, Session, StreamInfo

CAPACITY = 8192  # samples that wait at most: six seconds of seven separate sensors at 200 Hz
JOIN_S = 5.0  # to wait for a thread at the end

Item = TypeVar("Item")


class Buffer(Generic[Item]):
    """A queue between threads that never grows beyond its capacity; ``dropped`` items made room for newer ones."""

    def __init__(self, capacity: int) -> None:
        self.dropped = 0
        self._capacity = capacity
        self._items: deque[Item] = deque()
        self._changed = threading.Condition()
        self._closed = False

    def __len__(self) -> int:
        return len(self._items)

    def put(self, item: Item, *, wait: bool = False) -> bool:
        """Add an item; when full, in place of the oldest one, or after waiting for room. False if closed while waiting."""
        with self._changed:
            if wait:
                self._changed.wait_for(lambda: self._closed or len(self._items) < self._capacity)
                if self._closed:
                    return False
            elif len(self._items) >= self._capacity:
                self._items.popleft()
                self.dropped += 1
            self._items.append(item)
            self._changed.notify_all()
            return True

    def take(self, timeout_s: float) -> list[Item]:
        """Everything that waits, oldest first; empty when nothing comes within the time or the buffer is closed and empty."""
        with self._changed:
            self._changed.wait_for(lambda: self._items or self._closed, timeout_s)
            items = list(self._items)
            self._items.clear()
            if items:
                self._changed.notify_all()
            return items

    def close(self) -> None:
        """Wake everybody who waits. What is inside can still be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()


class Source(ABC):
    """Where samples come from: sensors and streams as in :class:`~kinertia.streaming.sample.Session`.

    Of more samples than ``capacity`` that wait for a slow consumer the oldest are dropped and counted.
    """

    real_time: bool = True  # whether samples are received by the clock of ``time.perf_counter()``
    rotations: Array | None = None  # this and the following as in Session, where the source knows them
    bias: Array | None = None
    subject: Subject | None = None

    def __init__(
        self,
        name: str,
        sensors: tuple[Sensor, ...],
        streams: tuple[StreamInfo, ...],
        *,
        warnings: tuple[str, ...] = (),
        capacity: int = CAPACITY,
    ) -> None:
        self.name, self.sensors, self.streams = name, sensors, streams
        self.warnings = warnings  # what had to be assumed about it
        self.error: Exception | None = None  # what ended one of its threads
        self.status = "not started"  # how it is, in a sentence
        self._buffer: Buffer[Sample] = Buffer(capacity)
        self._stopping, self._asked_to_stand = threading.Event(), threading.Event()
        self._threads: list[threading.Thread] = []
        self._running = 0
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()

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
        self.status = "waiting for the first sample"
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

    def _count(self, what: str, times: int = 1) -> None:
        with self._lock:
            self._counts[what] += times

    def _guard(self, loop: Callable[[], None]) -> None:
        try:
            loop()
        except Exception as error:  # whatever it is, the stream of others goes on and the user is told
            self.error = error
            self.status = f"failed: {error}"
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
