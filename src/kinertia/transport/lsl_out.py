"""Estimates as Lab Streaming Layer streams: one of all values, one of gait events."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
import pylsl

from kinertia.streaming.frame import Frame
from kinertia.transport.sink import unit

TYPE = "Kinematics"
MARKERS = "Markers"
TRUSTED = "trusted"
BUFFER_S = 60  # kept for a receiver that is busy


class LslSink:
    """Two outlets: ``name`` of values, the last of which tells whether they are trusted, and ``<name> events``.

    Time stamps are those of the values, which are ``output_delay_s`` earlier than the frame.
    """

    def __init__(self, name: str, names: Sequence[str], rate_hz: float, output_delay_s: float) -> None:
        self.name = f"LSL {name}"
        self._delay = output_delay_s
        info = pylsl.StreamInfo(name, TYPE, len(names) + 1, rate_hz, pylsl.cf_float32, f"kinertia-{name}")
        description = info.desc()
        description.append_child_value("manufacturer", "Kinertia")
        description.append_child_value("output_delay_s", f"{output_delay_s:g}")
        listed = description.append_child("channels")
        for label, kind in [*((title, unit(title)) for title in names), (TRUSTED, "0/1")]:
            entry = listed.append_child("channel")
            for field, text in (("label", label), ("unit", kind), ("type", TYPE)):
                entry.append_child_value(field, text)
        self._values = pylsl.StreamOutlet(info, max_buffered=BUFFER_S)
        events = pylsl.StreamInfo(
            f"{name} events", MARKERS, 1, pylsl.IRREGULAR_RATE, pylsl.cf_string, f"kinertia-{name}-events"
        )
        self._events = pylsl.StreamOutlet(events, max_buffered=BUFFER_S)
        self._row = np.empty(len(names) + 1)

    def write(self, frame: Frame) -> None:
        if np.isnan(frame.values).all():
            return
        # both clocks are read at once, so that their relation need not be known
        now = pylsl.local_clock() - (time.perf_counter() - frame.local_s)
        self._row[:-1], self._row[-1] = frame.values, frame.trust
        self._values.push_sample(self._row, now - self._delay)
        for event in frame.events:
            self._events.push_sample([event.name], now + event.time_s - frame.time_s)

    def close(self) -> None:
        del self._values, self._events
