"""Where estimates go: files, networks, and the thread that feeds them so that none of them holds up the stream."""

from __future__ import annotations

import math
import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, Self

import msgspec
import numpy as np

from kinertia.recording import Array
from kinertia.streaming.frame import Frame
from kinertia.transport import log, udp
from kinertia.transport.source import Buffer

CAPACITY = 2048  # frames that wait at most: ten seconds at 200 Hz
WAIT_S = 0.2  # for frames, before the end is looked for again
JOIN_S = 5.0  # to wait for a thread at the end
FLUSH_S = 0.2
LONGEST = 10_000  # lines of a table that wait at most for a full disk
LAYOUT_S = 1.0  # between datagrams that name the values, for receivers that join later
DIGITS = 6  # after the point, micrometres and microseconds
UNITS = {
    "_moment": "N m", "_force": "N", "_reserve": "N m", "_activation": "0-1", "muscles_lack": "0/1",
    "_acc_x": "m/s^2", "_acc_y": "m/s^2", "_gyro_z": "rad/s",
    "grf_": "BW", "residual_": "BW", "pressure_": "BW m",
    "pelvis_tilt": "rad", "hip_flexion": "rad", "knee_angle": "rad", "ankle_angle": "rad", "lumbar_extension": "rad",
}  # fmt: skip
"""By the ends, then the beginnings, of outputs' names; everything else is in m."""
OTHERS = {"residual_moment": "BWBH", "speed": "m/s"}


class Sink(Protocol):
    """Something that takes frames; ``name`` is what it is called in messages."""

    name: str

    def write(self, frame: Frame) -> None:
        """Take one frame; raises OSError when it could not."""
        ...

    def close(self) -> None:
        """Take what is still on the way; nothing comes after it."""
        ...


