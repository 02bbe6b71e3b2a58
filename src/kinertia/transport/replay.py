"""Recordings played as if they were measured now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from kinertia.io.stream_log import StreamLog
from kinertia.recording import LOWER_BODY, Frame, Recording, RecordingError, Sensor
from kinertia.streaming.sample import Sample, StreamInfo
from kinertia.transport import faults as injection
from kinertia.transport.faults import NO_FAULTS, Faults
from kinertia.transport.paced import PacedSource


def play(
    recording: Recording,
    *,
    speed: float = 1.0,
    together: bool = True,
    repeats: int = 1,
    faults: Faults = NO_FAULTS,
) -> PacedSource:
    """A source that replays a recording.

    Parameters
    ----------
    recording : in sensor or segment frames; in segment frames, the session is aligned from the start. Samples at which a
        stream's sensors measured nothing are messages that are never sent.
    speed : 1 is real time, 2 is twice as fast, ``inf`` is as fast as samples are taken.
    together : all sensors in one stream; else each is a stream with its own clock.
    repeats : how often; 0 is endlessly. One periodic gait cycle goes on seamlessly.
    faults : what goes wrong on the way.

    Raises
    ------
    RecordingError : no sensor on a segment of the model.
    ValueError : a speed that is not positive.
    """
    chosen = [k for k, sensor in enumerate(recording.sensors) if sensor.segment in LOWER_BODY.segments]
    if not chosen:
        raise RecordingError("no sensor is placed on a segment of the model", file=recording.source, fix="give a placement")
    sensors = tuple(recording.sensors[k] for k in chosen)
    values = np.concatenate([recording.acc[:, chosen], recording.gyro[:, chosen]], axis=-1)
    streams = _streams(sensors, recording.rate_hz, recording.name, together=together)

    def samples(counts: Counter[str]) -> Iterator[Sample]:
        return injection.inject(_samples(values, streams, recording.rate_hz, repeats), faults, counts)

    left_out = [sensor.name for sensor in recording.sensors if sensor not in sensors]
    notes = (f"sensors {', '.join(left_out)} are left out: not on a segment of the model",) if left_out else ()
    return PacedSource(
        recording.name,
        sensors,
        streams,
        samples,
        speed=speed,
        subject=recording.subject,
        rotations=np.tile(np.eye(3), (len(sensors), 1, 1)) if recording.frame is Frame.SEGMENT else None,
        warnings=(*recording.remarks, *notes),
    )


def play_log(log: StreamLog, *, speed: float = 1.0) -> PacedSource:
    """A source that replays a live recording message by message as it was received: with its jitter, loss and restarts.

    Parameters
    ----------
    log : the live recording.
    speed : as for :func:`play`.
    """
    header = log.header
    begin = min((float(stream.received_s.min()) for stream in log.streams if len(stream.received_s)), default=0.0)

    def samples(counts: Counter[str]) -> Iterator[Sample]:
        return injection.inject(_received(log, begin), NO_FAULTS, counts)

    return PacedSource(
        Path(log.file).stem,
        header.sensors,
        tuple(StreamInfo(stream.name, stream.sensors, stream.rate_hz) for stream in header.streams),
        samples,
        speed=speed,
        subject=header.subject,
        rotations=None if header.rotations is None else np.array(header.rotations),
        bias=None if header.bias is None else np.array(header.bias),
        warnings=log.warnings,
    )


def _received(log: StreamLog, begin: float) -> Iterator[Sample]:
    at = [(stream, k) for stream, received in enumerate(log.streams) for k in range(len(received.received_s))]
    arrived = np.concatenate([received.received_s for received in log.streams])
    for which in np.argsort(arrived, kind="stable").tolist():
        stream, k = at[which]
        of = log.streams[stream]
        yield Sample(stream, float(of.time_s[k]), int(of.sequence[k]), of.values[k], float(of.received_s[k]) - begin)


def _streams(sensors: tuple[Sensor, ...], rate_hz: float, name: str, *, together: bool) -> tuple[StreamInfo, ...]:
    if together:
        return (StreamInfo(name, tuple(range(len(sensors))), rate_hz),)
    return tuple(StreamInfo(sensor.name, (k,), rate_hz) for k, sensor in enumerate(sensors))


def _samples(values: np.ndarray, streams: tuple[StreamInfo, ...], rate_hz: float, repeats: int) -> Iterator[Sample]:
    parts = [np.ascontiguousarray(values[:, list(stream.sensors)]) for stream in streams]
    sends = [np.asarray(np.isfinite(part).any(axis=(1, 2))) for part in parts]
    length, number = len(values), 0
    while repeats == 0 or number < repeats * length:
        at, time_s = number % length, number / rate_hz
        for stream, (part, sent) in enumerate(zip(parts, sends, strict=True)):
            if sent[at]:
                yield Sample(stream, time_s, number, part[at], time_s)
        number += 1
