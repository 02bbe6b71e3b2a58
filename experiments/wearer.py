"""A synthetic wearer's signals as a radio would deliver them, and how late estimates of them are, in figures."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from experiments.protocol import Json
from kinertia.recording import Array, Recording
from kinertia.recording import Frame as Axes
from kinertia.streaming.sample import Sample, Session
from kinertia.transport import lsl_channels
from kinertia.transport.lsl_channels import Channel, ChannelMap
from kinertia.transport.walker import SyntheticSource

WARM_UP_S = 2.0
PERCENTILES = {"p50_ms": 50.0, "p90_ms": 90.0, "p99_ms": 99.0, "p999_ms": 99.9, "max_ms": 100.0}
STANDARD_GRAVITY = 9.80665
EDGES_MS = (0.0, 0.05, 0.075, 0.1, 0.125, 0.15, 0.2, 0.25, 0.3, 0.35, 0.5, 0.75, 1.0, 2.0, 5.0, np.inf)


@dataclass(frozen=True)
class Signals:
    """A wearer's signals as a radio would deliver them.

    Attributes
    ----------
    session : who wears what; sensors are aligned.
    rows : (T, 42) readings, six channels per sensor [g, deg/s].
    rate_hz : sampling rate [Hz].
    """

    session: Session
    rows: Array
    rate_hz: float

    def channels(self) -> ChannelMap:
        """How the rows become samples in SI units."""
        names = [sensor.name for sensor in self.session.sensors]
        described = [
            Channel(f"{name}_{kind}_{axis}", "", unit)
            for name in names
            for kind, unit in (("acc", "g"), ("gyro", "deg/s"))
            for axis in "xyz"
        ]
        return lsl_channels.described(described, stream="benchmark")

    def recording(self) -> Recording:
        """The same signals as a recording in segment axes."""
        assert self.session.rotations is not None
        values = np.stack([self.channels().values(row) for row in self.rows])
        if self.session.bias is not None:
            values[..., 3:] -= self.session.bias
        return Recording(
            name="latency",
            rate_hz=self.rate_hz,
            sensors=self.session.sensors,
            acc=np.einsum("kij,tkj->tki", self.session.rotations, values[..., :3]),
            gyro=np.einsum("kij,tkj->tki", self.session.rotations, values[..., 3:]),
            subject=self.session.subject,
            frame=Axes.SEGMENT,
        )


def signals(seconds: float, rate_hz: float, seed: int = 0) -> Signals:
    """A synthetic wearer with seven sensors."""
    source = SyntheticSource(seed, rate_hz=rate_hz, seconds=seconds, aligned=True, speed=np.inf)
    unit = np.repeat([1.0 / STANDARD_GRAVITY, np.degrees(1.0)], 3)
    with source:
        rows = [np.ravel(sample.values * unit) for sample in taken(source)]
    return Signals(source.session(), np.array(rows), rate_hz)


def taken(source: SyntheticSource) -> Iterable[Sample]:
    """All samples of a source, until it ends."""
    while not source.finished:
        yield from source.take()


def lateness(late_ms: Array) -> Json:
    """``p50_ms``, ``p90_ms``, ``p99_ms``, ``p999_ms``, ``max_ms``, ``samples`` and ``histogram`` (upper edge [ms] to count)."""
    counts, _ = np.histogram(late_ms, EDGES_MS)
    return {
        **{name: float(np.percentile(late_ms, q)) for name, q in PERCENTILES.items()},
        "samples": len(late_ms),
        "histogram": {f"{edge:g}": int(n) for edge, n in zip(EDGES_MS[1:], counts, strict=True)},
    }


def sleep(until_s: float) -> None:
    """Sleep until a time of ``time.perf_counter()`` [s]."""
    time.sleep(max(until_s - time.perf_counter(), 0.0))
