from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import numpy as np
import pytest
from transport_tools import drain, frame, until

from kinertia.recording import LOWER_BODY, RecordingError
from kinertia.streaming.frame import Event
from kinertia.streaming.sample import Sample

NO_LIBRARY = {"reason": "liblsl cannot be loaded", "exc_type": (ImportError, RuntimeError, OSError)}
pylsl = pytest.importorskip("pylsl", **NO_LIBRARY)
lsl = pytest.importorskip("kinertia.transport.lsl", **NO_LIBRARY)
_numbers = count()

PATIENCE_S = 60.0
"""Finding a stream takes long on a busy machine."""


def _unique(name: str) -> str:
    return f"{name}{next(_numbers)}"


def _info(name: str, sensors: tuple[str, ...]) -> Any:
    info = pylsl.StreamInfo(name, "IMU", 6 * len(sensors), 100.0, pylsl.cf_float32, "")
    channels = info.desc().append_child("channels")
    for sensor in sensors:
        for kind, unit in (("acc", "g"), ("gyro", "deg/s")):
            for axis in "xyz":
                entry = channels.append_child("channel")
                entry.append_child_value("label", f"{sensor}_{kind}_{axis}")
                entry.append_child_value("unit", unit)
    return info


@contextmanager
def _sending(*outlets: Any) -> Iterator[None]:
    """Sends the running number on every channel of every outlet, until the block ends."""
    stop = threading.Event()

    def send() -> None:
        sent = 0
        while not stop.wait(0.005):
            for outlet in outlets:
                outlet.push_sample(np.full(outlet.channel_count, sent % 1000))
            sent += 1

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def test_one_stream_of_all_sensors_round_trip() -> None:
    name = _unique("all")
    with (
        _sending(pylsl.StreamOutlet(_info(name, LOWER_BODY.segments))),
        lsl.connect(lsl.Query(name=name), timeout_s=PATIENCE_S) as source,
    ):
        assert [sensor.segment for sensor in source.sensors] == list(LOWER_BODY.segments)
        assert source.streams[0].rate_hz == 100.0
        assert all("offset of its clock" in warning for warning in source.warnings)  # a busy machine may fail to measure it
        got = drain(source, 20)
        until(lambda: source.status == "receiving 1 LSL stream")
    numbers = np.array([sample.values[0, 0] / 9.80665 for sample in got])
    np.testing.assert_allclose(np.diff(numbers), 1.0, atol=1e-3)  # nothing is lost
    np.testing.assert_allclose(got[0].values[:, 3:], np.deg2rad(numbers[0]), rtol=1e-6)
    # this machine's own time stamps: sent before received, and not long before
    delays = [sample.received_s - sample.time_s for sample in got]
    assert all(-0.001 < delay < 1.0 for delay in delays)
    drain(source)
    assert source.finished


def test_what_waited_before_the_start_is_left_out() -> None:
    """Loading a model takes a while; what came meanwhile would pass for a slow connection, and for a clock that runs fast."""
    name = _unique("early")
    with _sending(pylsl.StreamOutlet(_info(name, LOWER_BODY.segments))):
        source = lsl.connect(lsl.Query(name=name), timeout_s=PATIENCE_S)
        time.sleep(0.8)
        with source:
            (first, *_) = drain(source, 5)
    assert first.received_s - first.time_s < 0.4


def test_a_stream_per_sensor_in_any_order_with_one_left_out() -> None:
    stem = _unique("body")
    names = ("pelvis", "LeftFoot", "tail")
    outlets = [pylsl.StreamOutlet(_info(f"{stem} {name}", (name,))) for name in names]
    with _sending(*outlets), lsl.connect(lsl.Query(name=f"{stem}*", streams=3), timeout_s=PATIENCE_S) as source:
        assert {sensor.segment for sensor in source.sensors} == {"pelvis", "foot_l"}
        assert "sensors tail are left out" in source.warnings[-1]
        got: list[Sample] = []
        until(lambda: got.extend(source.take()) or {sample.stream for sample in got} == {0, 1})
        assert all(sample.values.shape == (1, 6) for sample in got)


