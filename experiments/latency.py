"""How long an estimate takes, sample by sample, paced as sensors send; and whether it is that of the whole recording."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from experiments import lsl_latency
from experiments.bare_graph import BareGraph
from experiments.protocol import QUIET, Advance, Context, Found, Json, table
from experiments.wearer import WARM_UP_S, Signals, lateness, signals, sleep
from kinertia.api.models import streaming
from kinertia.estimation import estimator
from kinertia.estimation.estimate import Activity, Estimate
from kinertia.estimation.standing import BLEND_S
from kinertia.io import extra
from kinertia.recording import Array, Recording
from kinertia.runtime.model import ExportedModel
from kinertia.streaming.core import Core
from kinertia.streaming.frame import Frame
from kinertia.streaming.sample import Sample
from kinertia.transport.pump import LEAD_S, REST_S, Rehearsal

RATIOS = {"p50": "p50_ms", "p99": "p99_ms"}
FIRST, SECOND = 0.25, 0.6  # when, in a period, the graph alone has its turn, and the stream with muscles


def latency(
    model: str = "default",
    minutes: float = 10.0,
    rate: float = 100.0,
    seed: int = 0,
    lsl: bool = False,
    warm: bool = True,
    context: Context = QUIET,
) -> Found:
    """Time estimates sample by sample, paced as sensors send, and compare them with those of the whole recording.

    Parameters
    ----------
    model
        Folder that `kinertia train` or `kinertia export` wrote; `default` is the model that comes with the package.
    minutes
        Length of the stream.
    rate
        Samples per second of each sensor.
    seed
        Seed of the synthetic wearer.
    lsl
        Measure from sender to receiver over Lab Streaming Layer on this machine instead, network and threads included.
    warm
        Keep the processor warm between samples, as `kinertia stream` and `kinertia live` do by default.
    """
    loaded, seconds = streaming(model), 60.0 * minutes
    if lsl:
        found = lsl_latency.measure(loaded, seconds, rate, seed, context, warm)
    else:
        found = measure(loaded, seconds, rate, seed, context, warm, _trained(model))
    lines = [
        f"{found['samples']} samples at {rate:g} Hz: median {found['p50_ms']:.3f} ms, 99 % within "
        f"{found['p99_ms']:.3f} ms, 99.9 % within {found['p999_ms']:.3f} ms, longest {found['max_ms']:.2f} ms",
        f"output delay {found['output_delay_ms']:g} ms, not counted above",
    ]
    if "ratio" in found:
        alone, ratio = found["graph"], found["ratio"]
        lines += [
            f"the exported graph alone, at the same pace: median {alone['p50_ms']:.3f} ms, 99 % within "
            f"{alone['p99_ms']:.3f} ms, back to back {alone['back_to_back_ms']:.3f} ms",
            f"stream over graph: median x{ratio['p50']:.2f}, 99 % x{ratio['p99']:.2f}",
        ]
    if "muscles" in found:
        beside = found["muscles"]
        lines.append(
            f"with muscles, at the same pace: median {beside['p50_ms']:.3f} ms, 99 % within {beside['p99_ms']:.3f} ms: "
            f"x{beside['ratio']['p50']:.2f}, x{beside['ratio']['p99']:.2f}; between samples, for what comes out with the next, "
            f"median {beside['own']['p50_ms']:.3f} ms, 99 % within {beside['own']['p99_ms']:.3f} ms"
        )
    if "batch_difference" in found:
        most = f"{found['batch_difference']:.2g} (rad, BW, BWBH, m/s)"
        lines.append(f"largest difference to the estimate of the whole recording: {most}")
    if "trained_difference" in found:
        lines.append(f"and to that of the network it was exported from: {found['trained_difference']:.2g}")
    counts = [(edge, str(count)) for edge, count in found["histogram"].items()]
    return Found(found, (*lines, table("up to [ms]", "samples", rows=counts)))


def measure(
    model: ExportedModel,
    seconds: float = 600.0,
    rate_hz: float = 100.0,
    seed: int = 0,
    context: Context = QUIET,
    warm: bool = True,
    trained: Callable[[Recording], Estimate] | None = None,
) -> Json:
    """Time every sample of a stream from the radio's numbers to the estimate, on one core.

    Counted: conversion of units, ordering, clock, resampling, alignment, network, inverse dynamics, events and trust. Not
    counted: the network that carries the sample, and the output delay, which is stated beside it. Between two samples, the
    exported graph alone (:class:`~experiments.bare_graph.BareGraph`) takes a step on the same wearer's signals, at the same
    pace, after waiting asleep; and a second stream, with muscles, takes the same samples as the first.

    Parameters
    ----------
    model : an exported model.
    seconds : length of the stream.
    rate_hz : of the sensors; samples come one at a time at this pace, not back to back.
    seed : of the synthetic wearer.
    warm : rehearse between samples, as `kinertia stream` and `kinertia live` do (:mod:`kinertia.transport.pump`).
    trained : estimates the whole recording with the network that the graphs were exported from.

    Returns
    -------
    dict with ``p50_ms``, ``p90_ms``, ``p99_ms``, ``p999_ms``, ``max_ms``, ``samples``, ``output_delay_ms``,
    ``batch_difference`` (largest absolute difference to the estimate of the whole recording, in rad, BW, BWBH and m/s),
    ``trained_difference`` (the same to ``trained``), ``histogram`` (upper edge [ms] to count); ``graph`` with ``p50_ms``,
    ``p99_ms`` and ``back_to_back_ms`` of the graph alone, and ``ratio`` of the stream's ``p50`` and ``p99`` to them;
    ``muscles`` with ``p50_ms``, ``p99_ms`` and ``ratio`` of the stream with muscles to that without, and
    ``own`` of their work between samples.
    """
    given = signals(seconds, rate_hz, seed)
    core, whole = Core(model, given.session), given.recording()
    with context.bar(len(given.rows), "streaming") as advance, one_core():
        graph = BareGraph(model, whole)
        beside = Core(replace(model, muscles=True), given.session)
        times, alone, with_muscles, own, frames = _play((core, beside), given, warm, advance, graph)
        back_to_back_s = graph.back_to_back_s()
    late, bare, muscular, tended = (
        lateness(1000.0 * x[round(WARM_UP_S * rate_hz) :]) for x in (times, alone, with_muscles, own)
    )
    return {
        **late,
        "rate_hz": rate_hz,
        "warm": warm,
        "output_delay_ms": 1000.0 * core.output_delay_s,
        "batch_difference": difference(frames, model, estimator.estimate(model.runner, whole)),
        **({} if trained is None else {"trained_difference": difference(frames, model, trained(whole))}),
        "graph": {name: bare[name] for name in RATIOS.values()} | {"back_to_back_ms": 1000.0 * back_to_back_s},
        "ratio": {name: late[key] / bare[key] for name, key in RATIOS.items()},
        "muscles": {
            **{key: muscular[key] for key in RATIOS.values()},
            "ratio": {name: muscular[key] / late[key] for name, key in RATIOS.items()},
            "own": {key: tended[key] for key in RATIOS.values()},
        },
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


def await_due(due_s: float, rehearsal: Rehearsal | None) -> None:
    """Wait for a time of ``time.perf_counter()`` [s], rehearsing shortly before it as the stream does."""
    if rehearsal is not None:
        sleep(due_s - LEAD_S)
        while time.perf_counter() < due_s - REST_S and rehearsal.run():
            pass
        while time.perf_counter() < due_s:
            pass
    sleep(due_s)


def _play(
    cores: tuple[Core, Core], given: Signals, warm: bool, advance: Advance, graph: BareGraph
) -> tuple[Array, Array, Array, Array, list[Frame]]:
    """Seconds per sample of the stream, of the graph alone, of the stream with muscles and of these; and what came out."""
    channels, period = given.channels(), 1.0 / given.rate_hz
    rows = [row.tolist() for row in given.rows]
    times, own = np.empty((2, len(rows))), np.empty((2, len(rows)))
    alone = np.zeros(len(rows))
    found: list[Frame] = []
    rehearsals = [Rehearsal(core) if warm else None for core in cores]
    gc.collect()
    gc.freeze()
    due = time.perf_counter() + period
    for k, row in enumerate(rows):
        for which, core in enumerate(cores):
            await_due(due + which * SECOND * period, rehearsals[which])
            begin = time.perf_counter()
            sample = Sample(0, k * period, k, channels.values(row), begin)
            frames = core.push(sample)
            came = time.perf_counter()
            core.tend()
            times[which, k], own[which, k] = came - begin, time.perf_counter() - came
            if (rehearsal := rehearsals[which]) is not None:
                rehearsal.note(sample)
            if which == 0:
                found += frames
                sleep(due + FIRST * period)
                alone[k] = graph.step(k)
        due += period
        if (k + 1) % 100 == 0:
            advance(100)
    found += cores[0].finish()
    gc.unfreeze()
    return times[0], alone, times[1], own[1] - own[0], found


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
    scale = model.numbers(whole.subject)["moment_scale"].item()
    # the way walked is a sum over all samples: rounding adds up in it, and it says nothing that speed does not
    series = {name: x for name, x in (whole.coordinates | whole.grf).items() if name != "pelvis_tx"}
    pairs = [(streamed[:, layout.index[name]], x) for name, x in series.items()]
    pairs += [(streamed[:, layout.index[f"{name}_moment"]] / scale, x / scale) for name, x in whole.moments.items()]
    assert whole.speed is not None
    pairs.append((streamed[:, layout.speed], whole.speed))
    return max(float(np.abs(a - b[: len(a)])[compared].max()) for a, b in pairs)


def _trained(model: str) -> Callable[[Recording], Estimate] | None:
    """What estimates with the network that a user's model was exported from; None without torch or without the network."""
    if not extra.available("torch"):
        return None
    from kinertia.estimation import track as networks
    from kinertia.learning import shipped

    if model not in shipped.names() and not (Path(model) / "model.json").is_file():
        return None
    return partial(networks.estimate, shipped.load(model))
