"""Samples from UDP datagrams of JSON, whose format docs/transport.md describes."""

from __future__ import annotations

import math
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

import msgspec
import numpy as np

from kinertia.io import units
from kinertia.io.facts import Placement
from kinertia.recording import RecordingError
from kinertia.streaming.sample import Sample, StreamInfo
from kinertia.transport.lsl_channels import place
from kinertia.transport.source import Source

VERSION = 1  # of the formats of both directions
LOOPBACK = "127.0.0.1"
LONGEST = 8192  # bytes of a message; seven sensors take about 1200
MOST_SENSORS = 32  # in a message
MOST_DEVICES = 64  # that are listened to
LARGEST_ACC = 5000.0  # m/s^2; no sensor measures more, so a larger value is damage or a wrong unit
LARGEST_GYRO = 500.0  # rad/s
DETAIL = 160  # characters of a reason that are told

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Vector = tuple[float, float, float]
TIMEOUT_S = 30.0  # for the first good message
SETTLE_S = 1.0  # how long to listen after the first good message to learn which devices and sensors there are
WAIT_S = 0.1  # for a message, before the end is looked for again
SILENT_S = 1.0  # between two sentences about bad messages
KERNEL_BUFFER = 1 << 20  # bytes, a second of many sensors
LARGEST_DATAGRAM = 1 << 16  # bytes, of the protocol


class Reason(StrEnum):
    """Why a message was rejected."""

    TOO_LONG = "longer than 8192 bytes"
    NOT_JSON = "not JSON"
    VERSION = "of another version"
    CONTENT = "not the documented fields"
    RANGE = "values out of range"
    TWICE = "a sensor twice"
    UNKNOWN = "unknown device or sensor"
    MIXED = "sensors of different streams"