class Sinks:
    """Hands frames to sinks on a separate thread.

    One that fails loses that frame, is counted, and gets the next one; the others do not notice.
    """

    def __init__(self, sinks: Sequence[Sink]) -> None:
        self.sinks = tuple(sinks)
        self._buffer: Buffer[Frame] = Buffer(CAPACITY)
        self.failures: Counter[str] = Counter()  # how often each sink failed
        self._why: dict[str, str] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sinks", daemon=True)
        self._thread.start()

    def put(self, frame: Frame) -> None:
        """Pass a frame on; never waits."""
        if self.sinks:
            self._buffer.put(frame)

    @property
    def dropped(self) -> int:
        """Frames that slow sinks lost."""
        return self._buffer.dropped

    @property
    def status(self) -> str:
        """What goes wrong, in a sentence; empty when nothing does."""
        parts = [f"{name} failed {times} times ({self._why[name]})" for name, times in dict(self.failures).items()]
        if self.dropped:
            parts.append(f"{self.dropped} frames dropped: the sinks are too slow")
        return "; ".join(parts)

    def close(self) -> None:
        """Hand over what waits and close the sinks."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        self._buffer.close()
        self._thread.join(JOIN_S)
        if not self._thread.is_alive():
            for sink in self.sinks:
                self._attempt(sink, None)

    def _run(self) -> None:
        while True:
            frames = self._buffer.take(WAIT_S)
            for frame in frames:
                for sink in self.sinks:
                    self._attempt(sink, frame)
            if self._stopping.is_set() and not frames:
                return

    def _attempt(self, sink: Sink, frame: Frame | None) -> None:
        try:
            if frame is None:
                sink.close()
            else:
                sink.write(frame)
        except (OSError, RuntimeError) as error:
            self.failures[sink.name] += 1
            self._why[sink.name] = str(error)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class CsvSink:
    """A new CSV file: one line per frame that has values; whole lines only, flushed five times a second.

    Values are ``output_delay_s`` earlier than the frame; those of ``late`` columns come with the frame after theirs, which a
    line waits for. OSError if the file exists or cannot be written.
    """

    def __init__(self, path: Path, names: Sequence[str], output_delay_s: float, late: slice = slice(0)) -> None:
        self.name = str(path)
        self._late, self._waits = late, late.stop > (late.start or 0)
        self._waiting: Frame | None = None
        self._delay = output_delay_s
        units = [unit(name) for name in names]
        self._factors = np.array([math.degrees(1.0) if kind == "rad" else 1.0 for kind in units])
        self._file = log.create(path)
        titles = [_title(name, kind) for name, kind in zip(names, units, strict=True)]
        self._lines = [",".join(["time [s]", *titles, "trusted [0/1]", "why not", "events"])]
        self._flush()

    def write(self, frame: Frame) -> None:
        if not self._waits:
            self._add(frame, frame.values)
            return
        before, self._waiting = self._waiting, frame
        if before is not None:
            self._add(before, frame.values)

    def _add(self, frame: Frame, later: Array) -> None:
        if np.isnan(frame.values).all():
            return
        values = frame.values.copy()
        values[self._late] = later[self._late]
        cells = ["" if value != value else f"{value:.6g}" for value in (values * self._factors).tolist()]
        why = "; ".join(frame.why).replace(",", "")
        events = "; ".join(f"{event.name} {event.time_s:.3f}" for event in frame.events)
        if len(self._lines) >= LONGEST:
            raise OSError(f"{len(self._lines)} lines wait for the disk already")
        self._lines.append(",".join([f"{frame.time_s - self._delay:.4f}", *cells, str(int(frame.trust)), why, events]))
        if time.monotonic() - self._flushed > FLUSH_S:
            self._flush()

    def close(self) -> None:
        try:
            if self._waiting is not None:
                self._add(self._waiting, np.full_like(self._waiting.values, np.nan))
            self._flush()
        finally:
            self._file.close()

    def _flush(self) -> None:
        self._flushed = time.monotonic()
        if self._lines:
            self._file.append(("\n".join(self._lines) + "\n").encode())
            self._lines.clear()


class UdpSink:
    """Sends every frame to one address as JSON, which docs/transport.md describes, and once a second what its values are.

    ``person`` is the name that the messages bear; values are ``output_delay_s`` earlier than the frame. ValueError if the
    address is not understood, or the host not known.
    """

    def __init__(self, where: str, person: str, names: Sequence[str], rate_hz: float, output_delay_s: float) -> None:
        self.name = f"UDP {where}"
        self._socket, self._to = udp.udp_socket(where)
        self._socket.setblocking(False)
        self._encode = msgspec.json.Encoder().encode
        self._about = {"kinertia": udp.VERSION, "person": person}
        units = [unit(name) for name in names]
        layout = {"names": list(names), "units": units, "rate_hz": rate_hz, "output_delay_s": output_delay_s}
        self._layout = self._encode({"type": "layout", **self._about, **layout})
        self._told = -np.inf

    def write(self, frame: Frame) -> None:
        if time.monotonic() - self._told > LAYOUT_S:
            self._told = time.monotonic()
            self._send(self._layout)
        estimate = {
            "index": frame.index,
            "time_s": round(frame.time_s, DIGITS),
            "trusted": frame.trust,
            "why": frame.why,
            "values": np.round(frame.values, DIGITS).tolist(),
            "events": [{"name": event.name, "time_s": round(event.time_s, DIGITS)} for event in frame.events],
        }
        self._send(self._encode({"type": "estimate", **self._about, **estimate}))

    def close(self) -> None:
        self._socket.close()

    def _send(self, data: bytes) -> None:
        try:
            self._socket.sendto(data, self._to)
        except ConnectionRefusedError:  # nobody listens yet, which the system tells about the message before
            return


def unit(name: str) -> str:
    """Unit of one output of a model: rad, m, m/s, N m, BW, BWBH, and of virtual signals m/s^2, rad/s."""
    if name in OTHERS:
        return OTHERS[name]
    return next((kind for part, kind in UNITS.items() if (name.endswith if part[0] == "_" else name.startswith)(part)), "m")


def _title(name: str, kind: str) -> str:
    """Column title as in the tables of whole recordings, angles being in degrees."""
    shown = f"root_{name}" if name.startswith("residual_") else f"{name}_virtual" if kind in ("m/s^2", "rad/s") else name
    return f"{shown} [{'deg' if kind == 'rad' else kind}]"
