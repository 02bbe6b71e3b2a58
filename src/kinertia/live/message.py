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

from kinertia.live.hub import Rows
from kinertia.recording import words
from kinertia.streaming.health import Health, State
from kinertia.streaming.progress import Progress

Measure = Literal["value", "highest", "lowest"]
Phase = Literal["stride", "stance", "swing"]
Verdict = Literal["waiting", "in", "above", "below"]

LONGEST_STRIDE_S = 3.0  # a longer one is a pause, not a stride
RECENT = 20  # strides that the share within the band is of
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


class Target(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked for."""

    output: str  # name of an output of the model, such as ``knee_angle_r``
    measure: Measure  # ``value`` at each sample, or the ``highest`` or ``lowest`` of each stride
    low: float  # low, high: the band [SI units of the output]
    high: float
    phase: Phase = "stride"  # part of the stride that counts

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise ValueError(f"target band of {self.output}: from {self.low} to {self.high} is no band; low must be below high")

    @property
    def foot(self) -> str:
        """Foot whose strides count: the output's own, else the right one."""
        return "l" if self.output.removesuffix("_moment").endswith("_l") else "r"

    def judge(self, value: float) -> Verdict:
        """Where a value lies."""
        if math.isnan(value):
            return "waiting"
        if value > self.high:
            return "above"
        return "below" if value < self.low else "in"


class Result(msgspec.Struct, frozen=True):
    """How it goes: of the last value or stride, ``waiting`` while there is none."""

    verdict: Verdict = "waiting"
    value: float = math.nan  # what was judged last, NaN before [SI units]
    hits: int = 0  # judged strides (or samples) within the band
    count: int = 0  # all of them
    recent: tuple[Verdict, ...] = ()  # verdicts of the last strides, the newest last; empty for ``value``


class Feedback:
    """Follows one output of a stream, sample by sample."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.result = Result()
        self._begin_s = math.nan  # of the part of the stride that counts; NaN outside of it
        self._extreme = self._judged_s = math.nan

    def push(self, time_s: float, value: float, *, strike: bool = False, off: bool = False) -> Result:
        """Take in one sample; NaN where there is no output [SI units].

        ``strike`` and ``off`` say whether the target's foot touched or left the ground with it.
        """
        target = self.target
        begins, ends = {"stride": (strike, strike), "stance": (strike, off), "swing": (off, strike)}[target.phase]
        if target.measure != "value":
            self._collect(time_s, value, ends)
        if ends:
            self._begin_s = math.nan
        if begins:
            self._begin_s, self._extreme = time_s, math.nan
        if target.measure == "value":
            inside = target.phase == "stride" or not math.isnan(self._begin_s)
            self._tell(target.judge(value) if inside else "waiting", value)
        return self.result

    def _collect(self, time_s: float, value: float, ends: bool) -> None:
        if not math.isnan(value):
            best = max if self.target.measure == "highest" else min
            self._extreme = value if math.isnan(self._extreme) else best(self._extreme, value)
        before = self.result
        if ends and time_s - self._begin_s < LONGEST_STRIDE_S and not math.isnan(self._extreme):
            verdict = self.target.judge(self._extreme)
            self._judged_s = time_s
            self._tell(verdict, self._extreme, (*before.recent, verdict)[-RECENT:])
        elif time_s - self._judged_s > LONGEST_STRIDE_S:
            self._judged_s = math.nan
            self.result = Result("waiting", before.value, before.hits, before.count, before.recent)

    def _tell(self, verdict: Verdict, value: float, recent: tuple[Verdict, ...] = ()) -> None:
        before = self.result
        self.result = Result(verdict, value, before.hits + (verdict == "in"), before.count + (verdict != "waiting"), recent)


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
