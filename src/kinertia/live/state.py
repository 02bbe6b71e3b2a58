"""How a session stands, in the words and figures that viewers see, and what the server needs from it."""

from __future__ import annotations

import math
from typing import Literal, Protocol

import msgspec

from kinertia.live.message import Wish
from kinertia.recording import words
from kinertia.streaming.health import Health, State
from kinertia.streaming.progress import Progress

COUNTED = ("late", "out_of_order", "duplicated", "rejected", "restarts", "interpolated", "held", "missing", "clipped")
LONG_S = 1e9  # more than any session: nothing has come
Level = Literal["good", "note", "warning"]


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
