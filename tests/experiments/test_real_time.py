"""Benchmarks of real time, on seconds of it."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from itertools import chain

import numpy as np
import pytest

from experiments import crowd, faults, latency, loss, wearer
from experiments.bare_graph import BareGraph
from kinertia.estimation import estimator
from kinertia.estimation.estimate import Estimate
from kinertia.recording import Recording, Truth
from kinertia.recording.selection import crop
from kinertia.runtime import model as runtime
from kinertia.runtime.model import ExportedModel
from kinertia.streaming.core import Core
from kinertia.streaming.sample import Sample
from kinertia.transport.replay import Faults


@cache
def model() -> ExportedModel:
    return runtime.load()


def walk() -> Recording:
    """Twelve seconds, after the walker has stood."""
    return crop(wearer.signals(18.5, 100.0).recording(), 650, 1850)


def own_truth(recording: Recording) -> Recording:
    """With the batch estimate as the truth."""
    found: Estimate = estimator.estimate(model().runner, recording)
    angles = {name: series for name, series in found.coordinates.items() if name.startswith(loss.JOINTS)}
    return replace(recording, truth=Truth(angles=angles))


def test_latency_counts_every_sample_and_compares_with_the_whole() -> None:
    measured = latency.measure(model(), 8.0, 100.0)  # five of them standing
    assert measured["samples"] == 600
    assert 0.0 < measured["p50_ms"] <= measured["p99_ms"] <= measured["p999_ms"] <= measured["max_ms"]
    assert sum(measured["histogram"].values()) == 600
    assert measured["output_delay_ms"] == pytest.approx(60.0)
    assert measured["batch_difference"] < 1e-5
    graph, ratio = measured["graph"], measured["ratio"]
    assert 0.0 < graph["back_to_back_ms"] < graph["p99_ms"]
    assert ratio["p50"] == pytest.approx(measured["p50_ms"] / graph["p50_ms"])
    assert ratio["p99"] == pytest.approx(measured["p99_ms"] / graph["p99_ms"])
    json.dumps(measured, allow_nan=False)


def test_the_graph_alone_does_what_the_stream_does() -> None:
    recording = wearer.signals(8.0, 100.0).recording()
    whole, alone = estimator.estimate(model().runner, recording), BareGraph(model(), recording)
    for k in range(700):
        assert alone.step(k) > 0.0
    assert whole.speed is not None
    assert whole.speed[693] > 0.3
    assert alone.values[model().layout.speed] == pytest.approx(whole.speed[693], abs=1e-9)


def test_a_difference_to_the_whole_is_found() -> None:
    given = wearer.signals(8.0, 100.0)
    whole, core, channels = (
        estimator.estimate(model().runner, given.recording()),
        Core(model(), given.session),
        given.channels(),
    )
    samples = [Sample(0, k / 100.0, k, channels.values(row), k / 100.0) for k, row in enumerate(given.rows)]
    frames = [*chain.from_iterable(map(core.push, samples)), *core.finish()]
    assert latency.difference(frames, model(), whole) < 1e-5
    frames[750].values[model().layout.index["knee_angle_r"]] += 0.25
    assert latency.difference(frames, model(), whole) == pytest.approx(0.25, abs=1e-4)


def test_a_crowd_loses_nothing() -> None:
    measured = crowd.measure(model(), people=2, seconds=3.0, rate_hz=100.0)
    assert measured["samples"] == measured["expected"] == 600
    assert measured["dropped"] == 0
    assert measured["frames"] >= 590


def test_packet_loss_is_scored_against_the_truth() -> None:
    recording = own_truth(walk())
    found = loss.measure(model(), [recording], {"none": Faults(), "much": Faults(loss=0.4)})
    assert found["none"]["angle_deg"] < 0.01
    assert found["none"]["worse_deg"] == 0.0
    assert found["much"]["worse_deg"] > 0.05
    assert abs(found["none"]["frames"] - found["much"]["frames"]) < 10


def test_faults_are_survived_and_seen() -> None:
    done: list[int] = []
    found = faults.measure(model(), seconds=16.0, packets=2000, advance=done.append)
    assert len(found) == len(done) == 8
    for name, row in found.items():
        assert row["goes_on"], (name, row)
        assert row["seen"], (name, row)


def test_a_stream_with_a_hole_does_not_pass() -> None:
    run = faults.play(model(), Faults(), 8.0)
    assert faults.judge(run, Faults(), 8.0).goes_on
    holed = replace(run, frames=[frame for frame in run.frames if not 3.0 < frame.time_s < 4.0])
    assert not faults.judge(holed, Faults(), 8.0).goes_on
    assert not faults.judge(run, Faults(), 8.0).seen


def test_mutated_datagrams_are_of_all_kinds() -> None:
    generator = np.random.default_rng(0)
    good = b'{"sensors": [{"name": "tibia_r", "acc": [0, 9.81, 0]}]}'
    made = {faults.mutate(good, generator) for _ in range(200)}
    assert len(made) > 100
    assert good not in made
