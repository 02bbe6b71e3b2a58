"""What is said about sensors."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from fakes import model, one_stream, own_streams, run, samples_of, signals

from kinertia.recording import Sensor, Subject
from kinertia.streaming import trust
from kinertia.streaming.core import Core
from kinertia.streaming.health import State
from kinertia.streaming.sample import Session, Settings, StreamInfo


def test_figures_of_a_good_sensor() -> None:
    rng, core = np.random.default_rng(0), Core(model(), one_stream())
    run(core, [replace(s, received_s=s.received_s + rng.exponential(0.002)) for s in samples_of(signals(1000))])
    told = core.health.sensors[4]
    assert (told.name, told.segment, told.stream, told.state, told.message) == ("imu-femur_l", "femur_l", "all", State.OK, "")
    assert told.rate_hz == pytest.approx(100.0, abs=0.1)
    assert told.received == 1000
    assert told.clock_offset_s == pytest.approx(1000.0, abs=0.001)
    assert abs(told.clock_drift_ppm) < 50
    assert 0.001 < told.jitter_s < 0.02
    assert core.health.ok


def test_waiting_then_lost() -> None:
    core = Core(model(), own_streams())
    assert {s.state for s in core.health.sensors} == {State.WAITING}
    run(core, samples_of(signals(100)[:, [0]], stream=0))
    states = [s.state for s in core.health.sensors]
    assert states == [State.OK] + [State.WAITING] * 6
    assert "switched on" in core.health.sensors[1].message
    core.poll(1001.5)
    assert core.health.sensors[0].state is State.LOST
    assert "pelvis (imu-pelvis): nothing has come for 0.5 s" in core.health.sensors[0].message


def test_a_sensor_that_is_missing_in_its_stream_is_lost() -> None:
    values = signals(300)
    values[100:, 3] = np.nan
    core = Core(model(), one_stream())
    frames = run(core, samples_of(values))
    assert [s.state for s in core.health.sensors] == [State.OK] * 3 + [State.LOST] + [State.OK] * 3
    assert not frames[200].present[3]
    assert frames[200].present[4]
    assert frames[101].held[3]
    assert frames[200].reasons & trust.SENSOR_LOST


def test_a_sensor_without_gyroscope_is_used_as_it_is() -> None:
    values = signals(300)
    values[:, 2, 3:] = np.nan
    core = Core(model(), one_stream())
    frames = run(core, samples_of(values))
    assert core.health.ok
    assert frames[200].trust
    assert np.isfinite(frames[200].signals[2, :2]).all()
    assert np.isnan(frames[200].signals[2, 2])
    assert not frames[200].held.any()


def test_frozen_sensors_are_left_out_until_they_move() -> None:
    values = signals(600)
    values[200:400, 5, :3] = values[200, 5, :3]  # its accelerometer hangs
    core, states = Core(model(), one_stream()), []
    frames = []
    for sample in samples_of(values):
        frames += core.push(sample)
        states.append(core.health.sensors[5].state)
    first = states.index(State.FROZEN)
    assert 240 <= first <= 300
    assert not frames[350].present[5]
    assert frames[350].reasons & trust.SENSOR_FAULTY
    assert frames[405].present[5]
    assert states[405] is State.OK
    assert frames[599].trust
    assert all(frame.present[[0, 1, 2, 3, 4, 6]].all() for frame in frames)


def test_frozen_sensors_can_be_accepted() -> None:
    values = np.zeros((300, 7, 6))
    frames = run(Core(model(), one_stream(), Settings(frozen_s=0.0)), samples_of(values))
    assert all(frame.present.all() for frame in frames)


def test_clipped_sensors_are_counted() -> None:
    values = signals(600)
    peak = np.abs(np.sin(np.arange(600) / 20.0)) * 60.0
    values[:, 3, 0] = np.minimum(peak, 39.2)
    core = Core(model(), one_stream())
    frames = run(core, samples_of(values))
    told = core.health.sensors[3]
    assert told.state is State.CLIPPED
    assert told.clipped == pytest.approx((peak >= 39.2).sum(), abs=40)
    assert frames[-1].reasons & trust.SENSOR_FAULTY
    assert core.health.sensors[0].clipped == 0


def test_absurd_values_are_missing_and_named() -> None:
    values = signals(200)
    values[100:, 1, 2] = 1e6
    core = Core(model(), one_stream())
    frames = run(core, samples_of(values))
    assert core.health.sensors[1].state is State.UNUSABLE
    assert "unit" in core.health.sensors[1].message
    assert np.isfinite(frames[150].signals[0]).all()


def test_a_rate_that_is_not_the_stated_one() -> None:
    core = Core(model(), one_stream())
    run(core, samples_of(signals(500, 80.0), 80.0))
    told = core.health.sensors[0]
    assert told.state is State.RATE
    assert "80.0 samples a second instead of 100" in told.message


def test_stamps_in_milliseconds_are_named() -> None:
    core = Core(model(), one_stream())
    run(core, [replace(s, time_s=1000.0 * s.time_s) for s in samples_of(signals(500))])
    told = core.health.sensors[0]
    assert told.state is State.CLOCK
    assert told.rejected > 300


def test_a_clock_that_runs_wrong_is_named() -> None:
    core = Core(model(), one_stream())
    run(core, [replace(s, time_s=1.02 * s.time_s) for s in samples_of(signals(1500))])
    assert core.health.sensors[0].state is State.CLOCK
    assert "its clock runs +1.9 % off" in core.health.sensors[0].message


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"streams": ()}, "no stream carries 'a', 'b'"),
        ({"streams": (StreamInfo("s", (0, 1, 2), 100.0),)}, "carries sensor 2, but there are 2"),
        ({"streams": (StreamInfo("s", (0, 1), 100.0), StreamInfo("t", (1,), 100.0))}, "'b' comes on 's' and on 't'"),
        ({"streams": (StreamInfo("s", (0, 1), 0.0),)}, "rate of 0.0 Hz"),
        ({"streams": (StreamInfo("s", (0, 1), 100.0), StreamInfo("t", (), 100.0))}, "'t' carries no sensor"),
        ({"sensors": (Sensor("a", "hand"), Sensor("b", "head"))}, "no sensor sits on one of pelvis"),
        ({"rotations": np.zeros((3, 3, 3))}, r"rotations of 2 sensors must be \(2, 3, 3\)"),
        ({"bias": np.full((2, 3), np.nan)}, "bias of 2 sensors"),
    ],
)
def test_sessions_that_contradict_themselves(change: dict, message: str) -> None:
    session = Session(Subject(), (Sensor("a", "pelvis"), Sensor("b", "foot_r")), (StreamInfo("s", (0, 1), 100.0),))
    with pytest.raises(ValueError, match=message):
        Core(model(), replace(session, **change))


def test_settings_are_checked() -> None:
    with pytest.raises(ValueError, match="hold_s is -1"):
        Settings(hold_s=-1.0)
    with pytest.raises(ValueError, match=r"pause_s is 0\.1"):
        Settings(pause_s=0.1)
