from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transport_tools import drain, until

from kinertia.io.facts import placement
from kinertia.recording import LOWER_BODY, RecordingError
from kinertia.transport import udp
from kinertia.transport.udp import Device, Message, Reason, Rejected, UdpSource

FUZZED = 20_000
GOOD = {
    "kinertia": 1,
    "device": "belt",
    "sequence": 4,
    "time_s": 1.5,
    "acc_unit": "g",
    "gyro_unit": "deg/s",
    "sensors": [{"name": name, "acc": [0, 1, 0.5], "gyro": [90, 0, -180]} for name in LOWER_BODY.segments],
}


def _said(**changes: object) -> bytes:
    return json.dumps({**GOOD, **changes}).encode()


@pytest.fixture
def source() -> Iterator[UdpSource]:
    bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    bound.bind((udp.LOOPBACK, 0))
    bound.settimeout(udp.WAIT_S)
    with UdpSource(bound, [Device("belt", LOWER_BODY.segments, 100.0)]) as own:
        yield own


@pytest.fixture
def sender() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
        yield own


def _rejected(data: bytes) -> Reason:
    with pytest.raises(Rejected) as caught:
        udp.parse(data)
    return caught.value.reason


def test_units_become_si(source: UdpSource) -> None:
    sample = source.sample(udp.parse(_said()), 7.0)
    assert sample is not None
    np.testing.assert_allclose(sample.values[3], [0.0, 9.80665, 0.5 * 9.80665, np.pi / 2, 0.0, -np.pi])
    assert (sample.stream, sample.sequence, sample.time_s, sample.received_s) == (0, 4, 1.5, 7.0)


def test_what_is_absent_is_missing(source: UdpSource) -> None:
    one = [{"name": "foot_l", "gyro": [1, 2, 3]}]
    data = {key: value for key, value in GOOD.items() if key not in ("sequence", "time_s")} | {"sensors": one}
    sample = source.sample(udp.parse(json.dumps(data).encode()), 0.0)
    assert sample is not None
    assert sample.sequence == -1
    assert np.isnan(sample.time_s)
    assert np.isfinite(sample.values).sum() == 3
    assert np.isfinite(sample.values[6, 3:]).all()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", Reason.NOT_JSON),
        (b"\xff\xfe", Reason.NOT_JSON),
        (b"{", Reason.NOT_JSON),
        (b"[" * 4000 + b"]" * 4000, Reason.CONTENT),
        (b'{"sensors":' * 500 + b"1" + b"}" * 500, Reason.CONTENT),
        (b" " * (udp.LONGEST + 1), Reason.TOO_LONG),
        (b"x" * 65_000, Reason.TOO_LONG),
        (_said(kinertia=2), Reason.VERSION),
        (_said(acc_unit="furlong"), Reason.CONTENT),
        (_said(surprise=1), Reason.CONTENT),
        (_said(sensors=[]), Reason.CONTENT),
        (_said(sensors=[{"name": "a"}] * 33), Reason.CONTENT),
        (_said(sensors=[{"name": "a" * 65}]), Reason.CONTENT),
        (_said(sensors=[{"name": "a", "acc": [1, 2]}]), Reason.CONTENT),
        (_said(sensors=[{"name": "a", "acc": [1, 2, "3"]}]), Reason.CONTENT),
        (_said(sequence=-1), Reason.CONTENT),
        (_said(sequence=True), Reason.CONTENT),
        (_said(time_s=1e300), Reason.CONTENT),
        (_said().replace(b"1.5", b"NaN"), Reason.NOT_JSON),
        (_said().replace(b"1.5", b"-Infinity"), Reason.NOT_JSON),
        (_said().replace(b"1.5", b"1e999"), Reason.CONTENT),
        (_said().replace(b"1.5", b"9" * 5000), Reason.CONTENT),
    ],
)
def test_bad_messages_are_rejected_with_their_reason(data: bytes, reason: Reason) -> None:
    assert _rejected(data) is reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"device": "other"}, Reason.UNKNOWN),
        ({"sensors": [{"name": "tail"}]}, Reason.UNKNOWN),
        ({"sensors": [{"name": "pelvis"}, {"name": "pelvis"}]}, Reason.TWICE),
        ({"sensors": [{"name": "pelvis", "acc": [1e6, 0, 0]}]}, Reason.RANGE),
        ({"sensors": [{"name": "pelvis", "gyro": [0, -1e300, 0]}]}, Reason.RANGE),
    ],
)
def test_what_does_not_fit_the_session_is_rejected(source: UdpSource, changes: dict[str, object], reason: Reason) -> None:
    with pytest.raises(Rejected) as caught:
        source.sample(udp.parse(_said(**changes)), 0.0)
    assert caught.value.reason is reason


def test_sensors_of_two_streams_do_not_come_in_one_message() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bound:
        source = UdpSource(bound, [Device("", ("pelvis",), 100.0), Device("", ("foot_r",), 100.0)])
        with pytest.raises(Rejected, match="different streams"):
            source.sample(udp.parse(_said(device="", sensors=[{"name": "pelvis"}, {"name": "foot_r"}])), 0.0)


NOTHING_MUCH = st.none() | st.booleans() | st.floats() | st.text(max_size=8)


@given(st.recursive(NOTHING_MUCH, lambda x: st.lists(x) | st.dictionaries(st.text(max_size=8), x), max_leaves=12))
@settings(max_examples=100, deadline=None)
def test_any_json_is_parsed_or_rejected(content: object) -> None:
    _rejected(json.dumps(content).encode())


