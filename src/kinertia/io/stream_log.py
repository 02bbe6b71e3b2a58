"""The byte format of a live recording: whatever happens to the writer, everything up to the last whole record can be read.

A file is :data:`MAGIC`, then records: :data:`SYNC`, length and CRC-32 of the rest (both unsigned 32 bit, little endian, as all
numbers), one byte for the kind, and the content. The session comes first, twice; it may come again when more of it is known.
A record that is damaged is skipped: the next one is found by its :data:`SYNC`.
"""

from __future__ import annotations

import mmap
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from kinertia.recording import Array, RecordingError, Sensor, Subject

MAGIC = b"\x89KINLOG\n"
SYNC = b"\xf1KR\x8f"
ENDING = ".kinlog"
VERSION = 1  # of the format; counts up when an older reader would misread it
SESSION, SAMPLE, NOTE = b"H", b"S", b"N"
LONGEST = 1 << 20  # bytes of a record; a longer length is damage
_HEAD = struct.Struct("<4sII")
_SAMPLE = struct.Struct("<HHqdd")
_CHANNELS = 6  # acc x y z, gyro x y z


class StreamInfo(msgspec.Struct, frozen=True):
    """A sender with its own clock, which carries one or several sensors."""

    name: str  # what it is called in messages
    sensors: tuple[int, ...]  # indices into the session's sensors, in the order of the rows of its samples
    rate_hz: float  # nominal sampling rate [Hz]


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """The session."""

    version: int = VERSION  # of the format
    # subject, sensors, streams: who wears what, and on which streams it comes
    subject: Subject
    sensors: tuple[Sensor, ...]
    streams: tuple[StreamInfo, ...]
    rotations: list[list[list[float]]] | None = None  # (K, 3, 3) sensor to segment axes; None while not aligned
    bias: list[list[float]] | None = None  # (K, 3) gyroscope offset in sensor axes [rad/s]; None for zero
    source: str = ""  # where the samples came from
    # unix_s, clock_s: the time of day, and the clock that samples are received by, at the same instant [s]
    unix_s: float = 0.0
    clock_s: float = 0.0


class Note(msgspec.Struct, frozen=True):
    """Something that happened to the recording itself."""

    what: str  # in words
    samples: int = 0  # how many samples it cost
    end: bool = False  # the recording was ended properly here


@dataclass(frozen=True)
class Received:
    """What came on one stream, in the order in which it came."""

    time_s: Array  # (N,) sender's clock [s]; NaN where it gave none
    sequence: np.ndarray  # (N,) sender's running number; -1 where it gave none
    received_s: Array  # (N,) receiver's clock [s]
    values: Array  # (N, k, 6) as in the samples: acc [m/s^2], gyro [rad/s], sensor axes


@dataclass(frozen=True)
class StreamLog:
    """A live recording."""

    header: Header  # the latest session
    streams: tuple[Received, ...]  # one per stream of the session
    notes: tuple[Note, ...]  # what happened to the recording
    damaged: int  # places at which records are damaged or cut off
    lost_bytes: int  # bytes in those places
    file: str  # path, for messages

    @property
    def ended(self) -> bool:
        """Whether the recording was ended properly, not by a crash."""
        return any(note.end for note in self.notes)

    @property
    def samples(self) -> int:
        return sum(len(stream.received_s) for stream in self.streams)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is missing, in sentences."""
        told = []
        if self.damaged:
            told.append(
                f"damaged in {self.damaged} place{'s' if self.damaged > 1 else ''}: {self.lost_bytes} bytes lost, "
                f"about {self.lost_bytes // self._record_bytes} samples; {self.samples} samples are whole"
            )
        if not self.ended:
            told.append("the recording was not ended properly; what was received until then is here")
        told += [f"{note.what}: {note.samples} samples are missing" for note in self.notes if note.samples]
        return tuple(told)

    @property
    def _record_bytes(self) -> int:
        rows = max((len(stream.sensors) for stream in self.header.streams), default=1)
        return _HEAD.size + 1 + _SAMPLE.size + 8 * _CHANNELS * rows


def record(kind: bytes, content: bytes) -> bytes:
    """One framed record."""
    body = kind + content
    return _HEAD.pack(SYNC, len(body), zlib.crc32(body)) + body


def beginning(header: Header) -> bytes:
    """What a file begins with."""
    session = session_record(header)
    return MAGIC + session + session  # twice: without it, nothing else can be understood


def session_record(header: Header) -> bytes:
    """The session, again when more of it is known."""
    return record(SESSION, msgspec.json.encode(header))


def note_record(note: Note) -> bytes:
    """Something that happened to the recording itself."""
    return record(NOTE, msgspec.json.encode(note))


def sample_record(stream: int, sequence: int, time_s: float, received_s: float, values: np.ndarray) -> bytes:
    """One sample; values are kept exactly, so that a recorded stream played again gives the same estimates."""
    head = _SAMPLE.pack(stream, len(values), sequence, time_s, received_s)
    return record(SAMPLE, head + values.astype("<f8").tobytes())


def kind_of(framed: bytes) -> bytes:
    """Kind of a framed record."""
    return framed[_HEAD.size : _HEAD.size + 1]


def is_stream_log(path: Path) -> bool:
    """Whether a file is a live recording, by its beginning, or by its ending where the beginning is damaged."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC or path.suffix.lower() == ENDING


