"""Waiting for threads; samples and frames as sources and cores give them."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from kinertia.streaming.frame import NOTHING, Event, Frame
from kinertia.streaming.sample import Sample
from kinertia.transport.source import Source


def until(condition: Callable[[], object], timeout_s: float = 30.0) -> None:
    """Wait until something holds."""
    end = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)


def drain(source: Source, count: int | None = None, timeout_s: float = 30.0) -> list[Sample]:
    """Samples of a started source, up to a number or its end."""
    got: list[Sample] = []
    end = time.monotonic() + timeout_s
    while not source.finished and (count is None or len(got) < count):
        got += source.take(0.05)
        assert time.monotonic() < end, f"only {len(got)} samples came: {source.status}"
    return got


def samples(count: int, *, rows: int = 7, stream: int = 0, rate_hz: float = 100.0, seed: int = 0) -> list[Sample]:
    """Even samples of random numbers."""
    values = np.random.default_rng(seed).normal(0.0, 5.0, (count, rows, 6))
    return [Sample(stream, i / rate_hz, i, values[i], 100.0 + i / rate_hz + 0.002) for i in range(count)]


def frame(index: int, values: np.ndarray, events: tuple[Event, ...] = (), reasons: int = 0) -> Frame:
    """A frame as a core gives it."""
    present = np.ones(7, dtype=bool)
    return Frame(
        index, index / 100.0, time.perf_counter(), values, np.zeros((7, 3)), present, ~present, reasons, events, NOTHING, 1e-4
    )