def _fuzzed(generator: np.random.Generator) -> bytes:
    """A good message with damage, or junk."""
    data = bytearray(_said(sequence=int(generator.integers(0, 1 << 40))))
    kind = generator.integers(5)
    if kind == 0:
        return generator.bytes(int(generator.integers(0, 3000)))
    if kind == 1:
        return bytes(data[: generator.integers(0, len(data))])
    if kind == 2:
        words = (b"NaN", b"1e400", b"-", b"null", b'"', b"[[[", b"}", b"9" * 300, b"true", b"\x00", b"Infinity")
        at = int(generator.integers(0, len(data)))
        return bytes(data[:at] + words[generator.integers(len(words))] + data[at + int(generator.integers(0, 9)) :])
    for at in generator.integers(0, len(data), int(generator.integers(1, 20))):
        data[at] = generator.integers(256)
    return bytes(data) if kind == 3 else bytes(data) * int(generator.integers(2, 12))


def test_fuzzed_packets_never_end_the_loop(source: UdpSource, sender: socket.socket) -> None:
    generator = np.random.default_rng(0)
    good = 0
    for at in range(FUZZED):
        data = _fuzzed(generator)
        try:
            good += source.sample(udp.parse(data), 0.0) is not None
        except Rejected:
            if at % 10 == 0:  # the same over the network, some of them, slowly enough not to overflow the system's buffer
                sender.sendto(data, source.address)
    assert good < FUZZED // 10
    sender.sendto(_said(sequence=99), source.address)
    assert drain(source, 1)[-1].sequence == 99
    assert source.rejected > 0
    assert source.error is None
    assert sum(source.counts.values()) == source.rejected


def test_junk_over_the_network_is_counted_by_reason_and_told_once_a_second(source: UdpSource, sender: socket.socket) -> None:
    for at in range(20):
        sender.sendto(b"x" * 60_000, source.address)
        sender.sendto(b"junk", source.address)
        until(lambda at=at: source.rejected == 2 * at + 2)
    assert source.counts == {"rejected, longer than 8192 bytes": 20, "rejected, not JSON": 20}
    sender.sendto(_said(), source.address)
    assert len(drain(source, 1)) == 1
    until(lambda: "40 messages rejected, the last one: not JSON" in source.status)


def test_devices_are_learned(sender: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(udp, "SETTLE_S", 0.3)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind((udp.LOOPBACK, 0))
        port = free.getsockname()[1]
    stop = threading.Event()

    def send() -> None:
        number = 0
        base = {"kinertia": 1, "acc_unit": "m/s^2", "gyro_unit": "rad/s"}
        while not stop.wait(0.01):
            groups = (("box", ["thigh_R", "pelvis"]), ("box", ["thigh_R"]), ("a", ["LeftFoot"]), ("a", ["tail"]))
            for device, names in groups:
                readings = [{"name": name, "acc": [0, 9.81, 0], "gyro": [0, 0, 0]} for name in names]
                message = {**base, "device": device, "sequence": number, "time_s": number / 50, "sensors": readings}
                sender.sendto(json.dumps(message).encode(), (udp.LOOPBACK, port))
            sender.sendto(b"junk", (udp.LOOPBACK, port))
            number += 1

    thread = threading.Thread(target=send)
    thread.start()
    try:
        with udp.listen(str(port)) as source:
            assert [sensor.segment for sensor in source.sensors] == ["femur_r", "pelvis", "foot_l"]
            assert [stream.sensors for stream in source.streams] == [(0, 1), (2,)]
            assert [stream.rate_hz for stream in source.streams] == pytest.approx([50.0, 50.0])
            assert source.warnings == ("sensors tail are left out: no segment is known for them",)
            got = drain(source, 12)
            assert {sample.stream for sample in got} == {0, 1}
            assert source.counts.keys() == {"rejected, not JSON"}
    finally:
        stop.set()
        thread.join()


def test_nobody_sends() -> None:
    with pytest.raises(RecordingError, match="nothing came at all"):
        udp.listen("47113", timeout_s=0.2)


def test_placement_names_segments() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bound:
        given_ = placement({"0B91": "tibia_l"})
        source = UdpSource(bound, [Device("", ("000B91", "other"), 60.0)], given_)
        assert source.sensors[0].segment == "tibia_l"
        with pytest.raises(RecordingError, match="no sensor is known"):
            UdpSource(bound, [Device("", ("x", "y"), 60.0)])


@pytest.mark.parametrize(
    ("text", "expected"),
    [("5005", ("127.0.0.1", 5005)), (":5005", ("127.0.0.1", 5005)), ("0.0.0.0:1", ("0.0.0.0", 1)), ("[::1]:9", ("::1", 9))],
)
def test_addresses(text: str, expected: tuple[str, int]) -> None:
    assert udp.address(text) == expected


@pytest.mark.parametrize("text", ["", "host", "host:", "host:99999", "::1:5", "host:-1", "host:0"])
def test_bad_addresses(text: str) -> None:
    with pytest.raises(ValueError, match="HOST:PORT"):
        udp.address(text)


def test_an_encoded_message_is_read_back() -> None:
    message = msgspec.convert(GOOD, Message)
    assert udp.parse(msgspec.json.encode(message)) == message
