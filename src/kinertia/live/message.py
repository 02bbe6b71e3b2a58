"""What goes to the page: JSON for what changes slowly, single-precision binary for frames. docs/live.md describes both.

Every message names the version of this description; a page of another version says so instead of misreading.
"""

from __future__ import annotations

import struct

import msgspec
import numpy as np

from kinertia.live.feedback import Target, Verdict
from kinertia.live.figures import Compute, Walking
from kinertia.live.outputs import Column
from kinertia.live.ring import Rows
from kinertia.live.state import SessionState

VERSION = 1
FRAMES = 1
"""Kind of the only binary message so far."""
HEADER = struct.Struct("<BBHHHIId")
"""Version, kind, rows, columns, reserved, frames dropped for this viewer, reserved, number of the first row; 24 bytes."""


class Hello(msgspec.Struct, frozen=True, tag="hello", tag_field="type"):
    """First message of a connection.

    Attributes
    ----------
    version : of this description.
    columns : outputs in a row of a frame message.
    extra : names of the columns after them.
    segments : what the bits of ``held`` mean, the lowest first.
    rate_hz : frames per second.
    history_s : how far back the frames that follow reach [s].
    mass_kg, height_m : the wearer.
    assumed : which of the two were not given.
    """

    version: int
    columns: tuple[Column, ...]
    extra: tuple[str, ...]
    segments: tuple[str, ...]
    rate_hz: float
    history_s: float
    mass_kg: float
    height_m: float
    assumed: tuple[str, ...] = ()


class Trust(msgspec.Struct, frozen=True):
    """Whether the estimate should be believed now, and why not."""

    ok: bool
    reasons: tuple[str, ...] = ()


class Status(msgspec.Struct, frozen=True, tag="status", tag_field="type"):
    """Several times a second.

    Attributes
    ----------
    frames : how many there were since the start.
    quiet_s : time since the last one [s], None before the first.
    frames_per_s : over the last seconds.
    live : whether there is an estimate of now; else ``walking`` and ``compute`` are those of the last one.
    activity : what the wearer does, in a word; empty where it is not known now.
    trust : None before there is an estimate.
    held : segments for which an older value stood in lately, as the sample did not come.
    viewers : pages that are connected.
    session : what the session reports of itself.
    """

    frames: int
    quiet_s: float | None
    frames_per_s: float
    compute: Compute
    live: bool
    walking: Walking
    activity: str
    trust: Trust | None
    held: tuple[str, ...]
    viewers: int
    session: SessionState


class TargetStatus(msgspec.Struct, frozen=True, tag="target", tag_field="type"):
    """The target band and how it goes, whenever either changes; ``target`` is None when there is none.

    Attributes
    ----------
    verdict, value, hits, count, recent : as in :class:`kinertia.live.feedback.Result`.
    """

    target: Target | None
    verdict: Verdict = "waiting"
    value: float | None = None
    hits: int = 0
    count: int = 0
    recent: tuple[Verdict, ...] = ()


class Reply(msgspec.Struct, frozen=True, tag="reply", tag_field="type"):
    """Answer to a command: whether it was taken, and what was wrong with it."""

    id: int
    ok: bool
    words: str = ""


_ENCODER = msgspec.json.Encoder()


def encode(message: Hello | Status | TargetStatus | Reply) -> str:
    """A message as JSON."""
    return _ENCODER.encode(message).decode()


def encode_frames(rows: Rows, dropped: int) -> bytes:
    """Frames as bytes: header, times (float64), then rows (float32), all little-endian.

    Parameters
    ----------
    rows : what a viewer has not seen yet.
    dropped : frames that this viewer missed so far.
    """
    count, width = rows.values.shape
    header = HEADER.pack(VERSION, FRAMES, count, width, 0, dropped & 0xFFFFFFFF, 0, float(rows.first))
    return b"".join((header, rows.time_s.astype("<f8").tobytes(), rows.values.astype("<f4").tobytes()))


def decode_frames(message: bytes) -> tuple[Rows, int]:
    """The inverse of :func:`encode_frames`: rows, and how many frames were dropped.

    Raises
    ------
    ValueError : the message is of another version or kind, or has another length than it says.
    """
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
