"""A stream, sample by sample: how many samples it is behind, and that it says what the whole recording says."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain

import numpy as np
import pytest

import kinertia as ki
from kinertia.estimation import track
from kinertia.estimation.estimate import Estimate
from kinertia.learning import shipped
from kinertia.recording import Array, Recording
from kinertia.runtime import model as runtime
from kinertia.runtime.card import Layout
from kinertia.runtime.model import ExportedModel
from kinertia.streaming.core import Core
from kinertia.streaming.frame import Frame
from kinertia.streaming.sample import Sample, Session, StreamInfo

DELAY_SAMPLES = 6
GRAPH_TOLERANCE = 1.5e-5
"""rad, BW, m/s and body weight times height, between the graph and the network it was exported from (single precision)."""


@pytest.fixture(scope="module")
def model() -> ExportedModel:
    return runtime.load()


@pytest.fixture(scope="module")
def frames(model: ExportedModel, walk: Recording) -> list[Frame]:
    """Every sample of the walk on one stream, aligned."""
    count, rate = len(walk.sensors), walk.rate_hz
    stream = StreamInfo("all", tuple(range(count)), rate)
    core = Core(model, Session(walk.subject, walk.sensors, (stream,), rotations=np.tile(np.eye(3), (count, 1, 1))))
    assert core.output_delay_s == DELAY_SAMPLES / rate
    rows = np.concatenate([walk.acc, walk.gyro], axis=-1)
    pushed = (core.push(Sample(0, k / rate, k, row, 1000.0 + k / rate)) for k, row in enumerate(rows))
    return [*chain.from_iterable(pushed), *core.finish()]


def series(estimate: Estimate, layout: Layout, scale_nm: float) -> dict[int, Array]:
    """Column of the layout to its curve; moments in body weight times height."""
    assert estimate.speed is not None
    found = {layout.index[name]: curve for name, curve in (estimate.coordinates | estimate.grf).items()}
    found |= {layout.index[f"{name}_moment"]: curve / scale_nm for name, curve in estimate.moments.items()}
    return found | {layout.speed: estimate.speed}


def largest_difference(frames: list[Frame], model: ExportedModel, estimate: Estimate, behind: int, without: str = "") -> float:
    layout, scale = model.layout, model.numbers(estimate.subject)["moment_scale"].item()
    values = np.array([frame.values for frame in frames])[behind : behind + estimate.samples]
    values[:, [layout.index[f"{name}_moment"] for name in estimate.moments]] /= scale
    curves = series(estimate, layout, scale)
    return max(
        float(np.nanmax(np.abs(values[:, k] - curve[: len(values)])))
        for k, curve in curves.items()
        if layout.names[k] != without
    )


def test_a_stream_is_behind_and_says_the_same(frames: list[Frame], model: ExportedModel, walk: Recording) -> None:
    whole = ki.estimate(walk)
    assert [frame.index for frame in frames] == list(range(walk.samples + DELAY_SAMPLES))
    assert [np.isfinite(frame.values).all() for frame in frames[: DELAY_SAMPLES + 1]] == [False] * DELAY_SAMPLES + [True]
    assert largest_difference(frames, model, whole, DELAY_SAMPLES) <= 1e-9
    assert largest_difference(frames, model, whole, DELAY_SAMPLES - 1) > 0.01
    assert largest_difference(frames, model, whole, DELAY_SAMPLES + 1) > 0.01


def test_the_graph_says_what_the_network_says(frames: list[Frame], model: ExportedModel, walk: Recording) -> None:
    network = track.estimate(shipped.load(), replace(walk, truth=None))
    # the way walked is a sum over all samples, in which rounding adds up
    assert largest_difference(frames, model, network, DELAY_SAMPLES, without="pelvis_tx") <= GRAPH_TOLERANCE
