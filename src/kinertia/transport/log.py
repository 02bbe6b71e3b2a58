"""Recording while streaming: samples go to a file on a separate thread, and a slow or full disk never holds up the stream."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from io import RawIOBase
from itertools import islice
from pathlib import Path

from kinertia.io import stream_log
from kinertia.io.stream_log import Header, Note
from kinertia.streaming.sample import Sample, Session

FLUSH_S = 0.2  # samples reach the system after so long, and survive a crash of this program
SYNC_S = 1.0  # samples reach the disk after so long, and survive a crash of the machine
RETRY_S = 1.0  # between tries to write to a full disk
PIECE = 1000  # records that are written at once
CAPACITY = 64 << 20  # bytes that wait at most for a slow or full disk: ten minutes and more of one wearer
JOIN_S = 5.0  # to wait for a thread at the end


class LogWriter:
    """A live recording that is being written.

    Samples that do not fit into the bytes that may wait are lost and counted; ``failures`` is how often writing failed.
    """

    def __init__(self, file: AppendFile, session: Session, *, source: str = "", capacity: int = CAPACITY) -> None:
        self.samples = self.lost = self.failures = 0
        self._file, self._source, self._capacity = file, source, capacity
        self._lock = threading.Lock()
        self._pending: deque[bytes] = deque()
        self._waiting = self._unsaid = 0
        self._trouble = ""
        self._stopping = threading.Event()
        file.append(stream_log.beginning(_header(session, source)))
        self._thread = threading.Thread(target=self._run, name="recording", daemon=True)
        self._thread.start()

    def sample(self, sample: Sample) -> None:
        """Record a sample; never waits."""
        data = stream_log.sample_record(sample.stream, sample.sequence, sample.time_s, sample.received_s, sample.values)
        with self._lock:
            if self._waiting + len(data) > self._capacity:
                self.lost += 1
                self._unsaid += 1
                return
            self._pending.append(data)
            self._waiting += len(data)

    def session(self, session: Session) -> None:
        """Record what has become known about the session, such as how the sensors sit."""
        data = stream_log.session_record(_header(session, self._source))
        with self._lock:
            self._pending.append(data)
            self._waiting += len(data)

    @property
    def status(self) -> str:
        """How it is, in a sentence."""
        state = f"{self._file.name}: {self.samples} samples, {self._file.size / 1e6:.1f} MB"
        if self._trouble:
            state += f"; not writing ({self._trouble}), {len(self._pending)} samples wait"
        return state + (f"; {self.lost} samples lost" if self.lost else "")

    @property
    def writing(self) -> bool:
        """Whether the disk takes what comes."""
        return not self._trouble

    def close(self) -> None:
        """Write what waits and end the recording; what a full disk does not take is counted as lost."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        self._thread.join(JOIN_S)
        if self._thread.is_alive():  # the disk hangs; nothing is touched that it may still be writing
            self._trouble = "the disk does not answer"
            return
        self._write()
        with self._lock:
            self.lost += sum(_is_sample(data) for data in self._pending)
            self._pending.clear()
        if not self._trouble:
            self._try(lambda: self._file.append(stream_log.note_record(Note("ended", end=True))))
        self._try(self._file.sync)
        self._try(self._file.close)

    def _run(self) -> None:
        synced = time.monotonic()
        while not self._stopping.wait(RETRY_S if self._trouble else FLUSH_S):
            if self._write() and time.monotonic() - synced > SYNC_S:
                self._try(self._file.sync)
                synced = time.monotonic()

    def _write(self) -> bool:
        """Append everything that waits; False when the disk does not take it: it waits on."""
        while self._pending or self._unsaid:
            with self._lock:
                taken, unsaid = list(islice(self._pending, PIECE)), self._unsaid
            note = stream_log.note_record(Note("the disk was slow or full", unsaid)) if unsaid else b""
            if not self._try(partial(self._file.append, b"".join([*taken, note]))):
                return False
            with self._lock:
                for data in taken:
                    self._pending.popleft()
                    self._waiting -= len(data)
                self._unsaid -= unsaid
            self.samples += sum(_is_sample(data) for data in taken)
        return True

    def _try(self, action: Callable[[], None]) -> bool:
        try:
            action()
        except OSError as error:
            self.failures += 1
            self._trouble = error.strerror or str(error)
            return False
        self._trouble = ""
        return True


def begin(path: Path, session: Session, *, source: str = "") -> LogWriter:
    """Begin a recording in a new file; errors as :func:`check_name`, and OSError if it cannot be written."""
    check_name(path)
    return LogWriter(create(path), session, source=source)


def check_name(path: Path) -> None:
    """Say at once what :func:`begin` would refuse later: FileExistsError, or ValueError for another ending than ``.kinlog``."""
    if path.suffix.lower() != stream_log.ENDING:
        raise ValueError(f"{path}: live recordings are written as {stream_log.ENDING}")
    if path.exists():
        raise FileExistsError(f"{path}: exists already; recordings are not overwritten, choose another name")


def _is_sample(data: bytes) -> bool:
    return stream_log.kind_of(data) == stream_log.SAMPLE


def _header(session: Session, source: str) -> Header:
    return Header(
        subject=session.subject,
        sensors=session.sensors,
        streams=session.streams,
        rotations=None if session.rotations is None else session.rotations.tolist(),
        bias=None if session.bias is None else session.bias.tolist(),
        source=source,
        unix_s=time.time(),
        clock_s=time.perf_counter(),
    )


class AppendFile:
    """Appends whole pieces to an unbuffered binary file, which stays readable when the disk is full."""

    def __init__(self, raw: RawIOBase, name: str) -> None:
        self.name, self.size, self._raw = name, 0, raw

    def append(self, data: bytes) -> None:
        """Add a piece; after an OSError the file is as long as it was, and the piece may be tried again."""
        try:
            # the place is set every time: after an error nobody knows where the file stands
            if self._raw.seekable():
                self._raw.seek(self.size)
            left = memoryview(data)
            while left:
                left = left[self._raw.write(left) or 0 :]
        except OSError:
            with suppress(OSError):  # what is too much then begins with a broken piece, which readers skip
                self._raw.truncate(self.size)
            raise
        self.size += len(data)

    def sync(self) -> None:
        """Bring everything to the disk itself; errors as the system reports them."""
        os.fsync(self._raw.fileno())

    def close(self) -> None:
        self._raw.close()


def create(path: Path) -> AppendFile:
    """A new file; FileExistsError where there is one already, as measurements are never overwritten."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        raw = path.open("xb", buffering=0)
    except FileExistsError:
        raise FileExistsError(f"{path}: exists already; recordings are not overwritten, choose another name") from None
    return AppendFile(raw, str(path))
