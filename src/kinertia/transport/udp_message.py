"""The JSON that sensors send in UDP datagrams, checked before anything is made of it, and the addresses they go to."""

from __future__ import annotations

import math
import socket
from enum import StrEnum
from typing import Annotated, Literal

import msgspec

from kinertia.io import units

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
