"""How a session stands, in the words and figures that viewers see."""

from __future__ import annotations

import math
from typing import Literal

import msgspec

from kinertia.live.outputs import segment_words
from kinertia.streaming.health import Health, State

COUNTED = ("late", "out_of_order", "duplicated", "rejected", "restarts", "interpolated", "held", "missing", "clipped")


class SensorState(msgspec.Struct, frozen=True):
    """One sensor, see :class:`kinertia.streaming.health.SensorHealth`.

    Attributes
    ----------
    name, segment : as in the session.
    words : the segment in words.
    state, message : the worst that is to be said of it now, and a sentence on it.
    rate_hz : samples per second lately.
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
    lost_percent: float = 0.0
    jitter_ms: float | None = None
    counts: dict[str, int] = {}


def sensor_states(health: Health) -> tuple[SensorState, ...]:
    """The sensors' health as viewers get it."""
    return tuple(
        SensorState(
            name=sensor.name,
            segment=sensor.segment,
            words=segment_words(sensor.segment),
            state=sensor.state,
            message=sensor.message,
            rate_hz=sensor.rate_hz,
            lost_percent=sensor.lost_percent,
            jitter_ms=1e3 * sensor.jitter_s if math.isfinite(sensor.jitter_s) else None,
            counts={name: count for name in COUNTED if (count := getattr(sensor, name))},
        )
        for sensor in health.sensors
    )


class Progress(msgspec.Struct, frozen=True):
    """A task in the background of the stream.

    Attributes
    ----------
    state : ``idle`` before it was ever asked for.
    step : what it does now, by name.
    done : part that is done, 0 to 1.
    words : what the wearer should do, or what came out of it.
    """

    state: Literal["idle", "running", "done", "failed"] = "idle"
    step: str = ""
    done: float = 0.0
    words: str = ""


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


class Notice(msgspec.Struct, frozen=True):
    """Something that happened.

    Attributes
    ----------
    number : counts up from 1.
    level : ``good``, ``note`` or ``warning``.
    words : one sentence.
    """

    number: int
    level: Literal["good", "note", "warning"]
    words: str


class SessionState(msgspec.Struct, frozen=True):
    """Everything that changes slowly.

    Attributes
    ----------
    model : name of the model at work.
    source : where the samples come from, in words.
    delay_ms : how far the outputs are behind the inputs by construction, without the time to compute them [ms].
    sensors : one per sensor of the session.
    counts : of the whole stream, such as rejected packets; only those that are not zero.
    """

    model: str = ""
    source: str = ""
    delay_ms: float = 0.0
    sensors: tuple[SensorState, ...] = ()
    counts: dict[str, int] = {}
    calibration: Progress = Progress()
    adaptation: Progress = Progress()
    recording: RecordingState = RecordingState()
    notices: tuple[Notice, ...] = ()
    ended: str = ""
