from __future__ import annotations

import csv
import json
import socket
import threading
from pathlib import Path

import numpy as np
import pytest
from transport_tools import frame, until

from kinertia.runtime import model
from kinertia.streaming.frame import Event, Frame
from kinertia.transport import log, sink
from kinertia.transport.sink import CsvSink, Sinks, UdpSink, unit

NAMES = ("pelvis_ty", "knee_angle_r", "knee_angle_r_moment", "grf_y_r", "residual_x", "pelvis_acc_x")


class Kept:
    name = "kept"

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.closed = False

    def write(self, frame: Frame) -> None:
        self.frames.append(frame)

    def close(self) -> None:
        self.closed = True


class Broken(Kept):
    name = "broken"

    def write(self, frame: Frame) -> None:
        raise OSError("no network")


class Slow(Kept):
    name = "slow"

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Event()

    def write(self, frame: Frame) -> None:
        self.go.wait(20.0)
        super().write(frame)


def test_frames_reach_all_sinks_although_one_fails() -> None:
    kept, broken = Kept(), Broken()
    with Sinks([broken, kept]) as sinks:
        for index in range(20):
            sinks.put(frame(index, np.zeros(2)))
        until(lambda: len(kept.frames) == 20)
        assert sinks.status == "broken failed 20 times (no network)"
    assert [each.index for each in kept.frames] == list(range(20))
    assert kept.closed


def test_a_slow_sink_loses_frames_and_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sink, "CAPACITY", 10)
    slow = Slow()
    sinks = Sinks([slow])
    for index in range(100):
        sinks.put(frame(index, np.zeros(2)))
    until(lambda: sinks.dropped >= 80)
    assert "frames dropped: the sinks are too slow" in sinks.status
    slow.go.set()
    sinks.close()
    assert slow.frames[-1].index == 99
    assert len(slow.frames) + sinks.dropped == 100


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("pelvis_tx", "m"),
        ("pelvis_tilt", "rad"),
        ("ankle_angle_l", "rad"),
        ("lumbar_extension_moment", "N m"),
        ("residual_moment", "BWBH"),
        ("residual_y", "BW"),
        ("grf_x_l", "BW"),
        ("speed", "m/s"),
        ("foot_r_acc_y", "m/s^2"),
        ("foot_r_gyro_z", "rad/s"),
        ("knee_r_x", "m"),
        ("cop_x_l", "m"),
    ],
)
def test_units(name: str, expected: str) -> None:
    assert unit(name) == expected


def test_units_of_the_shipped_model() -> None:
    layout = model.load().layout
    units = [unit(name) for name in layout.names]
    assert set(units[layout.coordinates]) == {"m", "rad"}
    assert set(units[layout.moments]) == {"N m"}
    assert set(units[layout.residual]) == {"BW", "BWBH"}
    assert set(units[layout.grf]) == {"BW"}
    assert set(units[layout.virtual]) == {"m/s^2", "rad/s"}
    assert set(units[layout.points]) | set(units[layout.cop]) == {"m"}


def test_csv_lines_are_whole_and_in_units_for_people(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    csv_sink = CsvSink(path, NAMES, 0.02)
    csv_sink.write(frame(0, np.full(6, np.nan)))
    values = np.array([0.9, -0.5, 33.3, 1.1, np.nan, 0.25])
    csv_sink.write(frame(4, values, (Event("heel_strike_r", 3, 0.03),), reasons=4))
    csv_sink.close()
    (row,) = csv.DictReader(path.read_text().splitlines())
    assert row == {
        "time [s]": "0.0200",
        "pelvis_ty [m]": "0.9",
        "knee_angle_r [deg]": "-28.6479",
        "knee_angle_r_moment [N m]": "33.3",
        "grf_y_r [BW]": "1.1",
        "root_residual_x [BW]": "",
        "pelvis_acc_x_virtual [m/s^2]": "0.25",
        "trusted [0/1]": "0",
        "why not": "a sensor is lost",
        "events": "heel_strike_r 0.030",
    }
    with pytest.raises(FileExistsError):
        CsvSink(path, NAMES, 0.0)


def test_csv_on_a_full_disk_goes_on_when_there_is_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "out.csv"
    csv_sink = CsvSink(path, NAMES, 0.0)
    real = log.AppendFile.append

    def full(self: log.AppendFile, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("kinertia.transport.sink.FLUSH_S", -1.0)
    monkeypatch.setattr(log.AppendFile, "append", full)
    for index in range(3):
        with pytest.raises(OSError, match="No space"):
            csv_sink.write(frame(index, np.zeros(6)))
    monkeypatch.setattr(log.AppendFile, "append", real)
    csv_sink.write(frame(3, np.zeros(6)))
    csv_sink.close()
    assert len(path.read_text().splitlines()) == 5


def test_udp_frames_with_their_layout() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(10.0)
        out = UdpSink(f"127.0.0.1:{receiver.getsockname()[1]}", "Ann", NAMES, 100.0, 0.02)
        out.write(frame(7, np.array([0.1234567891, np.nan, 0, 0, 0, 0]), (Event("toe_off_l", 5, 0.05),), reasons=2))
        out.write(frame(8, np.zeros(6)))
        layout, first, second = (json.loads(receiver.recv(65536)) for _ in range(3))
        out.close()
    assert layout == {
        "type": "layout",
        "kinertia": 1,
        "person": "Ann",
        "names": list(NAMES),
        "units": ["m", "rad", "N m", "BW", "BW", "m/s^2"],
        "rate_hz": 100.0,
        "output_delay_s": 0.02,
    }
    assert first == {
        "type": "estimate",
        "kinertia": 1,
        "person": "Ann",
        "index": 7,
        "time_s": 0.07,
        "trusted": False,
        "why": ["the estimate has only just started"],
        "values": [0.123457, None, 0.0, 0.0, 0.0, 0.0],
        "events": [{"name": "toe_off_l", "time_s": 0.05}],
    }
    assert (second["index"], second["trusted"]) == (8, True)


def test_udp_without_a_listener_is_no_failure() -> None:
    out = UdpSink("127.0.0.1:9", "Ann", NAMES, 100.0, 0.0)
    for index in range(5):
        out.write(frame(index, np.zeros(6)))
    out.close()
    with pytest.raises(ValueError, match="not known"):
        UdpSink("no.such.host.invalid:9", "Ann", NAMES, 100.0, 0.0)