class Rejected(Exception):  # noqa: N818 - an ordinary outcome, not an error of this program
    """A message that is not used; its ``reason`` is for counting."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        self.reason = reason
        super().__init__(f"{reason.value}{': ' + detail[:DETAIL] if detail else ''}")


class Reading(msgspec.Struct, forbid_unknown_fields=True):
    """What one sensor read, along its own axes; an absent or null vector is a missing one."""

    name: Name  # of the sensor
    acc: Vector | None = None  # x, y, z in the message's ``acc_unit``
    gyro: Vector | None = None  # x, y, z in the message's ``gyro_unit``


class Message(msgspec.Struct, forbid_unknown_fields=True):
    """One datagram."""

    kinertia: Literal[1]  # version of the format
    acc_unit: Literal["m/s^2", "g", "mg"]  # acc_unit, gyro_unit: units of the readings
    gyro_unit: Literal["rad/s", "deg/s"]
    sensors: Annotated[list[Reading], msgspec.Meta(min_length=1, max_length=MOST_SENSORS)]  # readings of one instant
    # name of the sender; senders with their own clock have different names
    device: Annotated[str, msgspec.Meta(max_length=64)] = ""
    sequence: Annotated[int, msgspec.Meta(ge=0, lt=2**53)] | None = None  # running number of the device's messages
    time_s: Annotated[float, msgspec.Meta(ge=-1e12, le=1e12)] | None = None  # the device's clock at that instant [s]
    rate_hz: Annotated[float, msgspec.Meta(ge=1.0, le=10000.0)] | None = None  # nominal rate of the device's messages [Hz]


_DECODER = msgspec.json.Decoder(Message, strict=True)


def parse(data: bytes | memoryview) -> Message:
    """Message of a datagram.

    :class:`Rejected` if it is too long, not JSON, of another version, or not exactly the documented fields and types.
    """
    if len(data) > LONGEST:
        raise Rejected(Reason.TOO_LONG)
    try:
        return _DECODER.decode(data)
    except msgspec.ValidationError as error:
        said = str(error)
        raise Rejected(Reason.VERSION if "`$.kinertia`" in said else Reason.CONTENT, said) from None
    except (msgspec.DecodeError, ValueError, RecursionError, MemoryError) as error:
        raise Rejected(Reason.NOT_JSON, str(error)) from None


def rows(message: Message) -> list[list[float]]:
    """Readings in SI units: acc x, y, z [m/s^2], gyro x, y, z [rad/s] for each sensor, NaN where missing.

    :class:`Rejected` for a value that no sensor can have measured.
    """
    limits = ((units.TO_SI[message.acc_unit], LARGEST_ACC), (units.TO_SI[message.gyro_unit], LARGEST_GYRO))
    table = []
    for reading in message.sensors:
        row: list[float] = []
        for vector, (factor, largest) in zip((reading.acc, reading.gyro), limits, strict=True):
            values = [math.nan] * 3 if vector is None else [value * factor for value in vector]
            if vector is not None and not all(-largest <= value <= largest for value in values):
                raise Rejected(Reason.RANGE, f"sensor {reading.name}")
            row += values
        table.append(row)
    return table


def address(text: str) -> tuple[str, int]:
    """Host and port of ``HOST:PORT``, ``[HOST]:PORT``, ``:PORT`` or ``PORT``; without a host, this machine's own loopback.

    ValueError if there is no port, or none from 1 to 65535.
    """
    host, _, port = text.rpartition(":")
    if not port.isdecimal() or not 1 <= int(port) <= 65535 or (":" in host and not host.startswith("[")):
        raise ValueError(f"address {text!r} is not HOST:PORT with a port from 1 to 65535; for example {LOOPBACK}:5005")
    return host.strip("[]") or LOOPBACK, int(port)


def udp_socket(where: str) -> tuple[socket.socket, tuple[str | int | bytes, ...]]:
    """An unbound UDP socket for an :func:`address`, which is given in its form; ValueError if that or its host is not known."""
    host, port = address(where)
    try:
        family, kind, protocol, _, own = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
    except (socket.gaierror, UnicodeError) as error:
        raise ValueError(f"host {host!r} is not known ({error})") from error
    return socket.socket(family, kind, protocol), own


@dataclass(frozen=True)
class Device:
    """Sensors that come in the same messages: a stream."""

    name: str  # of the sender
    sensors: tuple[str, ...]  # their names
    rate_hz: float  # nominal rate [Hz]


class UdpSource(Source):
    """Messages of :mod:`~kinertia.transport.udp` from known devices on a bound socket; made by :func:`listen`.

    A message that does not fit is rejected and counted by its reason; nothing else happens. The socket is closed with this.
    """

    def __init__(self, bound: socket.socket, devices: Sequence[Device], placement: Placement | None = None) -> None:
        placed, warnings = place([name for device in devices for name in device.sensors], placement, source="UDP")
        self._socket = bound
        self._rows: dict[tuple[str, str], tuple[int, int]] = {}
        streams, sensors, following = [], [], iter(placed)
        for device in devices:
            before = len(sensors)
            for name in device.sensors:
                sensor = next(following)
                # a sensor that is left out is known, but has no row
                self._rows[device.name, name] = (-1, -1) if sensor is None else (len(streams), len(sensors) - before)
                sensors += [] if sensor is None else [sensor]
            if len(sensors) > before:
                streams.append(StreamInfo(device.name or "UDP", tuple(range(before, len(sensors))), device.rate_hz))
        super().__init__("UDP", tuple(sensors), tuple(streams), warnings=warnings)

    @property
    def address(self) -> tuple[str, int]:
        """Host and port that it listens on."""
        return self._socket.getsockname()[:2]

    @property
    def rejected(self) -> int:
        """Messages that were not used."""
        counts = self.counts
        return sum(counts.get(f"rejected, {reason.value}", 0) for reason in Reason)

    def sample(self, message: Message, received_s: float) -> Sample | None:
        """The sample that a message makes; None when it holds only sensors that are left out.

        :class:`Rejected` for unknown or doubled sensors, sensors of two streams, values out of range.
        """
        table = rows(message)
        stream, places = -1, []
        for reading in message.sensors:
            at = self._rows.get((message.device, reading.name))
            if at is None:
                raise Rejected(Reason.UNKNOWN, f"{reading.name!r} of device {message.device!r}")
            if at[0] >= 0 and stream >= 0 and at[0] != stream:
                raise Rejected(Reason.MIXED, f"{reading.name!r} comes in separate messages")
            places.append(at)
            stream = max(stream, at[0])
        if len({reading.name for reading in message.sensors}) < len(message.sensors):
            raise Rejected(Reason.TWICE)
        if stream < 0:
            return None
        values = np.full((len(self.streams[stream].sensors), 6), np.nan)
        for (of, row), numbers in zip(places, table, strict=True):
            if of >= 0:
                values[row] = numbers
        time_s = float("nan") if message.time_s is None else message.time_s
        return Sample(stream, time_s, -1 if message.sequence is None else message.sequence, values, received_s)

    def stop(self) -> None:
        super().stop()
        self._socket.close()

    def _loops(self) -> tuple[Callable[[], None], ...]:
        return (self._receive,)

    def _receive(self) -> None:
        buffer = memoryview(bytearray(LARGEST_DATAGRAM))
        seen, told = -np.inf, 0.0
        why = ""
        while not self._stopping.is_set():
            size, now = _next(self._socket, buffer), time.perf_counter()
            if size is not None:
                try:
                    sample = self.sample(parse(buffer[:size]), now)
                except Rejected as rejected:
                    self._count(f"rejected, {rejected.reason.value}")
                    why = str(rejected)
                else:
                    seen = now
                    if sample is not None:
                        self._buffer.put(sample)
            if now - told > SILENT_S:  # a sentence a second, however many messages are bad
                told = now
                state = "{} on {}:{}".format("nothing comes in" if now - seen > SILENT_S else "receiving", *self.address)
                self.status = f"{state}; {self.rejected} messages rejected, the last one: {why}" if why else state


def listen(where: str, *, placement: Placement | None = None, timeout_s: float = TIMEOUT_S) -> UdpSource:
    """Wait for senders at ``HOST:PORT``, and learn from what they send in the first second what they carry.

    Without a host, only this machine can send; ValueError or OSError if it cannot be listened on. The placement says where
    sensors sit whose names do not. When no good message came in time, RecordingError names what was wrong with what came.
    """
    bound, own = udp_socket(where)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, KERNEL_BUFFER)
        bound.bind(own)
        bound.settimeout(WAIT_S)
        devices = _devices(_heard(bound, where, timeout_s))
        if slow := next((device for device in devices if device.rate_hz <= 0), None):
            raise RecordingError(
                f"device {slow.name!r} sends too little to measure its rate",
                file=f"UDP {where}",
                fix="send steadily from the start, or state rate_hz in the messages",
            )
        return UdpSource(bound, devices, placement)
    except BaseException:
        bound.close()
        raise


def _heard(bound: socket.socket, where: str, timeout_s: float) -> dict[str, list[tuple[Message, float]]]:
    """By device, the messages within a second of the first good one, and when they came."""
    buffer = memoryview(bytearray(LARGEST_DATAGRAM))
    heard: dict[str, list[tuple[Message, float]]] = {}
    why, until = "nothing came at all", time.perf_counter() + timeout_s
    while (now := time.perf_counter()) < until:
        size = _next(bound, buffer)
        if size is None:
            continue
        try:
            message = parse(buffer[:size])
        except Rejected as rejected:
            why = f"the last message was rejected: {rejected}"
            continue
        if not heard:
            until = now + SETTLE_S
        if message.device in heard or len(heard) < MOST_DEVICES:
            heard.setdefault(message.device, []).append((message, now))
    if not heard:
        said = f"no message with sensors within {timeout_s:g} s: {why}"
        raise RecordingError(said, file=f"UDP {where}", fix="see docs/transport.md for the format")
    return heard


def _devices(heard: dict[str, list[tuple[Message, float]]]) -> list[Device]:
    """Sensors that come in one message of a device are one stream."""
    devices = []
    for name, messages in heard.items():
        stamps: dict[str, list[float]] = {}
        groups: list[set[str]] = []
        for message, now in messages:
            names = {reading.name for reading in message.sensors}
            if len(stamps.keys() | names) > MOST_SENSORS:
                continue
            groups = [group for group in groups if not group & names] + [names.union(*(g for g in groups if g & names))]
            for reading in message.sensors:
                stamps.setdefault(reading.name, []).append(now if message.time_s is None else message.time_s)
        stated = next((message.rate_hz for message, _ in reversed(messages) if message.rate_hz), None)
        order = list(stamps)
        for group in sorted(groups, key=lambda group: min(map(order.index, group))):
            sensors = tuple(sensor for sensor in order if sensor in group)
            steps = np.diff(stamps[sensors[0]])
            steps = steps[steps > 0]
            devices.append(Device(name, sensors, stated or (float(1.0 / np.median(steps)) if len(steps) else 0.0)))
    return devices


def _next(bound: socket.socket, buffer: memoryview) -> int | None:
    """Bytes of the next datagram; None when none came for a while, or the system reports an unreachable sender."""
    try:
        return bound.recv_into(buffer)
    except (TimeoutError, ConnectionError):
        return None
