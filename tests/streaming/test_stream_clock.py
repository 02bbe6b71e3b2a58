"""Clocks of senders, the grid and the local time."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from fakes import IDENTITY, SENSORS, model, run

from kinertia.recording import Subject
from kinertia.streaming.clock import JUMPED, NOT_YET, ORDINARY, ArrivalStamps, Clock, LocalTime
from kinertia.streaming.core import Core
from kinertia.streaming.grid import Grid
from kinertia.streaming.sample import Sample, Session, StreamInfo

JITTERS: dict[str, Callable[[np.random.Generator, int], np.ndarray]] = {
    "radio": lambda rng, n: rng.exponential(0.003, n),
    "uniform": lambda rng, n: rng.uniform(0.0, 0.03, n),
    "bursts": lambda rng, n: np.where(rng.random(n) < 0.2, rng.uniform(0.05, 0.2, n), rng.exponential(0.004, n)),
}


@pytest.mark.parametrize("jitter", JITTERS)
@pytest.mark.parametrize("ppm", [0.0, 100.0, -100.0])
def test_offset_and_drift_are_found_through_jitter(jitter: str, ppm: float) -> None:
    rng = np.random.default_rng(0)
    sender = np.arange(6000) / 100.0
    received = 5000.0 + sender * (1.0 + 1e-6 * ppm) + JITTERS[jitter](rng, 6000)
    clock, errors = Clock(), []
    clock.start(sender[0], received[0])
    for s, r in zip(sender[1:], received[1:], strict=True):
        clock.update(s, r)
        errors.append(clock.offset_s - (5000.0 + 1e-6 * ppm * s))
    assert not clock.unsure
    assert np.abs(errors[300:]).max() < 0.0015
    assert 1e6 * clock.drift == pytest.approx(ppm, abs=15.0)


def test_a_settled_offset_moves_smoothly() -> None:
    rng, clock = np.random.default_rng(1), Clock()
    clock.start(0.0, 0.0)
    offsets = []
    for s in np.arange(1, 3000) / 100.0:
        clock.update(s, s + rng.exponential(0.005))
        offsets.append(clock.offset_s)
    assert np.abs(np.diff(offsets[300:])).max() < 2e-5


def test_streams_stay_together_while_their_clocks_drift_apart() -> None:
    """Three minutes, 300 ppm between two senders, radio jitter: what was measured together comes out together."""
    rng, count = np.random.default_rng(2), 18_000
    true = np.arange(count) / 100.0
    samples = []
    for stream, (ppm, begin) in enumerate(((0.0, 12.0), (300.0, -4000.0))):
        values = np.zeros((count, 6))
        values[:, 0] = true + 0.004 * stream  # what is measured is the time itself
        values[:, 3:] = rng.normal(size=(count, 3))
        sent = (true + 0.004 * stream) * (1.0 + 1e-6 * ppm) + begin
        received = 7000.0 + true + 0.004 * stream + rng.exponential(0.003, count)
        samples += [Sample(stream, *row) for row in zip(sent, range(count), values[:, None], received, strict=True)]
    session = Session(
        Subject(), SENSORS[:2], (StreamInfo("a", (0,), 100.0), StreamInfo("b", (1,), 100.0)), rotations=IDENTITY[:2]
    )
    core, apart = Core(model(idle=True), session), []
    for sample in sorted(samples, key=lambda s: s.received_s):
        apart += [frame.signals[1, 0] - frame.signals[0, 0] for frame in core.push(sample)]
    settled = np.array(apart[500:])
    assert len(apart) > 17_900
    assert np.abs(settled[np.isfinite(settled)]).max() < 0.003
    assert np.isfinite(settled).mean() > 0.999
    assert core.health.sensors[1].clock_drift_ppm == pytest.approx(-300.0, abs=20.0)


def test_clocks_are_unsure_at_first_when_there_are_several() -> None:
    session = Session(
        Subject(), SENSORS[:2], (StreamInfo("a", (0,), 100.0), StreamInfo("b", (1,), 100.0)), rotations=IDENTITY[:2]
    )
    rng = np.random.default_rng(3)
    samples = [Sample(k, i / 100.0, i, rng.normal(size=(1, 6)), 10.0 + i / 100.0) for i in range(300) for k in range(2)]
    frames = run(Core(model(), session), samples)
    assert "how the sensors' clocks relate is not certain yet" in frames[100].why
    assert "clocks" not in " ".join(frames[290].why)


def test_arrival_is_smoothed() -> None:
    rng, stamps = np.random.default_rng(4), ArrivalStamps(0.01)
    arrival = np.arange(2000) / 100.0 + rng.uniform(0.0, 0.008, 2000)
    found = [stamps.start(arrival[0]), *(stamps.following(a) for a in arrival[1:])]
    steps = np.diff(found[200:])
    assert np.abs(steps - 0.01).max() < 0.001
    assert np.abs(np.array(found[200:]) - np.arange(200, 2000) / 100.0 - 0.004).max() < 0.003


def test_arrival_shows_gaps() -> None:
    stamps = ArrivalStamps(0.01)
    stamps.start(5.0)
    for i in range(1, 50):
        stamps.following(5.0 + i / 100.0)
    assert stamps.following(5.8) == 5.8
    assert stamps.missing == 30


def test_grid_is_even_and_follows_slowly() -> None:
    grid = Grid(100.0)
    grid.start(3.0)
    assert grid.time(7) == pytest.approx(3.07)
    assert grid.nearest(3.0749) == 7
    assert grid.following(3.0724) == 7
    assert grid.following(3.0726) == 8
    for i in range(1, 500):
        grid.follow(3.002 + i / 100.0, 0.005)
        assert grid.time(i) - grid.time(i - 1) == pytest.approx(0.01, abs=3e-5)
    assert grid.time(499) == pytest.approx(3.002 + 4.99, abs=1e-4)


def test_local_time_believes_a_jump_the_second_time() -> None:
    local = LocalTime()
    assert local.report(float("nan")) == NOT_YET
    assert local.report(100.0) == ORDINARY
    assert local.report(99.9) == ORDINARY
    assert local.now_s == 100.0
    assert local.report(9000.0) == NOT_YET
    assert local.report(100.1) == ORDINARY
    assert local.report(9000.0) == JUMPED
    assert local.report(float("inf")) == NOT_YET
    assert local.now_s == 9000.0
