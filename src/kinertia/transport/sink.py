"""Where estimates go: sinks, and the thread that feeds them so that none of them holds up the stream."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Protocol, Self

from kinertia.streaming.frame import Frame
from kinertia.transport.buffer import Buffer

CAPACITY = 2048
"""Frames that wait at most: ten seconds at 200 Hz."""
WAIT_S = 0.2  # for frames, before the end is looked for again
JOIN_S = 5.0  # to wait for a thread at the end


class Sink(Protocol):
    """Something that takes frames.

    Attributes
    ----------
    name : what it is called in messages.
    """

    name: str

    def write(self, frame: Frame) -> None:
        """Take one frame; raises OSError when it could not."""
        ...

    def close(self) -> None:
        """Take what is still on the way; nothing comes after it."""
        ...


class Sinks:
    """Hands frames to sinks on a separate thread.

    Parameters
    ----------
    sinks : where to. One that fails loses that frame, is counted, and gets the next one; the others do not notice.
    """

    def __init__(self, sinks: Sequence[Sink]) -> None:
        self.sinks = tuple(sinks)
        self._buffer: Buffer[Frame] = Buffer(CAPACITY)
        self._failures: Counter[str] = Counter()
        self._why: dict[str, str] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sinks", daemon=True)
        self._thread.start()

    def put(self, frame: Frame) -> None:
        """Pass a frame on; never waits."""
        if self.sinks:
            self._buffer.put(frame)

    @property
    def dropped(self) -> int:
        """Frames that slow sinks lost."""
        return self._buffer.dropped

    @property
    def failures(self) -> Mapping[str, int]:
        """How often each sink failed."""
        return dict(self._failures)

    @property
    def status(self) -> str:
        """What goes wrong, in a sentence; empty when nothing does."""
        parts = [f"{name} failed {times} times ({self._why[name]})" for name, times in self.failures.items()]
        if self.dropped:
            parts.append(f"{self.dropped} frames dropped: the sinks are too slow")
        return "; ".join(parts)

    def close(self) -> None:
        """Hand over what waits and close the sinks."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        self._buffer.close()
        self._thread.join(JOIN_S)
        if not self._thread.is_alive():
            for sink in self.sinks:
                self._attempt(sink, None)

    def _run(self) -> None:
        while True:
            frames = self._buffer.take(WAIT_S)
            for frame in frames:
                for sink in self.sinks:
                    self._attempt(sink, frame)
            if self._stopping.is_set() and not frames:
                return

    def _attempt(self, sink: Sink, frame: Frame | None) -> None:
        try:
            if frame is None:
                sink.close()
            else:
                sink.write(frame)
        except (OSError, RuntimeError) as error:
            self._failures[sink.name] += 1
            self._why[sink.name] = str(error)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
