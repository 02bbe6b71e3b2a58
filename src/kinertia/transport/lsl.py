"""Samples from Lab Streaming Layer, and estimates to it: one stream of all values, one of gait events."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pylsl
from pylsl.util import TimeoutError as LslTimeoutError

from kinertia.io.facts import Placement
from kinertia.recording import RecordingError
from kinertia.streaming.frame import Frame
from kinertia.streaming.sample import Sample, StreamInfo
from kinertia.transport.lsl_channels import MOST_CHANNELS, Channel, ChannelMap, described, place, undescribed, where
from kinertia.transport.sink import unit
from kinertia.transport.source import Source

TIMEOUT_S = 10.0
SETTLE_S = 1.0
"""After the first stream of several, how long to look for the others; also how long to watch a stream without a stated rate."""
PULL_S = 0.1  # for a sample, before the end is looked for again
SEARCH_S = 1.0  # of looking for streams at a stretch, which the user can interrupt in between
RETRY_S = 0.2  # before a stream that is gone again is looked for
SILENT_S = 1.0  # without a sample, after which that is said
CORRECTION_S = 3.0  # how long to measure the offset of the sender's clock; on a busy network or machine it may fail
BUFFER_S = 30  # kept by the library while this process is busy
TYPE = "Kinematics"
MARKERS = "Markers"
TRUSTED = "trusted"
KEPT_S = 60  # for a receiver that is busy
QUIET = "[log]\nlevel = -3\n"
PLACES = ("lsl_api.cfg", "~/lsl_api/lsl_api.cfg", "/etc/lsl_api/lsl_api.cfg")


@dataclass(frozen=True)
class Query:
    """Which streams."""

    name: str = ""  # exact, or the beginning when it ends in ``*``; empty for any
    type: str = "IMU"  # exact; empty for any
    source_id: str = ""  # exact; empty for any
    streams: int = 0  # how many to wait for; 0 takes those that are found within a second of the first

    @property
    def predicate(self) -> str:
        """As an XPath predicate on the stream's description; ValueError when nothing is asked for, or it cannot be quoted."""
        parts = [f"{field}={_quoted(value)}" for field in ("type", "source_id") if (value := getattr(self, field))]
        if self.name.endswith("*") and len(self.name) > 1:
            parts.append(f"starts-with(name,{_quoted(self.name[:-1])})")
        elif self.name and self.name != "*":
            parts.append(f"name={_quoted(self.name)}")
        if not parts:
            raise ValueError("LSL: say which streams: a name, a type or a source id")
        return " and ".join(parts)


class _Link:
    """One stream: how to find it again, its channels, and the connection."""

    def __init__(self, info: pylsl.StreamInfo, timeout_s: float, acc_unit: str | None, gyro_unit: str | None) -> None:
        self.name, self.units = info.name(), {"acc_unit": acc_unit, "gyro_unit": gyro_unit}
        own = {"name": self.name, "type": info.type(), "source_id": info.source_id()}
        self.predicate = " and ".join(f"{field}={_quoted(value)}" for field, value in own.items() if value)
        if info.channel_format() == pylsl.cf_string:
            raise RecordingError("holds text, not numbers", file=where(self.name), fix="choose the stream of signals")
        self.rows: tuple[int, ...] = ()
        self.offset, self.corrected = 0.0, False
        self.connect(info, timeout_s)
        self.map = self.read_channels(timeout_s)
        self.rate_hz = info.nominal_srate() or self._measured_rate()

    def connect(self, info: pylsl.StreamInfo, timeout_s: float) -> None:
        """Open the stream; the offset of its sender's clock is measured once, so that time stamps never step."""
        self.inlet = pylsl.StreamInlet(info, max_buflen=BUFFER_S, recover=False)
        self.inlet.open_stream(timeout_s)
        try:
            self.offset, self.corrected = self.inlet.time_correction(CORRECTION_S), True
        except LslTimeoutError:
            self.corrected = False

    def read_channels(self, timeout_s: float) -> ChannelMap:
        info = self.inlet.info(timeout_s)
        about = {"stream": self.name, **self.units}
        channels = _channels(info)
        return undescribed(info.channel_count(), **about) if channels is None else described(channels, **about)

    def _measured_rate(self) -> float:
        until, stamps = time.perf_counter() + SETTLE_S, []
        while time.perf_counter() < until:
            _, stamp = self.inlet.pull_sample(timeout=PULL_S)
            stamps += [stamp] if stamp else []
        steps = np.diff(stamps)
        if len(steps) < 3 or not np.median(steps) > 0:
            said = "states no rate and sends too little to measure it"
            raise RecordingError(said, file=where(self.name), fix="start the sensors first")
        return float(1.0 / np.median(steps))


