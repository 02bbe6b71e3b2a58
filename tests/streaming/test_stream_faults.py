"""Packets that do not come, come late, twice or out of order; senders that stop, return and start again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from fakes import model, one_stream, own_streams, run, sagittal, samples_of, signals

from kinertia.streaming import trust
from kinertia.streaming.core import Core
from kinertia.streaming.frame import Frame
from kinertia.streaming.health import State
from kinertia.streaming.sample import Sample


def polled(core: Core, samples: list[Sample], every_s: float = 0.005, until_s: float | None = None) -> list[Frame]:
    """Push samples by their time of arrival, with a poll in between as a receiver does."""
    frames, now = [], samples[0].received_s
    for sample in samples:
        while now < sample.received_s:
            frames += core.poll(now)
            now += every_s
        frames += core.push(sample)
    while until_s is not None and now < until_s:
        frames += core.poll(now)
        now += every_s
    return frames


def by_index(frames: list[Frame]) -> dict[int, Frame]:
    assert [frame.index for frame in frames] == sorted({frame.index for frame in frames})
    return {frame.index: frame for frame in frames}


def test_a_fifth_of_the_packets_is_lost() -> None:
    values, rng = signals(2000, noise=0.0), np.random.default_rng(0)
    there = rng.random(2000) > 0.2
    there[0] = there[-1] = True
    sent = [s for s, ok in zip(samples_of(values), there, strict=True) if ok]
    core = Core(model(), one_stream())
    frames = by_index(polled(core, sent))
    assert list(frames) == list(range(2000))
    exact = np.array([frames[i].signals for i in np.flatnonzero(there).tolist()])
    np.testing.assert_array_equal(exact, sagittal(values)[there])
    found = np.array([frames[i].signals for i in range(2000)])
    bridged = ~there & np.isfinite(found).all(axis=(1, 2))
    assert bridged.sum() > 0.95 * (~there).sum()
    assert np.sqrt(np.mean((found - sagittal(values))[bridged] ** 2)) < 0.1
    told = core.health.sensors[0]
    assert told.lost == (~there).sum()
    assert told.lost_percent == pytest.approx(20.0, abs=3.0)
    assert told.interpolated + told.held == pytest.approx((~there).sum(), abs=10)


def test_bursts_are_bridged_for_a_moment_then_missing() -> None:
    values = signals(600, noise=0.0)
    there = np.ones(600, dtype=bool)
    for start in (200, 300, 400):
        there[start : start + 5] = False  # 50 ms
    there[500:540] = False
    core = Core(model(), one_stream())
    frames = by_index(polled(core, [s for s, ok in zip(samples_of(values), there, strict=True) if ok]))
    assert list(frames) == list(range(600))
    gone = [i for i in range(600) if not frames[i].present.any()]
    assert set(gone) <= set(np.flatnonzero(~there))
    assert set(range(505, 535)) <= set(gone)
    assert frames[201].held.all()
    assert frames[201].reasons & trust.SENSOR_HELD
    assert frames[520].reasons & trust.SENSOR_LOST
    assert not frames[470].reasons
    assert core.health.sensors[0].held > 0
    assert core.health.sensors[0].lost == 55
    np.testing.assert_array_equal(frames[560].signals, sagittal(values)[560])


def test_short_gaps_are_a_straight_line_when_the_next_sample_is_there() -> None:
    values = signals(100, noise=0.0)
    sent = [s for i, s in enumerate(samples_of(values)) if i not in (50, 60, 61)]
    frames = by_index(run(Core(model(), one_stream()), sent))
    line = 0.5 * (sagittal(values)[49] + sagittal(values)[51])
    np.testing.assert_allclose(frames[50].signals, line, atol=1e-12)
    third = (2 * sagittal(values)[59] + sagittal(values)[62]) / 3
    np.testing.assert_allclose(frames[60].signals, third, atol=1e-12)
    assert not frames[50].held.any()


def test_one_sensor_lost_and_back() -> None:
    values = signals(800)
    each = [list(samples_of(values[:, [k]], stream=k)) for k in range(7)]
    each[2] = each[2][:300] + each[2][500:]
    samples = sorted((s for stream in each for s in stream), key=lambda s: (s.received_s, s.stream))
    core = Core(model(), own_streams())
    frames, states = {}, {}
    for sample in samples:
        frames |= by_index(core.push(sample))
        states[round(100 * (sample.received_s - 1000.0))] = core.health.sensors[2].state
    assert list(frames) == list(range(800))
    assert states[290] is State.OK
    assert states[318] is State.STALE
    assert states[340] is State.LOST
    assert states[520] is State.OK
    assert all(not frames[i].present[2] and frames[i].present[[0, 1, 3, 4, 5, 6]].all() for i in range(310, 499))
    assert frames[400].reasons & trust.SENSOR_LOST
    assert frames[302].held[2]
    assert not frames[302].held[1]
    assert frames[510].present.all()
    np.testing.assert_array_equal(frames[510].signals, sagittal(values)[510])
    np.testing.assert_array_equal(frames[400].signals[3], sagittal(values)[400, 3])


def test_nobody_waits_for_a_lost_sensor() -> None:
    values = signals(300)
    each = [list(samples_of(values[:, [k]], stream=k)) for k in range(7)]
    each[5] = each[5][:100]
    core = Core(model(), own_streams())
    delays = {}
    for sample in sorted((s for stream in each for s in stream), key=lambda s: (s.received_s, s.stream)):
        for frame in core.push(sample):
            delays[frame.index] = sample.received_s - frame.local_s
    assert max(delays[i] for i in range(90)) < 1e-6
    assert max(delays.values()) < 0.06
    assert max(delays[i] for i in range(140, 300)) < 1e-6


def test_a_sender_starts_again() -> None:
    """Its clock and its numbers jump to zero; after a moment everything is as before, in phase."""
    values = signals(1000)
    first = list(samples_of(values[:400], start_s=5000.0))
    again = [
        replace(s, time_s=s.time_s, sequence=s.sequence, received_s=1000.0 + 4.507 + s.time_s) for s in samples_of(values[400:])
    ]
    core = Core(model(), one_stream())
    frames = by_index(polled(core, first + again))
    assert core.health.sensors[0].restarts == 1
    assert core.health.sensors[0].rejected == 1  # a jump is believed when a second sample agrees
    assert len(frames) == pytest.approx(1050, abs=3)
    np.testing.assert_array_equal(frames[1000].signals, sagittal(values)[1000 - 1051 + 1000 + (1051 - 1000) - 50 - 1])
    assert not frames[1000].reasons
    assert core.health.sensors[0].interpolated == 0


def test_all_sensors_silent_then_back() -> None:
    values = signals(600)
    samples = [s for i, s in enumerate(samples_of(values)) if not 200 <= i < 450]
    core = Core(model(), one_stream())
    frames = by_index(polled(core, samples))
    assert max(i for i in frames if i < 450) <= 310  # the estimate pauses
    assert min(i for i in frames if i > 320) == 450
    assert frames[455].reasons & trust.WARMING_UP
    assert not frames[590].reasons
    np.testing.assert_array_equal(frames[455].signals, sagittal(values)[455])


def test_a_pause_is_the_same_without_polls() -> None:
    samples = [s for i, s in enumerate(samples_of(signals(600))) if not 200 <= i < 450]
    with_polls, without = (go(Core(model(), one_stream()), samples) for go in (polled, run))
    assert abs(len(with_polls) - len(without)) <= 2
    np.testing.assert_array_equal(with_polls[-1].values, without[-1].values)


def test_doubled_and_late_packets() -> None:
    values = signals(300)
    samples = list(samples_of(values))
    order = [*range(100), 99, 98, *range(100, 150), 151, 150, *range(152, 300)]
    mixed = [replace(samples[i], received_s=1000.0 + 0.01 * n) for n, i in enumerate(order)]
    core = Core(model(), one_stream())
    frames = by_index(run(core, mixed))
    told = core.health.sensors[0]
    assert (told.duplicated, told.out_of_order, told.lost) == (2, 1, 0)
    assert list(frames) == list(range(300))
    np.testing.assert_array_equal(frames[299].signals, sagittal(values)[299])


def test_doubled_packets_without_numbers() -> None:
    samples = [replace(s, sequence=-1) for s in samples_of(signals(100))]
    core = Core(model(), one_stream())
    run(core, [*samples[:50], samples[49], *samples[50:]])
    assert core.health.sensors[0].duplicated == 1


def test_a_packet_out_of_order_is_used_while_others_are_waited_for() -> None:
    values = signals(40)
    each = [list(samples_of(values[:, [k]], stream=k)) for k in range(7)]
    core = Core(model(), own_streams())
    each[3][20], each[3][21] = (replace(s, received_s=1000.211) for s in (each[3][21], each[3][20]))
    each[0][20] = replace(each[0][20], received_s=1000.212)
    each[0][21] = replace(each[0][21], received_s=1000.213)
    frames = run(core, sorted((s for stream in each for s in stream), key=lambda s: s.received_s))
    assert core.health.sensors[3].out_of_order == 1
    found = by_index(frames)
    np.testing.assert_array_equal(found[20].signals, sagittal(values)[20])
    np.testing.assert_array_equal(found[21].signals, sagittal(values)[21])


def test_a_lasting_new_delay_is_noticed() -> None:
    """The way of the packets becomes 300 ms longer for good: for half a second they are late, then the stream goes on."""
    values = signals(1200)
    samples = [replace(s, received_s=s.received_s + 0.3 * (i >= 400)) for i, s in enumerate(samples_of(values))]
    core = Core(model(), one_stream())
    frames = by_index(polled(core, samples))
    assert core.health.sensors[0].late > 10
    assert core.health.sensors[0].restarts == 1
    assert all(frames[i].present.all() for i in list(frames)[600:])


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), 1e18, -1e18])
def test_absurd_stamps_are_refused(bad: float) -> None:
    values = signals(200)
    samples = [replace(s, time_s=bad) if i == 100 else s for i, s in enumerate(samples_of(values))]
    core = Core(model(), one_stream())
    frames = by_index(run(core, samples))
    assert list(frames) == list(range(200))
    assert core.health.sensors[0].rejected == 1
    assert core.health.sensors[0].restarts == 0
    np.testing.assert_array_equal(frames[150].signals, sagittal(values)[150])


@pytest.mark.parametrize("jump", [3600.0, -3600.0, 7.0, -7.0])
def test_one_stamp_that_jumps_is_refused_and_a_clock_that_jumps_is_followed(jump: float) -> None:
    values = signals(600)
    samples = [replace(s, time_s=s.time_s + jump * (i == 100 or i >= 300)) for i, s in enumerate(samples_of(values))]
    core = Core(model(), one_stream())
    frames = by_index(run(core, samples))
    told = core.health.sensors[0]
    assert told.rejected == 2
    assert told.restarts == 1
    assert list(frames) == list(range(600))
    np.testing.assert_array_equal(frames[299].signals, sagittal(values)[299])
    np.testing.assert_array_equal(frames[500].signals, sagittal(values)[500])


def test_counters_wrap() -> None:
    values = signals(300)
    for modulus in (256, 65536):
        samples = [replace(s, sequence=(s.sequence + modulus - 100) % modulus) for s in samples_of(values)]
        core = Core(model(), one_stream())
        run(core, [s for i, s in enumerate(samples) if i != 120])
        told = core.health.sensors[0]
        assert (told.lost, told.rejected, told.restarts) == (1, 0, 0)


def test_a_counter_that_jumps_has_lost_nothing() -> None:
    samples = [replace(s, sequence=s.sequence + 10**9 * (i > 50)) for i, s in enumerate(samples_of(signals(100)))]
    core = Core(model(), one_stream())
    assert len(run(core, samples)) == 100
    assert core.health.sensors[0].lost == 0


def test_the_local_clock_jumps() -> None:
    values = signals(300)
    samples = [replace(s, received_s=s.received_s - 900.0 * (i >= 150)) for i, s in enumerate(samples_of(values))]
    core = Core(model(), one_stream())
    frames = by_index(run(core, samples))
    assert len(frames) == pytest.approx(300, abs=2)
    assert core.health.sensors[0].rejected == 1
    assert frames[290].present.all()
