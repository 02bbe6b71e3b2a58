"""How long an estimate takes, sample by sample, paced as sensors send; and whether it is that of the whole recording."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.bare_graph import BareGraph
from kinertia.estimation.estimate import Activity, Estimate
from kinertia.estimation.standing import BLEND_S
from kinertia.recording import Array, Recording
from kinertia.recording import Frame as Axes
from kinertia.runtime import exported
from kinertia.runtime.model import ExportedModel
from kinertia.streaming.core import Core
from kinertia.streaming.frame import Frame
from kinertia.streaming.rehearsal import Attention, Rehearsal, sleep
from kinertia.streaming.sample import Sample, Session
from kinertia.transport import lsl_channels
from kinertia.transport.lsl_channels import Channel, ChannelMap
from kinertia.transport.synthetic import SyntheticSource

WARM_UP_S = 2.0
PERCENTILES = {"p50_ms": 50.0, "p90_ms": 90.0, "p99_ms": 99.0, "p999_ms": 99.9, "max_ms": 100.0}
RATIOS = {"p50": 50.0, "p99": 99.0}
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


def measure(
    model: ExportedModel,
    seconds: float = 600.0,
    rate_hz: float = 100.0,
    seed: int = 0,
    progress: Callable[[int], None] | None = None,
    warm: bool = True,
    trained: Callable[[Recording], Estimate] | None = None,
) -> dict[str, Any]:
    """Time every sample of a stream from the radio's numbers to the estimate, on one core.

    Counted: conversion of units, ordering, clock, resampling, alignment, network, inverse dynamics, events and trust. Not
    counted: the network that carries the sample, and the output delay, which is stated beside it. Between two samples, the
    exported graph alone (:class:`~experiments.bare_graph.BareGraph`) takes a step on the same wearer's signals, at the same
    pace, after waiting asleep.

    Parameters
    ----------
    model : an exported model.
    seconds : length of the stream.
    rate_hz : of the sensors; samples come one at a time at this pace, not back to back.
    seed : of the synthetic wearer.
    progress : called with the number of samples done since the last call.
    warm : rehearse between samples, as `kinertia stream` and `kinertia live` do (:mod:`kinertia.streaming.rehearsal`).
    trained : estimates the whole recording with the network that the graphs were exported from.

    Returns
    -------
    dict with ``p50_ms``, ``p90_ms``, ``p99_ms``, ``p999_ms``, ``max_ms``, ``samples``, ``output_delay_ms``,
    ``batch_difference`` (largest absolute difference to the estimate of the whole recording, in rad, BW, BWBH and m/s),
    ``trained_difference`` (the same to ``trained``), ``histogram`` (upper edge [ms] to count); ``graph`` with ``p50_ms``,
    ``p99_ms`` and ``back_to_back_ms`` of the graph alone, and ``ratio`` of the stream's ``p50`` and ``p99`` to them.
    """
    given = signals(seconds, rate_hz, seed)
    core, whole = Core(model, given.session), given.recording()
    with one_core():
        graph = BareGraph(model, whole)
        times, alone, frames = _play(core, given, Rehearsal(core) if warm else None, progress, graph)
        back_to_back_s = graph.back_to_back_s()
    settled, alone = (1000.0 * x[round(WARM_UP_S * rate_hz) :] for x in (times, alone))
    counts, _ = np.histogram(settled, EDGES_MS)
    compared = {name: (float(np.percentile(settled, q)), float(np.percentile(alone, q))) for name, q in RATIOS.items()}
    return {
        **{name: float(np.percentile(settled, q)) for name, q in PERCENTILES.items()},
        "samples": len(settled),
        "rate_hz": rate_hz,
        "warm": warm,
        "output_delay_ms": 1000.0 * core.output_delay_s,
        "batch_difference": difference(frames, model, exported.estimate(model, whole)),
        **({} if trained is None else {"trained_difference": difference(frames, model, trained(whole))}),
        "graph": {f"{name}_ms": bare for name, (_, bare) in compared.items()} | {"back_to_back_ms": 1000.0 * back_to_back_s},
        "ratio": {name: stream / bare for name, (stream, bare) in compared.items()},
        "histogram": {f"{edge:g}": int(n) for edge, n in zip(EDGES_MS[1:], counts, strict=True)},
    }


@contextmanager
def one_core() -> Iterator[None]:
    """This thread on one core only, where the system allows that."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _play(
    core: Core,
    given: Signals,
    rehearsal: Rehearsal | None,
    progress: Callable[[int], None] | None,
    graph: BareGraph | None = None,
) -> tuple[Array, Array, list[Frame]]:
    """Seconds per sample of the stream and of the graph alone, and what came out."""
    channels, period = given.channels(), 1.0 / given.rate_hz
    rows = [row.tolist() for row in given.rows]
    times, alone = np.empty(len(rows)), np.zeros(len(rows))
    found: list[Frame] = []
    attention = None if rehearsal is None else Attention(rehearsal.run, given.rate_hz)
    wait_until = sleep if attention is None else attention.until
    gc.collect()
    gc.freeze()
    due = time.perf_counter() + period
    for k, row in enumerate(rows):
        wait_until(due)
        begin = time.perf_counter()
        sample = Sample(0, k * period, k, channels.values(row), begin)
        frames = core.push(sample)
        times[k] = time.perf_counter() - begin
        core.tend()
        if rehearsal is not None:
            rehearsal.note(sample)
        found += frames
        if graph is not None:
            sleep(due + 0.5 * period)
            alone[k] = graph.step(k)
        due += period
        if progress is not None and (k + 1) % 100 == 0:
            progress(100)
    found += core.finish()
    gc.unfreeze()
    return times, alone, found


def difference(frames: Sequence[Frame], model: ExportedModel, whole: Estimate) -> float:
    """Largest absolute difference of a stream to an estimate of the whole recording, in rad and m, BW, BWBH, m/s.

    Where neither answers standing: a stream knows later than a whole recording that somebody stands or has stood.
    """
    layout = model.layout
    values, stands = np.array([f.values for f in frames]), np.array([f.activity is Activity.STANDING for f in frames])
    known = np.isfinite(values[:, layout.speed])
    streamed, stands = values[known][: whole.samples], stands[known][: whole.samples]
    if whole.activity is not None:
        stands = stands | (whole.activity[: len(stands)] == Activity.STANDING)
    # the answer fades on either side, and values are behind the activity
    reach = round(BLEND_S * model.rate_hz) + model.delay_samples + 1
    compared = np.convolve(stands, np.ones(2 * reach + 1), mode="same") == 0
    stepper = model.stepper(whole.subject)
    # the way walked is a sum over all samples: rounding adds up in it, and it says nothing that speed does not
    series = {name: x for name, x in (whole.coordinates | whole.grf).items() if name != "pelvis_tx"}
    pairs = [(streamed[:, layout.index[name]], x) for name, x in series.items()]
    pairs += [
        (streamed[:, layout.index[f"{name}_moment"]] / stepper.moment_scale_nm, x / stepper.moment_scale_nm)
        for name, x in whole.moments.items()
    ]
    assert whole.speed is not None
    pairs.append((streamed[:, layout.speed], whole.speed))
    return max(float(np.abs(a - b[: len(a)])[compared].max()) for a, b in pairs)
