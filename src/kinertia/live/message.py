"""What goes between server and page, and how a session stands: JSON, and single-precision binary for frames (docs/live.md).

Hello and frames name the version of that description; a page of another version says so instead of misreading. What a page may
ask for is checked strictly: unknown fields, types and values are refused.
"""

from __future__ import annotations

import math
import struct
from typing import Literal, Protocol

import msgspec
import numpy as np

from kinertia.live.feedback import Target
from kinertia.live.hub import Rows
from kinertia.recording import words
from kinertia.streaming.health import Health, State
from kinertia.streaming.progress import Progress

VERSION = 1
FRAMES = 1  # kind of the only binary message so far
HEADER = struct.Struct("<BBHHHIId")
"""Version, kind, rows, columns, reserved, frames dropped for this viewer, reserved, number of the first row; 24 bytes."""
LARGEST = 2048  # bytes of a command; the longest valid one has about 200

Wish = Literal[
    "start_calibration", "stop_calibration", "start_adaptation", "stop_adaptation", "start_recording", "stop_recording"
]
"""What a page may ask a session for."""
COUNTED = ("late", "out_of_order", "duplicated", "rejected", "restarts", "interpolated", "held", "missing", "clipped")
LONG_S = 1e9  # more than any session: nothing has come
Level = Literal["good", "note", "warning"]


class Command(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One request of a page."""

    do: Wish | Literal["set_target", "clear_target"]  # what
    id: int = 0  # number that the answer carries
    target: Target | None = None  # the band to be set, for ``set_target`` alone

    def __post_init__(self) -> None:
        if (self.do == "set_target") != (self.target is not None):
            raise ValueError("a target belongs to set_target, and to nothing else")


_DECODER = msgspec.json.Decoder(Command)
_ENCODER = msgspec.json.Encoder()


def parse(text: str | bytes) -> Command:
    """A command from JSON; ValueError if it is too long, no JSON, or not exactly one of the commands."""
    if isinstance(text, bytes) or len(text) > LARGEST:
        raise ValueError(f"a command is JSON text of at most {LARGEST} characters")
    try:
        return _DECODER.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ValueError(f"not a command: {error}") from None


def encode(kind: str, content: dict[str, object]) -> str:
    """A message as JSON, numbers that are not known as null."""
    return _ENCODER.encode({"type": kind, **content}).decode()


def encode_frames(rows: Rows, dropped: int) -> bytes:
    """Frames that a viewer has not seen yet as bytes: header, times (float64), then rows (float32), all little-endian.

    ``dropped`` is how many frames this viewer missed so far.
    """
    count, width = rows.values.shape
    header = HEADER.pack(VERSION, FRAMES, count, width, 0, dropped & 0xFFFFFFFF, 0, float(rows.first))
    return b"".join((header, rows.time_s.astype("<f8").tobytes(), rows.values.astype("<f4").tobytes()))


def decode_frames(message: bytes) -> tuple[Rows, int]:
    """The inverse of :func:`encode_frames`; ValueError for another version or kind, or another length than the header says."""
    if len(message) < HEADER.size:
        raise ValueError(f"frame message of {len(message)} bytes is shorter than its header of {HEADER.size}")
    version, kind, count, width, _, dropped, _, first = HEADER.unpack_from(message)
    if (version, kind) != (VERSION, FRAMES):
        raise ValueError(f"message of version {version}, kind {kind}; version {VERSION}, kind {FRAMES} is understood")
    expected = HEADER.size + 8 * count + 4 * count * width
    if len(message) != expected:
        raise ValueError(f"frame message has {len(message)} bytes; {count} rows of {width} values have {expected}")
    time_s = np.frombuffer(message, "<f8", count, HEADER.size)
    values = np.frombuffer(message, "<f4", count * width, HEADER.size + 8 * count).reshape(count, width)
    return Rows(int(first), time_s, values, 0), dropped


class SensorState(msgspec.Struct, frozen=True):
    """One sensor, see :class:`kinertia.streaming.health.SensorHealth`; ages and jitter that are not known are None."""

    name: str
    segment: str
    words: str  # such as ``right shank``
    state: State
    message: str = ""
    rate_hz: float = 0.0
    age_s: float | None = None
    lost_percent: float = 0.0
    jitter_ms: float | None = None
    counts: dict[str, int] = {}  # what else happened how often since the start; only those that are not zero


def sensor_states(health: Health) -> tuple[SensorState, ...]:
    """The sensors' health as viewers get it."""
    return tuple(
        SensorState(
            name=sensor.name,
            segment=sensor.segment,
            words=words.segment(sensor.segment),
            state=sensor.state,
            message=words.sentence(sensor.message),
            rate_hz=sensor.rate_hz,
            age_s=sensor.age_s if sensor.age_s < LONG_S else None,
            lost_percent=sensor.lost_percent,
            jitter_ms=1e3 * sensor.jitter_s if math.isfinite(sensor.jitter_s) else None,
            counts={name: count for name in COUNTED if (count := getattr(sensor, name))},
        )
        for sensor in health.sensors
    )


class RecordingState(msgspec.Struct, frozen=True):
    """The file that the stream is written to, or the last one."""

    on: bool = False
    file: str = ""
    seconds: float = 0.0  # what it holds
    problem: str = ""  # why writing ended or what was left out; empty when all is well


class Notice(msgspec.Struct, frozen=True):
    """Something that happened, in a sentence; numbers count up from 1."""

    number: int
    level: Level
    words: str


class SessionState(msgspec.Struct, frozen=True):
    """Everything that changes slowly."""

    model: str = ""
    source: str = ""
    source_status: str = ""  # in words
    delay_ms: float = 0.0  # how far outputs are behind inputs by construction, without the time to compute them
    sensors: tuple[SensorState, ...] = ()
    aligned: bool = True  # whether it is known how the sensors sit; without that there are no estimates
    counts: dict[str, int] = {}  # what happened to samples on their way, by what; only what did happen
    calibration: Progress = Progress()
    adaptation: Progress = Progress()
    not_adaptable: str = ""  # why the model cannot be adapted; empty where it can
    recording: RecordingState = RecordingState()
    notices: tuple[Notice, ...] = ()  # what happened lately, the oldest first
    ended: str = ""  # why nothing more comes, empty while it may


class Control(Protocol):
    """A session as those who watch it see it; its methods may be called by any thread."""

    def state(self) -> SessionState:
        """How it stands now."""
        ...

    def do(self, wish: Wish) -> None:
        """Carry out what was asked for; ValueError or OSError say why it cannot be."""
        ...