class LslSource(Source):
    """Streams of sensors; a lost one is looked for until it is back.

    Made by :func:`connect`. Times are the senders' time stamps, put on this machine's LSL clock by their offset when the stream
    was found; how the clocks drift apart later is left to the streaming core.
    """

    def __init__(self, links: list[_Link], placement: Placement | None = None) -> None:
        names = [sensor for link in links for sensor in link.map.sensors]
        placed, warnings = place(names, placement, source="LSL")
        sensors = tuple(sensor for sensor in placed if sensor is not None)
        index = {sensor.name: k for k, sensor in enumerate(sensors)}
        streams = []
        for link in links:
            link.rows = tuple(row for row, name in enumerate(link.map.sensors) if name in index)
            streams.append(StreamInfo(link.name, tuple(index[link.map.sensors[row]] for row in link.rows), link.rate_hz))
        used = [at for at, stream in enumerate(streams) if stream.sensors]
        self._links = [links[at] for at in used]
        notes = [note for link in self._links for note in link.map.warnings]
        unmeasured = "the offset of its clock could not be measured; its times are those of its own clock"
        notes += [f"{where(link.name)}: {unmeasured}" for link in self._links if not link.corrected]
        super().__init__("LSL", sensors, tuple(streams[at] for at in used), warnings=(*notes, *warnings))
        self._missing: set[int] = set()

    def _loops(self) -> tuple[Callable[[], None], ...]:
        return tuple(lambda at=at: self._receive(at) for at in range(len(self._links)))

    def _receive(self, at: int) -> None:
        link, seen, silent = self._links[at], -math.inf, True
        keep = slice(None) if len(link.rows) == len(link.map.sensors) else list(link.rows)
        # what has waited since the stream was opened came long ago, and would pass for a delay of that much
        link.inlet.flush()
        while not self._stopping.is_set():
            try:
                channels, stamp = link.inlet.pull_sample(timeout=PULL_S)
                now = time.perf_counter()
                if stamp is not None and channels is not None:
                    self._buffer.put(Sample(at, stamp + link.offset, -1, link.map.values(channels)[keep], now))
                    seen = now
            except RuntimeError:  # what the library raises: the stream is lost, or it fails in another way
                self._count("stream lost")
                self._find_again(at)
                seen, silent = -math.inf, True
            if silent != (time.perf_counter() - seen > SILENT_S):
                silent = not silent
                self._tell(at, silent=silent)

    def _find_again(self, at: int) -> None:
        """Look for a lost stream until it is back with the same channels, or the source is stopped."""
        link = self._links[at]
        self._tell(at, silent=True)
        while not self._stopping.is_set():
            result = pylsl.resolve_bypred(link.predicate, 1, SEARCH_S)
            if not result:
                continue
            try:
                link.connect(result[0], SEARCH_S)
                back = link.read_channels(SEARCH_S)
            except RuntimeError:  # it is gone again, or what was found is only its trace
                self._stopping.wait(RETRY_S)
                continue
            except RecordingError as error:
                self._refuse(str(error))
                continue
            if back.sensors == link.map.sensors:
                link.map = back
                self._count("stream found again")
                if not link.corrected:
                    self._count("clock offset not measured")
                return
            self._refuse(f"LSL stream {link.name!r} is back with other sensors ({', '.join(back.sensors)}); start again")

    def _refuse(self, why: str) -> None:
        self._count("stream came back unlike before")
        self.status = why
        self._stopping.wait(SEARCH_S)

    def _tell(self, at: int, *, silent: bool) -> None:
        with self._lock:
            (self._missing.add if silent else self._missing.discard)(at)
            missing = [self._links[m].name for m in sorted(self._missing)]
        receiving = f"receiving {len(self._links)} LSL stream{'s' if len(self._links) > 1 else ''}"
        self.status = f"nothing from {', '.join(missing)}, looking for it" if missing else receiving


