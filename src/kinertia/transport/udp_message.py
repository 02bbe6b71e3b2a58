"""The JSON that sensors send in UDP datagrams: one message each, checked before anything is made of it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

import msgspec

from kinertia.io import units

VERSION = 1
LONGEST = 8192
"""Bytes of a message; seven sensors take about 1200."""
MOST_SENSORS = 32
MOST_DEVICES = 64
LARGEST_ACC = 5000.0
"""m/s^2; no sensor measures more, so a larger value is damage or a wrong unit."""
LARGEST_GYRO = 500.0
"""rad/s."""
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
    """A message that is not used.

    Attributes
    ----------
    reason : for counting.
    """

    def __init__(self, reason: Reason, detail: str = "") -> None:
        self.reason = reason
        super().__init__(f"{reason.value}{': ' + detail[:DETAIL] if detail else ''}")


class Reading(msgspec.Struct, forbid_unknown_fields=True):
    """What one sensor read, along its own axes; an absent or null vector is a missing one.

    Attributes
    ----------
    name : of the sensor.
    acc : x, y, z in the message's ``acc_unit``.
    gyro : x, y, z in the message's ``gyro_unit``.
    """

    name: Name
    acc: Vector | None = None
    gyro: Vector | None = None


class Message(msgspec.Struct, forbid_unknown_fields=True):
    """One datagram.

    Attributes
    ----------
    kinertia : version of the format.
    acc_unit, gyro_unit : units of the readings.
    sensors : readings of one instant.
    device : name of the sender; senders with their own clock have different names.
    sequence : running number of the device's messages.
    time_s : the device's clock at that instant [s].
    rate_hz : nominal rate of the device's messages [Hz].
    """

    kinertia: Literal[1]
    acc_unit: Literal["m/s^2", "g", "mg"]
    gyro_unit: Literal["rad/s", "deg/s"]
    sensors: Annotated[list[Reading], msgspec.Meta(min_length=1, max_length=MOST_SENSORS)]
    device: Annotated[str, msgspec.Meta(max_length=64)] = ""
    sequence: Annotated[int, msgspec.Meta(ge=0, lt=2**53)] | None = None
    time_s: Annotated[float, msgspec.Meta(ge=-1e12, le=1e12)] | None = None
    rate_hz: Annotated[float, msgspec.Meta(ge=1.0, le=10000.0)] | None = None


_DECODER = msgspec.json.Decoder(Message, strict=True)


def parse(data: bytes | memoryview) -> Message:
    """Message of a datagram.

    Raises
    ------
    Rejected : it is too long, not JSON, of another version, or not exactly the documented fields and types.
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

    Raises
    ------
    Rejected : a value that no sensor can have measured.
    """
    acc, gyro = units.TO_SI[message.acc_unit], units.TO_SI[message.gyro_unit]
    table = []
    for reading in message.sensors:
        row = _vector(reading.acc, acc, LARGEST_ACC, reading.name)
        row += _vector(reading.gyro, gyro, LARGEST_GYRO, reading.name)
        table.append(row)
    return table


def _vector(vector: Vector | None, factor: float, largest: float, sensor: str) -> list[float]:
    if vector is None:
        return [float("nan")] * 3
    x, y, z = vector
    values = [x * factor, y * factor, z * factor]
    if not all(-largest <= value <= largest for value in values):
        raise Rejected(Reason.RANGE, f"sensor {sensor}")
    return values
