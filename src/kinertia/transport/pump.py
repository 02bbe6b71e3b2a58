"""One wearer's way through: samples from a source to the log and the core, frames from the core to the sinks."""

from __future__ import annotations

import time
from collections import Counter, deque
from typing import NamedTuple, Self

import numpy as np

from kinertia.streaming.calibration import Calibration
from kinertia.streaming.core import Core
from kinertia.streaming.frame import Frame
from kinertia.streaming.rehearsal import Attention, Rehearsal
from kinertia.streaming.sample import Sample
from kinertia.transport.log import LogWriter
from kinertia.transport.sink import Sinks
from kinertia.transport.source import Source

WAIT_S = 0.02  # how long to wait for samples before the core is told that time passes
KEPT = 6000  # frames that timings are taken over: the last minute at 100 Hz


class Timing(NamedTuple):
    """Percentiles of times over the last frames [s]; NaN while there are none."""

    p50_s: float
    p99_s: float

    @classmethod
    def of(cls, times: deque[float]) -> Timing:
        return cls(*np.percentile(list(times) or [np.nan], [50.0, 99.0]).tolist())


class Pump:
    """Moves samples and frames; everything happens in the thread that calls :meth:`step`. What it is given is closed with it.

    ``warm`` rehearses between samples (:mod:`kinertia.streaming.rehearsal`): estimates come sooner, for a part of a core.
    """

    def __init__(self, source: Source, core: Core, sinks: Sinks, log: LogWriter | None = None, *, warm: bool = False) -> None:
        self.source, self.core, self.sinks, self.log = source, core, sinks, log
        self._rehearsal = Rehearsal(core) if warm and source.real_time else None
        fastest = max(stream.rate_hz for stream in source.streams)
        self._attention = self._rehearsal and Attention[Sample](self._rehearsal.run, fastest, len(source.streams))
        self.samples = self.frames = 0  # how many so far
        self.reasons: Counter[int] = Counter()  # how many frames with which reasons not to trust them (bits), and with none (0)
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
            self.latest = frame

    def __enter__(self) -> Self:
        self.source.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
