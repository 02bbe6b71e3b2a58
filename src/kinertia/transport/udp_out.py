"""Estimates as UDP datagrams of JSON."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Literal

import msgspec
import numpy as np

from kinertia.streaming.frame import Frame
from kinertia.transport import address, outputs

VERSION = 1  # of the message; counts up when an older receiver would misread it
LAYOUT_S = 1.0  # between messages that name the values, for receivers that join later
DIGITS = 6  # after the point, micrometres and microseconds


class LayoutMessage(msgspec.Struct, tag_field="type", tag="layout", kw_only=True):
    """What the values of the estimates are; sent every second.

    Attributes
    ----------
    kinertia : version of the format.
    person : name of the stream.
    names, units : of the values.
    rate_hz : estimates per second [Hz].
    output_delay_s : how much earlier than ``time_s`` the values are [s].
    """

    kinertia: Literal[1] = VERSION
    person: str
    names: tuple[str, ...]
    units: tuple[str, ...]
    rate_hz: float
    output_delay_s: float


class EventMessage(msgspec.Struct):
    """A heel strike or toe off, and when it was on the axis of ``time_s`` [s]."""

    name: str
    time_s: float


class EstimateMessage(msgspec.Struct, tag_field="type", tag="estimate", kw_only=True):
    """One frame.

    Attributes
    ----------
    kinertia : version of the format.
    person : name of the stream.
    index : number of the frame.
    time_s : its time since the start [s].
    trusted : whether nothing speaks against the values.
    why : what speaks against them.
    values : as the layout names them; null where there is none.
    events : heel strikes and toe offs that became certain.
    """

    kinertia: Literal[1] = VERSION
    person: str
    index: int
    time_s: float
    trusted: bool
    why: tuple[str, ...]
    values: list[float | None]
    events: list[EventMessage]


class UdpSink:
    """Sends every frame to one address.

    Parameters
    ----------
    where : ``HOST:PORT``.
    person : name that the messages bear.
    names, rate_hz, output_delay_s : as in :class:`LayoutMessage`.

    Raises
    ------
    ValueError : the address is not understood, or the host not known.
    """

    def __init__(self, where: str, person: str, names: Sequence[str], rate_hz: float, output_delay_s: float) -> None:
        self.name = f"UDP {where}"
        self._person = person
        self._socket, self._to = address.udp_socket(*address.parse(where))
        self._socket.setblocking(False)
        self._encoder = msgspec.json.Encoder()
        units = tuple(outputs.unit(name) for name in names)
        layout = LayoutMessage(person=person, names=tuple(names), units=units, rate_hz=rate_hz, output_delay_s=output_delay_s)
        self._layout = self._encoder.encode(layout)
        self._told = -np.inf

    def write(self, frame: Frame) -> None:
        if time.monotonic() - self._told > LAYOUT_S:
            self._told = time.monotonic()
            self._send(self._layout)
        message = EstimateMessage(
            person=self._person,
            index=frame.index,
            time_s=round(frame.time_s, DIGITS),
            trusted=frame.trust,
            why=frame.why,
            values=np.round(frame.values, DIGITS).tolist(),
            events=[EventMessage(event.name, round(event.time_s, DIGITS)) for event in frame.events],
        )
        self._send(self._encoder.encode(message))

    def close(self) -> None:
        self._socket.close()

    def _send(self, data: bytes) -> None:
        try:
            self._socket.sendto(data, self._to)
        except ConnectionRefusedError:  # nobody listens yet, which the system tells about the message before
            return
