"""What arrives as it was sent passes unchanged, and estimates are those of the whole recording."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes import DELAY, FakeStepper, model, one_stream, own_streams, run, sagittal, samples_of, signals

from kinertia.recording import Array
from kinertia.runtime import model as exported
from kinertia.streaming.core import Core
from kinertia.streaming.frame import Frame
from kinertia.streaming.sample import Sample


def in_one_go(values: Array) -> Array:
    stepper = FakeStepper()
    found = [stepper.step(row) for row in sagittal(values)]
    return np.array([x for x in found if x is not None] + stepper.finish())


def stacked(frames: list[Frame]) -> Array:
    return np.array([frame.values for frame in frames])


def test_stream_is_batch_bit_for_bit() -> None:
    values = signals(400)
    core = Core(model(), one_stream())
    frames = run(core, samples_of(values))
    assert [frame.index for frame in frames] == list(range(400))
    np.testing.assert_array_equal(np.array([frame.signals for frame in frames]), sagittal(values))
    assert np.isnan(stacked(frames[:DELAY])).all()
    ending = core.finish()
    np.testing.assert_array_equal(stacked(frames[DELAY:] + ending), in_one_go(values))
    assert [frame.index for frame in ending] == [400, 401]
    assert all(frame.present.all() and not frame.held.any() for frame in frames)
    assert core.output_delay_s == 0.02
    assert core.health.ok


@pytest.mark.data
def test_shipped_model_in_a_stream() -> None:
    values = signals(300)
    shipped = exported.load("default")
    session = one_stream()
    stepper = shipped.stepper(session.subject, session.sensors)
    whole = [x for row in sagittal(values) if (x := stepper.step(row)) is not None] + stepper.finish()
    core = Core(shipped, session)
    frames = run(core, samples_of(values)) + core.finish()
    np.testing.assert_array_equal(stacked(frames[shipped.delay_samples :]), np.array(whole))


@pytest.mark.parametrize("seed", range(3))
def test_late_arrival_changes_nothing(seed: int) -> None:
    """Radio delays the packets of a sender with a clock by up to 30 ms, and bursts arrive at once."""
    values, rng = signals(500), np.random.default_rng(seed)
    delay = rng.uniform(0.0, 0.03, 500)
    arrival = np.maximum.accumulate(np.arange(500) / 100.0 + delay)
    samples = [replace(s, received_s=1000.0 + a) for s, a in zip(samples_of(values), arrival, strict=True)]
    frames = run(Core(model(), one_stream()), samples)
    np.testing.assert_array_equal(np.array([frame.signals for frame in frames]), sagittal(values))


def test_jittering_stamps_add_no_interpolation_and_no_delay() -> None:
    values, rng = signals(500), np.random.default_rng(1)
    stamps = np.arange(500) / 100.0 + rng.uniform(-0.002, 0.002, 500)
    samples = [replace(s, time_s=float(t)) for s, t in zip(samples_of(values), stamps, strict=True)]
    core = Core(model(), one_stream())
    frames = run(core, samples)
    np.testing.assert_array_equal(np.array([frame.signals for frame in frames]), sagittal(values))
    assert core.health.sensors[0].interpolated == 0
    assert core.output_delay_s == 0.02


@pytest.mark.parametrize("rate_hz", [99.9, 100.1])
def test_grid_follows_a_clock_that_is_a_little_off(rate_hz: float) -> None:
    values = signals(3000)
    frames = run(Core(model(), one_stream()), samples_of(values, rate_hz))
    np.testing.assert_array_equal(np.array([frame.signals for frame in frames]), sagittal(values))
    assert frames[-1].time_s == pytest.approx(2999 / rate_hz, abs=0.002)


def test_numbers_alone_are_enough() -> None:
    values = signals(300)
    samples = [replace(s, time_s=float("nan")) for s in samples_of(values)]
    frames = run(Core(model(), one_stream()), samples)
    np.testing.assert_array_equal(np.array([frame.signals for frame in frames]), sagittal(values))


def test_arrival_alone_is_enough() -> None:
    values, rng = signals(2000), np.random.default_rng(2)
    samples = [
        replace(s, time_s=float("nan"), sequence=-1, received_s=s.received_s + rng.exponential(0.002))
        for s in samples_of(values)
    ]
    core = Core(model(), one_stream())
    frames = run(core, samples)
    np.testing.assert_array_equal(np.array([frame.signals for frame in frames]), sagittal(values))
    assert core.health.sensors[0].interpolated == 0


def test_every_sensor_on_its_own_stream() -> None:
    """All clocks agree here, so the signals are those of one stream."""
    values = signals(400)
    one = run(Core(model(), one_stream()), samples_of(values))
    core = Core(model(), own_streams())
    each = [list(samples_of(values[:, [k]], stream=k)) for k in range(7)]
    several = run(core, [sample for group in zip(*each, strict=True) for sample in group])
    np.testing.assert_array_equal(stacked(one), stacked(several))
    assert core.output_delay_s == 0.02


def test_senders_with_clocks_of_their_own() -> None:
    """Each sender started at another time and its phase is its own: signals are interpolated to the first one's samples."""
    time = np.arange(1200) / 100.0
    core = Core(model(), own_streams())
    shift = np.array([0.0, 0.003, 0.0051, 0.0072, 0.009, 0.002, 0.0061])
    samples = []
    for k in range(7):
        own = time + shift[k]
        values = signals(len(own), seed=k)[:, :1]
        values[:, 0, 0] = np.sin(2 * np.pi * own)
        samples += [Sample(k, t - 77.0 * k, i, v, 500.0 + t + 0.002) for i, (t, v) in enumerate(zip(own, values, strict=True))]
    frames = run(core, sorted(samples, key=lambda s: s.received_s))
    found = np.array([frame.signals[:, 0] for frame in frames])
    expected = np.sin(2 * np.pi * np.array([frame.time_s for frame in frames]))[:, None]
    assert np.abs(found[300:] - expected[300:]).max() < 2 * np.pi * 0.0026  # a quarter of a period at most
    assert 0.02 < core.output_delay_s <= 0.03  # waits for the sample behind


