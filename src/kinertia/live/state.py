"""How a session stands, in the words and figures that viewers see."""

from __future__ import annotations

import math
from typing import Literal, Protocol

import msgspec

from kinertia.live.message import Wish
from kinertia.recording import words
from kinertia.streaming.health import Health, State
from kinertia.streaming.progress import Progress

COUNTED = ("late", "out_of_order", "duplicated", "rejected", "restarts", "interpolated", "held", "missing", "clipped")

LONG_S = 1e9
"""More than any session: nothing has come."""


class SensorState(msgspec.Struct, frozen=True):
    """One sensor, see :class:`kinertia.streaming.health.SensorHealth`.

    Attributes
    ----------
    name, segment : as in the session.
    words : the sensor in words, such as ``right shank``.
    state, message : the worst that is to be said of it now, and a sentence on it.
    rate_hz : samples per second lately.
    age_s : time since the latest sample [s]; None before the first.
    lost_percent : of the packets that were sent.
    jitter_ms : how much later than at best its samples usually come [ms].
    counts : what else happened how often since the start; only those that are not zero.
    """

    name: str
    segment: str
    words: str
    state: State
    message: str = ""
    rate_hz: float = 0.0
    age_s: float | None = None
    lost_percent: float = 0.0
    jitter_ms: float | None = None
    counts: dict[str, int] = {}


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
    """The file that the stream is written to.

    Attributes
    ----------
    on : whether it is being written.
    file : its name, the last one's when it is closed.
    seconds : what it holds.
    problem : why writing ended or what was left out; empty when all is well.
    """

    on: bool = False
    file: str = ""
    seconds: float = 0.0
    problem: str = ""


Level = Literal["good", "note", "warning"]


class Notice(msgspec.Struct, frozen=True):
    """Something that happened.

    Attributes
    ----------
    number : counts up from 1.
    level : how to take it.
    words : one sentence.
    """

    number: int
    level: Level
    words: str


class SessionState(msgspec.Struct, frozen=True):
    """Everything that changes slowly.

    Attributes
    ----------
    model : name of the model at work.
    source, source_status : where the samples come from, and how it is, in words.
    delay_ms : how far the outputs are behind the inputs by construction, without the time to compute them [ms].
    sensors : one per sensor of the session.
    aligned : whether it is known how the sensors sit; without that there are no estimates.
    counts : what happened to samples on their way, by what; only what did happen.
    calibration, adaptation, recording : how these stand.
    not_adaptable : why the model cannot be adapted; empty where it can.
    notices : what happened lately, the oldest first.
    ended : why nothing more comes, empty while it may.
    """

    model: str = ""
    source: str = ""
    source_status: str = ""
    delay_ms: float = 0.0
    sensors: tuple[SensorState, ...] = ()
    aligned: bool = True
    counts: dict[str, int] = {}
    calibration: Progress = Progress()
    adaptation: Progress = Progress()
    not_adaptable: str = ""
    recording: RecordingState = RecordingState()
    notices: tuple[Notice, ...] = ()
    ended: str = ""


class Control(Protocol):
    """A session as those who watch it see it; its methods may be called by any thread."""

    def state(self) -> SessionState:
        """How it stands now."""
        ...

    def do(self, wish: Wish) -> None:
        """Carry out what was asked for; ValueError or OSError say why it cannot be."""
        ...


class Task(Protocol):
    """Something that goes on beside the stream, such as adapting the model; its methods may be called by any thread.

    Attributes
    ----------
    progress : how it is getting on.
    """

    @property
    def progress(self) -> Progress: ...

    def start(self) -> None:
        """Begin, or begin again; ValueError says why it cannot."""
        ...

    def stop(self) -> None:
        """Leave everything as it was."""
        ...
