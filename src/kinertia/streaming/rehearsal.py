"""Between two samples, the same work on a twin that nobody sees: code and weights stay in the processor's cache.

A processor that did something else for ten milliseconds, or nothing, takes two to three times as long for the next estimate
as for one right after another. Rehearsing shortly before the next sample is due buys that back with idle time.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Thread
from typing import Generic, TypeVar

from kinertia.runtime.model import ExportedModel
from kinertia.streaming.core import Core
from kinertia.streaming.sample import Sample, Session

LEAD_S = 3e-3  # how long before a sample is due rehearsing begins
REST_S = 2.5e-4  # how long before it ends, so that no sample has to wait for the end of a rehearsal
LATE_S = 2e-3  # how long after it was due a sample is still waited for with open eyes
BUSY_HZ = 250.0  # with more samples than that, there is no time in which anything could cool down

Item = TypeVar("Item")


class Rehearsal:
    """A twin of a core, whose estimates are not touched."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._twin: Core | None = None
        self._made_for: tuple[ExportedModel, Session] | None = None
        self._latest: dict[int, Sample] = {}
        self._rounds = 0
        self._maker: Thread | None = None

    def note(self, sample: Sample) -> None:
        """Remember what the core was given."""
        self._latest[sample.stream] = sample

    def run(self) -> bool:
        """Do the work of one sample; False while there is nothing to do it with."""
        twin = self._ready()
        if twin is None or not self._latest:
            return False
        self._rounds += 1
        streams = self._core.session.streams
        for stream, sample in self._latest.items():
            time_s = self._rounds / streams[stream].rate_hz
            twin.push(Sample(stream, time_s, self._rounds, sample.values, time_s))
        twin.tend(forgo=True)
        return True

    def _ready(self) -> Core | None:
        """The twin; another one is made in the background when model or alignment have changed."""
        wanted = (self._core.model, self._core.session)
        if self._made_for is not None and all(a is b for a, b in zip(self._made_for, wanted, strict=True)):
            return self._twin
        if self._maker is None or not self._maker.is_alive():
            self._maker = Thread(target=self._make, args=(wanted,), name="kinertia-rehearsal", daemon=True)
            self._maker.start()
        return None

    def _make(self, wanted: tuple[ExportedModel, Session]) -> None:
        twin = Core(*wanted, self._core.settings)
        self._rounds, self._twin, self._made_for = 0, twin, wanted


class Attention(Generic[Item]):
    """Waiting for samples of some streams that come at a steady pace.

    ``rehearse`` is what to do shortly before the next one; it gives False when there is nothing to do.
    """

    def __init__(self, rehearse: Callable[[], bool], rate_hz: float, streams: int = 1) -> None:
        self._rehearse, self._period = rehearse, 1.0 / rate_hz
        self._worthwhile = rate_hz * streams <= BUSY_HZ
        self._came_s = 0.0

    def take(self, source: Callable[[float], list[Item]], timeout_s: float) -> list[Item]:
        """What ``source(timeout)`` gives, as soon as it gives something; empty after ``timeout_s``."""
        due_s = self._came_s + self._period
        left = due_s - LEAD_S - time.perf_counter()
        items: list[Item] = []
        if self._worthwhile and left >= -LATE_S:
            items = source(min(max(left, 0.0), timeout_s))
            while not items and time.perf_counter() < due_s - REST_S and self._rehearse():
                items = source(0.0)
            while not items and time.perf_counter() < due_s + LATE_S:
                time.sleep(0)  # lets the thread that receives have its turn
                items = source(0.0)
        items = items or source(timeout_s)
        if items:
            self._came_s = time.perf_counter()
        return items