@pytest.mark.parametrize("rate_hz", [60.0, 128.0])
def test_other_rates_are_interpolated(rate_hz: float) -> None:
    time = np.arange(round(10 * rate_hz)) / rate_hz
    values = signals(len(time), rate_hz)
    values[:, :, 0] = np.sin(2 * np.pi * time)[:, None]
    core = Core(model(), one_stream(rate_hz))
    frames = run(core, samples_of(values, rate_hz))
    expected = np.sin(2 * np.pi * np.array([frame.time_s for frame in frames]))
    assert len(frames) == pytest.approx(1000, abs=2)
    assert np.abs(np.array([frame.signals[0, 0] for frame in frames]) - expected).max() < 0.02
    assert 0.0 < core.delay.resampling_s < 1.0 / rate_hz
    assert core.health.ok


def test_sensors_are_turned_and_their_offset_taken_off() -> None:
    rng, values = np.random.default_rng(3), signals(100)
    turn, _ = np.linalg.qr(rng.normal(size=(7, 3, 3)))
    bias = rng.normal(size=(7, 3))
    worn = np.concatenate(
        [np.einsum("kji,tkj->tki", turn, values[..., :3]), np.einsum("kji,tkj->tki", turn, values[..., 3:]) + bias], axis=2
    )
    frames = run(Core(model(), one_stream(rotations=turn, bias=bias)), samples_of(worn))
    np.testing.assert_allclose(np.array([frame.signals for frame in frames]), sagittal(values), atol=1e-12)


def test_time_begins_with_the_first_frame() -> None:
    """Whoever comes first, and however late the first packet is."""
    values = signals(300)
    each = [list(samples_of(values[:, [k]], stream=k)) for k in range(7)]
    each[0][:4] = [replace(s, received_s=1000.037 + 1e-4 * s.sequence) for s in each[0][:4]]
    frames = run(Core(model(), own_streams()), sorted((s for stream in each for s in stream), key=lambda s: s.received_s))
    assert frames[0].index == 0
    assert frames[0].time_s == 0.0
    assert frames[-1].time_s == pytest.approx(2.99, abs=0.001)


def test_frames_tell_when_they_were_measured() -> None:
    frames = run(Core(model(), one_stream()), samples_of(signals(50), start_s=333.0))
    assert frames[20].time_s == pytest.approx(0.2)
    assert frames[20].local_s == pytest.approx(1000.2)


def test_the_page_runs() -> None:
    page = Path(__file__).resolve().parents[2] / "docs" / "streaming.md"
    names: dict[str, Any] = {}
    exec(page.read_text().split("```python")[1].split("```")[0], names)
    assert names["frame"].why == ("the estimate has only just started",)
    assert names["core"].health.sensors[0].received == 1
