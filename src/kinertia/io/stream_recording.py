"""A live recording as a :class:`~kinertia.recording.Recording`: the streams' clocks put on one axis, and even samples on it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kinertia.io import facts, stream_log
from kinertia.io.stream_log import Received, StreamLog
from kinertia.recording import Array, Frame, Recording, RecordingError, time_axis
from kinertia.recording.time_axis import at_times

RESTART_S = 1.0  # a clock that jumps back by so much, or forward against the receiver's, was restarted
BLOCK_S = 5.0  # the quickest message of each such stretch tells how two clocks relate
LEAST_BLOCKS = 4  # fewer fix no line through offset and drift


@dataclass(frozen=True)
class _Track:
    """One stream on the common axis: increasing times (N,) [s], values (N, k, 6), how often its clock was restarted."""

    time_s: Array
    values: Array
    restarts: int


def read(path: str | Path) -> Recording:
    """Read a live recording; errors as in :func:`kinertia.io.stream_log.read` and :func:`convert`."""
    return convert(stream_log.read(path))


def convert(log: StreamLog) -> Recording:
    """Recording with all sensors on one even time axis; in segment frames if the session knew how the sensors sit.

    A single stream keeps the time of its sender. Of several streams, each sender's clock is related to the receiver's by its
    quickest messages; missing samples stay missing. RecordingError: fewer than two samples, or more gap than signal.
    """
    header, tracks = log.header, []
    alone = sum(len(stream.received_s) > 0 for stream in log.streams) == 1
    for info, received in zip(header.streams, log.streams, strict=True):
        tracks.append(_track(received, info.rate_hz, alone=alone))
    if max((len(track.time_s) for track in tracks), default=0) < 2:
        raise RecordingError("has fewer than two samples", file=log.file, fix="nothing was received; record again")
    notes = [*log.warnings]
    if alone:
        (only,) = (track for track in tracks if len(track.time_s))
        values = only.values.reshape(len(only.values), -1)
        axis = time_axis.find(only.time_s - only.time_s[0], values, file=log.file)
        rate, parts, findings = axis.rate_hz, {id(only): axis.on_grid(values)}, axis.findings
    else:
        findings, rate = (), max(stream.rate_hz for stream in header.streams)
        parts = _together(log, tracks, rate)
    samples = len(next(iter(parts.values())))
    values = np.full((samples, len(header.sensors), 6), np.nan)
    for info, track in zip(header.streams, tracks, strict=True):
        if id(track) in parts:
            values[:, list(info.sensors)] = parts[id(track)].reshape(samples, len(info.sensors), 6)
        notes += [f"stream {info.name} was restarted {track.restarts} times"] if track.restarts else []
    return _recording(log, rate, values, notes).with_findings(*findings)


def _recording(log: StreamLog, rate_hz: float, values: Array, notes: list[str]) -> Recording:
    header = log.header
    acc, gyro = np.ascontiguousarray(values[..., :3]), np.ascontiguousarray(values[..., 3:])
    if header.bias is not None:
        gyro -= np.array(header.bias)
    if header.rotations is not None:
        acc, gyro = (np.einsum("kij,tkj->tki", np.array(header.rotations), signal) for signal in (acc, gyro))
    given = {name: getattr(header.subject, name) for name in ("mass_kg", "height_m") if name not in header.subject.assumed}
    subject, assumed, _ = facts.subject({**given, "sex": header.subject.sex}, file=log.file)
    return Recording(
        name=Path(log.file).stem,
        rate_hz=rate_hz,
        sensors=header.sensors,
        acc=acc,
        gyro=gyro,
        subject=subject,
        frame=Frame.SENSOR if header.rotations is None else Frame.SEGMENT,
        source=log.file,
        warnings=(*assumed, *notes),
    )


def _track(received: Received, rate_hz: float, *, alone: bool) -> _Track:
    """Messages in the order in which they were measured, each once, on the receiver's clock (``alone``: on the sender's)."""
    if not len(received.received_s):
        return _Track(np.zeros(0), received.values, 0)
    own, arrived = _stamps(received, rate_hz), received.received_s
    epochs = _epochs(own, arrived)
    times, kept = [], []
    for begin, stop in epochs:
        _, first = np.unique(own[begin:stop], return_index=True)
        at = begin + first
        kept.append(at)
        times.append(own[at] if alone and len(epochs) == 1 else _on_receiver(own[at], arrived[at]))
    time_s, at = np.concatenate(times), np.concatenate(kept)
    order = np.argsort(time_s, kind="stable")
    time_s, at = time_s[order], at[order]
    new = np.concatenate([[True], np.diff(time_s) > 0])
    return _Track(time_s[new], received.values[at[new]], len(epochs) - 1)


def _stamps(received: Received, rate_hz: float) -> Array:
    """Sender's time of each message, from its clock, else from its numbers, else the time of arrival."""
    if np.isfinite(received.time_s).all():
        return received.time_s
    if (received.sequence >= 0).all() and rate_hz > 0:
        return received.sequence / rate_hz
    return received.received_s


def _epochs(own: Array, arrived: Array) -> list[tuple[int, int]]:
    """Ranges of messages between restarts of the sender's clock."""
    begins = [0]
    delay = arrived - own
    while True:
        start = begins[-1]
        latest, quickest = np.maximum.accumulate(own[start:]), np.minimum.accumulate(delay[start:])
        jumped = (own[start + 1 :] < latest[:-1] - RESTART_S) | (delay[start + 1 :] < quickest[:-1] - RESTART_S)
        if not jumped.any():
            break
        begins.append(start + 1 + int(np.argmax(jumped)))
    return list(zip(begins, [*begins[1:], len(own)], strict=True))


def _on_receiver(own: Array, arrived: Array) -> Array:
    """Sender's times on the receiver's clock: a line below the delays, or their least where there is little to fit."""
    delay = arrived - own
    block = ((own - own[0]) / BLOCK_S).astype(int)
    starts = np.flatnonzero(np.diff(block, prepend=-1))
    if len(starts) < LEAST_BLOCKS:
        return own + delay.min()
    quickest = np.array([begin + int(np.argmin(part)) for begin, part in zip(starts, np.split(delay, starts[1:]), strict=True)])
    slope, offset = np.polyfit(own[quickest] - own[0], delay[quickest], 1)
    return own + offset + slope * (own - own[0])


def _together(log: StreamLog, tracks: list[_Track], rate_hz: float) -> dict[int, Array]:
    """Values (T, 6 k) of every stream that has some, on one grid."""
    used = [track for track in tracks if len(track.time_s) > 1]
    begin, end = min(track.time_s[0] for track in used), max(track.time_s[-1] for track in used)
    samples = int((end - begin) * rate_hz) + 1
    if samples > 100 * max(len(track.time_s) for track in used):
        fix = "the streams' clocks do not fit each other; record again"
        raise RecordingError("holds more gap than signal", file=log.file, fix=fix)
    grid = begin + np.arange(samples) / rate_hz
    streams = {}
    for track, info in zip(tracks, log.header.streams, strict=True):
        if len(track.time_s) > 1:
            streams[id(track)] = at_times(grid, track.time_s, track.values.reshape(len(track.values), -1), info.rate_hz)
    return streams