def connect(
    query: Query = Query(),
    *,
    placement: Placement | None = None,
    acc_unit: str | None = None,
    gyro_unit: str | None = None,
    timeout_s: float = TIMEOUT_S,
) -> LslSource:
    """Look for streams for a time and read what they carry; units are for those that state none.

    RecordingError if there is no stream, or fewer than asked for, or one that cannot be understood; it names what there is.
    """
    wanted = max(1, query.streams)
    streams = _look(query.predicate, wanted, timeout_s)
    if streams and not query.streams:
        streams = pylsl.resolve_bypred(query.predicate, MOST_CHANNELS, SETTLE_S)
    if len(streams) < wanted:
        seen = ", ".join(f"{info.name()!r} of type {info.type()!r}" for info in pylsl.resolve_streams(SETTLE_S))
        said = f"found {len(streams)} of {wanted} streams with {query.predicate} in {timeout_s:g} s"
        fix = "start the sensors' streaming; where the network hides streams, see docs/transport.md"
        raise RecordingError(f"{said}; there are: {seen or 'none at all'}", file="LSL", fix=fix)
    try:
        ordered = sorted(streams, key=lambda info: info.name())
        with ThreadPoolExecutor(len(ordered)) as pool:  # each takes most of a second
            links = list(pool.map(lambda info: _Link(info, timeout_s, acc_unit, gyro_unit), ordered))
    except RuntimeError as error:
        raise RecordingError(f"connection failed ({error})", file="LSL", fix="check the sender and the firewall") from error
    return LslSource(links, placement)


def _look(predicate: str, count: int, timeout_s: float) -> list[pylsl.StreamInfo]:
    """Streams that are there within the time, in steps in between which the user can interrupt."""
    end = time.perf_counter() + timeout_s
    while True:
        left = end - time.perf_counter()
        streams = pylsl.resolve_bypred(predicate, count, max(0.0, min(left, SEARCH_S)))
        if len(streams) >= count or left <= SEARCH_S:
            return streams


def _channels(info: pylsl.StreamInfo) -> list[Channel] | None:
    """Channel entries of a full description; None when there are no labels."""
    channels = []
    entry = info.desc().child("channels").child("channel")
    while not entry.empty() and len(channels) < MOST_CHANNELS:
        channels.append(Channel(*(entry.child_value(field) for field in ("label", "type", "unit"))))
        entry = entry.next_sibling("channel")
    if not any(channel.label for channel in channels):
        return None
    if len(channels) != info.channel_count():
        said = f"describes {len(channels)} channels but sends {info.channel_count()}"
        raise RecordingError(said, file=where(info.name()), fix="correct the stream's description")
    return channels


def _quoted(value: str) -> str:
    if "'" not in value:
        return f"'{value}'"
    if '"' in value:
        raise ValueError(f"LSL: {value!r} holds both kinds of quotation marks")
    return f'"{value}"'


def quieten() -> None:
    """Keep the library from writing to the terminal, unless the user has a configuration file, which then holds as it is.

    To be called before anything else of the library is used.
    """
    configured = "LSLAPICFG" in os.environ or any(Path(place).expanduser().is_file() for place in PLACES)
    tell = getattr(pylsl, "set_config_content", None)  # older libraries have no such function and keep talking
    if not configured and tell is not None:
        with suppress(NotImplementedError):
            tell(QUIET)


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
        self._values = pylsl.StreamOutlet(info, max_buffered=KEPT_S)
        events = pylsl.StreamInfo(
            f"{name} events", MARKERS, 1, pylsl.IRREGULAR_RATE, pylsl.cf_string, f"kinertia-{name}-events"
        )
        self._events = pylsl.StreamOutlet(events, max_buffered=KEPT_S)
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
