"""Nothing that is pushed makes the core fail, grow or stop."""

from __future__ import annotations

import gc
import resource
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes import model, one_stream, own_streams, run, samples_of, signals
from hypothesis import given, settings
from hypothesis import strategies as st

from kinertia.streaming.core import Core
from kinertia.streaming.sample import Sample

STATM = Path("/proc/self/statm")
ODD = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from([0.0, -1.0, 1e300, -1e300, 1e18, 3600.0, 5e-324, float("nan"), float("inf")]),
)
TIMES = st.one_of(st.floats(0.0, 20.0), ODD)
NUMBERS = st.one_of(st.integers(-2, 300), st.integers(-(2**70), 2**70), st.sampled_from([255, 65535, 2**32 - 1]))
VALUES: Any = st.one_of(
    st.integers(0, 2**32).map(lambda seed: np.random.default_rng(seed).normal(size=(7, 6))),
    st.integers(0, 2**32).map(lambda seed: np.random.default_rng(seed).normal(size=(1, 6))),
    ODD.map(lambda x: np.full((7, 6), x)),
    ODD.map(lambda x: np.full((1, 6), x)),
    st.sampled_from([np.zeros((3, 6)), np.zeros(0), np.zeros((7, 6), dtype=np.float32), np.full((7, 6), "x"), None, 3.0]),
)
ANYTHING: Any = st.one_of(st.none(), st.text(max_size=3), st.floats(), st.integers(), st.lists(st.integers(), max_size=2))


@st.composite
def odd_samples(draw: st.DrawFn) -> Sample:
    mostly = draw(st.integers(0, 9))
    return Sample(
        draw(st.integers(0, 6)) if mostly else draw(ANYTHING),
        draw(TIMES) if mostly != 1 else draw(ANYTHING),
        draw(NUMBERS) if mostly != 2 else draw(ANYTHING),
        draw(VALUES),
        draw(TIMES) if mostly != 3 else draw(ANYTHING),
    )


def sane_after(core: Core) -> bool:
    """Whether a good sender is understood again within three seconds, whatever came before."""
    streams, rows = core.session.streams, signals(300)
    for i, row in enumerate(rows):
        for k, info in enumerate(streams):
            core.push(Sample(k, 50_000.0 + i / 100.0, i, row[: len(info.sensors)], 9_000.0 + i / 100.0))
    return all(inlet.received_s > 9_002.9 for inlet in core._inlets)


@given(samples=st.lists(odd_samples(), max_size=40), polls=st.lists(TIMES, max_size=10), several=st.booleans())
@settings(max_examples=40, deadline=None)
def test_odd_samples_are_counted_and_survived(samples: list[Sample], polls: list[float], several: bool) -> None:
    core = Core(model(), own_streams() if several else one_stream())
    for i, sample in enumerate(samples):
        core.push(sample)
        if i < len(polls):
            core.poll(polls[i])
    health = core.health
    assert health.rejected + sum({s.stream: s.received for s in health.sensors}.values()) == len(samples)
    assert sane_after(core)
    assert core.finish() is not None


@given(
    seed=st.integers(0, 2**32),
    start_s=st.floats(-1e9, 1e9),
    jitter_s=st.floats(0.0, 0.1),
    loss=st.floats(0.0, 0.9),
)
@settings(max_examples=30, deadline=None)
def test_plausible_streams_come_out_in_order(seed: int, start_s: float, jitter_s: float, loss: float) -> None:
    rng = np.random.default_rng(seed)
    samples = [
        replace(s, received_s=s.received_s + rng.uniform(0.0, jitter_s + 1e-9))
        for s in samples_of(signals(300), start_s=start_s)
        if rng.random() >= loss
    ]
    core = Core(model(), one_stream())
    frames = run(core, sorted(samples, key=lambda s: s.received_s))
    indices = [frame.index for frame in frames]
    assert indices == sorted(set(indices))
    assert all(frame.signals.shape == (7, 3) and frame.compute_s >= 0.0 for frame in frames)
    assert core.health.rejected == 0


def resident_bytes() -> int:
    if not STATM.is_file():
        pytest.skip("needs /proc")
    return int(STATM.read_text().split()[1]) * resource.getpagesize()


def test_memory_stays_flat() -> None:
    """Thirty thousand samples with loss, restarts and doubles take no more memory than five thousand."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(100, 7, 6))

    def feed(core: Core, begin: int, end: int) -> None:
        for i in range(begin, end):
            if rng.random() < 0.1:
                continue
            offset = 1e4 * (i // 6_000)
            sample = Sample(0, offset + i / 100.0, i % 65536, rows[i % 100], 50.0 + i / 100.0 + rng.exponential(0.002))
            core.push(sample)
            if i % 50 == 0:
                core.push(sample)
                core.poll(50.0 + i / 100.0)

    core = Core(model(idle=True), one_stream())
    feed(core, 0, 5000)
    gc.collect()
    before = resident_bytes()
    feed(core, 5000, 35_000)
    gc.collect()
    assert resident_bytes() - before < 2_000_000  # a step of 1 MB comes once; a row per sample would be 10 MB
    assert core.health.sensors[0].received > 30_000


def test_frames_of_one_push_are_bounded() -> None:
    samples = list(samples_of(signals(400)))
    core = Core(model(), one_stream())
    run(core, samples[:100])
    jumped = [replace(s, time_s=s.time_s + 55.0, received_s=s.received_s + 55.0) for s in samples[100:]]
    longest = max(len(core.push(sample)) for sample in jumped)
    assert longest <= 102
