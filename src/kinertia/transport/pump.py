"""One wearer's way through: samples from a source to the log and the core, frames from the core to the sinks.

Between two samples, the same work is done on a twin that nobody sees: code and weights stay in the processor's cache. A
processor that did something else for ten milliseconds, or nothing, takes two to three times as long for the next estimate as
for one right after another. Rehearsing shortly before the next sample is due buys that back with idle time.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable
from threading import Thread
from typing import Generic, NamedTuple, Self, TypeVar

import numpy as np

from kinertia.runtime.model import ExportedModel
from kinertia.streaming.calibration import Calibration
from kinertia.streaming.core import Core
from kinertia.streaming.frame import Frame
from kinertia.streaming.sample import Sample, Session
from kinertia.transport.log import LogWriter
from kinertia.transport.sink import Sinks
from kinertia.transport.source import Source

LEAD_S = 3e-3  # how long before a sample is due rehearsing begins
REST_S = 2.5e-4  # how long before it ends, so that no sample has to wait for the end of a rehearsal
LATE_S = 2e-3  # how long after it was due a sample is still waited for with open eyes
BUSY_HZ = 250.0  # with more samples than that, there is no time in which anything could cool down

Item = TypeVar("Item")
WAIT_S = 0.02  # how long to wait for samples before the core is told that time passes
KEPT = 6000  # frames that timings are taken over: the last minute at 100 Hz


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


class Timing(NamedTuple):
    """Percentiles of times over the last frames [s]; NaN while there are none."""

    p50_s: float
    p99_s: float

    @classmethod
    def of(cls, times: deque[float]) -> Timing:
        return cls(*np.percentile(list(times) or [np.nan], [50.0, 99.0]).tolist())


class Pump:
    """Moves samples and frames; everything happens in the thread that calls :meth:`step`. What it is given is closed with it.

    ``warm`` rehearses between samples (:mod:`kinertia.transport.pump`): estimates come sooner, for a part of a core.
    """

    def __init__(self, source: Source, core: Core, sinks: Sinks, log: LogWriter | None = None, *, warm: bool = False) -> None:
        self.source, self.core, self.sinks, self.log = source, core, sinks, log
        self._rehearsal = Rehearsal(core) if warm and source.real_time else None
        fastest = max(stream.rate_hz for stream in source.streams)
        self._attention = self._rehearsal and Attention[Sample](self._rehearsal.run, fastest, len(source.streams))
        self.samples = self.frames = 0  # how many so far
        self.reasons: Counter[int] = Counter()  # how many frames with which reasons not to trust them (bits), and with none (0)
        self.lacking = 0  # frames in which a moment is more than muscles can give
        self._lacks = [at for name, at in core.model.layout.index.items() if name.startswith("muscles_lack")]
        self.latest: Frame | None = None
        # begins by itself where the source does not know how the sensors sit, and again when it failed
        self.calibration = Calibration(core)
        self._session = core.session
        if core.session.rotations is None:
            self.calibration.start()
        self._compute: deque[float] = deque(maxlen=KEPT)
        self._behind: deque[float] = deque(maxlen=KEPT)

    @property
    def compute(self) -> Timing:
        """Time from a sample to its estimate, computing alone."""
        return Timing.of(self._compute)

    @property
    def behind(self) -> Timing:
        """Time from when signals were measured to when their frame came out: transport, waiting and computing."""
        return Timing.of(self._behind)

    def step(self, wait_s: float = WAIT_S) -> list[Frame]:
        """Take what came, or let time pass; the frames that came out of it."""
        source, log, core = self.source, self.log, self.core
        samples = source.take(wait_s) if self._attention is None else self._attention.take(source.take, wait_s)
        frames: list[Frame] = []
        for sample in samples:
            if log is not None:
                log.sample(sample)
            if result := core.push(sample):
                self._pass_on(result)
                frames += result
        if frames:
            core.tend()
        if self._rehearsal is not None and samples:
            self._rehearsal.note(samples[-1])
        self.samples += len(samples)
        if self.calibration.progress.state == "failed" and core.session.rotations is None:
            self.calibrate()
        if core.session is not self._session:
            self._session = core.session
            if log is not None:
                log.session(core.session)
        if not samples:
            result = core.poll(source.now_s())
            self._pass_on(result)
            frames += result
        return frames

    def calibrate(self) -> None:
        """Find anew how the sensors sit; the estimate goes on meanwhile."""
        self.calibration.start()
        self.source.stand()

    def close(self) -> list[Frame]:
        """Stop the source, take what is left, and end everything; the last frames."""
        self.source.stop()
        frames = self.step(0.0)
        last = self.core.finish()
        for frame in last:
            self.sinks.put(frame)
        self.frames += len(last)
        self.sinks.close()
        if self.log is not None:
            self.log.close()
        return frames + last

    def _pass_on(self, frames: list[Frame]) -> None:
        now = time.perf_counter()
        for frame in frames:
            self.sinks.put(frame)
            self.frames += 1
            self.reasons[frame.reasons] += 1
            self._compute.append(frame.compute_s)
            if self.source.real_time:
                self._behind.append(now - frame.local_s)
            self.lacking += any(frame.values.item(at) > 0.0 for at in self._lacks)
            self.latest = frame

    def __enter__(self) -> Self:
        self.source.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