def test_an_irregular_stream_without_description() -> None:
    name = _unique("raw")
    outlet = pylsl.StreamOutlet(pylsl.StreamInfo(name, "IMU", 42, pylsl.IRREGULAR_RATE, pylsl.cf_double64, ""))
    with _sending(outlet), lsl.connect(lsl.Query(name=name, streams=1), timeout_s=PATIENCE_S) as source:
        assert "not described" in source.warnings[0]
        assert 20.0 < source.streams[0].rate_hz < 220.0
        got = drain(source, 5)
        assert (got[0].values == got[0].values[0, 0]).all()


def test_nothing_there_says_what_is() -> None:
    other = pylsl.StreamOutlet(_info(_unique("other"), ("pelvis",)))
    with pytest.raises(RecordingError, match=r"found 0 of 1 streams .*'other\d+' of type 'IMU'"):
        lsl.connect(lsl.Query(name="not there"), timeout_s=0.2)
    assert other.channel_count == 6


def test_a_query_needs_something_to_ask_for() -> None:
    with pytest.raises(ValueError, match="say which"):
        _ = lsl.Query(type="").predicate
    assert lsl.Query(name="it's", type="").predicate == 'name="it\'s"'
    with pytest.raises(ValueError, match="quotation"):
        _ = lsl.Query(name="'\"").predicate


def test_a_killed_source_is_told_and_found_again() -> None:
    name = _unique("killed")
    code = f"""
        import time, numpy as np, pylsl
        outlet = pylsl.StreamOutlet(pylsl.StreamInfo({name!r}, "IMU", 42, 100.0, pylsl.cf_float32, "one"))
        while True:
            outlet.push_sample(np.zeros(42)); time.sleep(0.01)
    """

    def begin() -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)])

    sender = begin()
    try:
        with lsl.connect(lsl.Query(name=name), timeout_s=PATIENCE_S) as source:
            drain(source, 5)
            sender.kill()
            sender.wait(10.0)
            until(lambda: source.counts.get("stream lost") == 1)
            until(lambda: source.status == f"nothing from {name}, looking for it")
            source.take(0.0)
            sender = begin()
            got = drain(source, 5)
            assert source.counts["stream found again"] == 1
            assert abs(got[-1].received_s - got[-1].time_s) < 1.0
    finally:
        sender.kill()
        sender.wait(10.0)


def test_estimates_and_events_go_out() -> None:
    name = _unique("estimate")
    sink = lsl.LslSink(name, ("knee_angle_r", "grf_y_r"), 100.0, 0.02)
    values, events = (pylsl.StreamInlet(pylsl.resolve_byprop("name", title, 1, 5.0)[0]) for title in (name, f"{name} events"))
    description = values.info(5.0).desc()
    channel = description.child("channels").child("channel")
    labels = [(channel.child_value("label"), channel.child_value("unit"))]
    for _ in range(2):
        channel = channel.next_sibling()
        labels.append((channel.child_value("label"), channel.child_value("unit")))
    assert labels == [("knee_angle_r", "rad"), ("grf_y_r", "BW"), ("trusted", "0/1")]
    assert description.child_value("output_delay_s") == "0.02"
    for inlet in (values, events):
        inlet.open_stream(5.0)
    sink.write(frame(3, np.full(2, np.nan)))
    strike = Event("heel_strike_r", 4, 0.04)
    sink.write(frame(5, np.array([-0.5, 1.1]), (strike,), reasons=4))
    row, at = values.pull_sample(5.0)
    assert row == pytest.approx([-0.5, 1.1, 0.0])
    assert 0.0 < pylsl.local_clock() - (at + 0.02) < 5.0
    marker, when = events.pull_sample(5.0)
    assert marker == ["heel_strike_r"]
    assert when == pytest.approx(at + 0.02 - 0.01, abs=1e-6)
    sink.close()