def read(path: str | Path) -> StreamLog:
    """Read everything that is whole; RecordingError: no such file, no session in it, or written by a newer version."""
    path = Path(path)
    try:
        data = _bytes(path)
    except OSError as error:
        raise RecordingError(f"cannot be read ({error.strerror})", file=str(path), fix="check the path") from error
    headers: list[Header] = []
    notes: list[Note] = []
    samples: dict[int, bytearray] = {}
    damage: list[int] = []
    for body in _records(data, damage):
        kind, content = body[:1], body[1:]
        if kind == SAMPLE:
            samples.setdefault(_stream(content, headers, path), bytearray()).extend(content)
        elif kind == SESSION:
            headers.append(_header(content, path))
        elif kind == NOTE:
            notes.append(msgspec.json.decode(content, type=Note))
    if not headers:
        raise RecordingError("holds no session: it is damaged from the start", file=str(path), fix="restore a copy")
    latest = headers[-1]
    streams = tuple(_received(samples.get(at, b""), len(stream.sensors)) for at, stream in enumerate(latest.streams))
    return StreamLog(latest, streams, tuple(notes), len(damage), sum(damage), str(path))


def _bytes(path: Path) -> bytes | mmap.mmap:
    with path.open("rb") as file:
        size = file.seek(0, 2)
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if size else b""


def _records(data: bytes | mmap.mmap, damage: list[int]) -> Iterator[bytes]:
    """Kind and content of every whole record; the bytes of each place between them are added to ``damage``."""
    at, size = len(MAGIC), len(data)
    if data[:at] != MAGIC:
        result = data.find(SYNC)
        at = size if result < 0 else result
        damage.append(at)
    while at < size:
        body = _whole(data, at, size)
        if body is not None:
            yield body
            at += _HEAD.size + len(body)
            continue
        result = data.find(SYNC, at + 1)
        # a damaged length may make a record seem to hold the ones after it: the next one that is whole counts
        while result >= 0 and _whole(data, result, size) is None:
            result = data.find(SYNC, result + 1)
        following = size if result < 0 else result
        damage.append(following - at)
        at = following


def _whole(data: bytes | mmap.mmap, at: int, size: int) -> bytes | None:
    """Kind and content of the record that begins here, if it is whole."""
    if at + _HEAD.size > size:
        return None
    sync, length, checksum = _HEAD.unpack_from(data, at)
    begin = at + _HEAD.size
    if sync != SYNC or not 1 <= length <= LONGEST or begin + length > size:
        return None
    body = data[begin : begin + length]
    return body if zlib.crc32(body) == checksum else None


def _header(content: bytes, path: Path) -> Header:
    try:
        if (version := msgspec.json.decode(content, type=dict[str, object]).get("version")) != VERSION:
            raise RecordingError(f"is of version {version}", file=str(path), fix="read it with a newer kinertia")
        return msgspec.json.decode(content, type=Header)
    except msgspec.DecodeError as error:
        fix = "see docs/formats.md"
        raise RecordingError(f"holds a session that is not understood ({error})", file=str(path), fix=fix) from error


def _stream(content: bytes, headers: list[Header], path: Path) -> int:
    """The stream that a sample belongs to."""
    stream, rows = struct.unpack_from("<HH", content)
    if not headers or stream >= len(headers[-1].streams) or rows != len(headers[-1].streams[stream].sensors):
        message = f"holds a sample of stream {stream} with {rows} sensors, which its session does not have"
        raise RecordingError(message, file=str(path), fix="restore a copy; the beginning of the file is missing or damaged")
    return stream


def _received(samples: bytes | bytearray, sensors: int) -> Received:
    """The samples of one stream as arrays."""
    head = [("stream", "<u2"), ("rows", "<u2"), ("sequence", "<i8"), ("time_s", "<f8"), ("received_s", "<f8")]
    table = np.frombuffer(samples, dtype=[*head, ("values", "<f8", (sensors, _CHANNELS))])
    time_s, received_s, values = (table[name].astype(np.float64) for name in ("time_s", "received_s", "values"))
    return Received(time_s, table["sequence"].astype(np.int64), received_s, values)
