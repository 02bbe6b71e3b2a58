"""Everything that goes wrong in real time, on purpose: does the stream go on, is each fault seen, is nothing lost on disk."""

from __future__ import annotations

import socket
import tempfile
import time
from dataclasses import dataclass, field
from io import RawIOBase
from pathlib import Path

import msgspec
import numpy as np

from experiments.crowd import resident_mb
from experiments.protocol import QUIET, Advance, Context, Found, Json, table
from kinertia.api.models import streaming
from kinertia.io import stream_log
from kinertia.runtime.model import ExportedModel
from kinertia.streaming.core import Core
from kinertia.streaming.frame import Frame
from kinertia.streaming.health import Health
from kinertia.transport import udp
from kinertia.transport.log import FLUSH_S, AppendFile, LogWriter
from kinertia.transport.replay import AS_FAST_AS_POSSIBLE, Faults, Outage
from kinertia.transport.udp import Device, Message, Reading, Rejected, UdpSource
from kinertia.transport.walker import SyntheticSource

RATE_HZ = 100.0
LATE_S = 0.5
"""Frames that may be missing at a beginning or around a restart."""
ROOM_BYTES = 200_000
FLUSHED = 400
"""Samples between two flushes."""
NOTICED_S = 10.0
"""A full disk is noticed much sooner; a busy machine may be slow."""


@dataclass
class Outcome:
    """One fault.

    Attributes
    ----------
    goes_on : whether estimates came to the end, without a hole longer than half a second.
    seen : whether it was counted and shown.
    figures : what was counted.
    """

    goes_on: bool
    seen: bool
    figures: dict[str, float] = field(default_factory=dict)


@dataclass
class Run:
    """A stream that was played to its end."""

    frames: list[Frame]
    health: Health
    messages: set[str]
    injected: dict[str, int]


def scenarios(seconds: float) -> dict[str, Faults]:
    """Faults of the radio link; each sensor has its own link."""
    middle = 0.4 * seconds
    return {
        "20 % of packets lost": Faults(loss=0.2, seed=1),
        "bursts of 50 ms": Faults(bursts_per_min=30.0, burst_s=0.05, seed=2),
        "one sensor lost and back": Faults(outages=(Outage(2, middle, middle + 5.0),)),
        "one sensor restarted": Faults(outages=(Outage(4, middle, middle + 3.0, restarted=True),)),
        "source killed and restarted": Faults(outages=tuple(Outage(k, middle, middle + 3.0, restarted=True) for k in range(7))),
        "packets twice and out of order": Faults(duplicated=0.1, reordered=0.1, jitter_s=0.004, seed=3),
    }


def faults(model: str = "default", seconds: float = 60.0, packets: int = 100_000, context: Context = QUIET) -> Found:
    """Let everything go wrong in a stream, on purpose: does it go on, is the fault seen and counted, is nothing lost on disk.

    Exit code 1 if one of these is not so.

    Parameters
    ----------
    model
        Folder that `kinertia train` or `kinertia export` wrote; `default` is the model that comes with the package.
    seconds
        Length of each stream.
    packets
        Malformed datagrams.
    """
    with context.bar(len(scenarios(seconds)) + 2, "faults") as advance:
        found = measure(streaming(model), seconds, packets, advance)
    shown = table("fault", "goes on", "seen", "counted")
    for name, row in found.items():
        counted = ", ".join(f"{k} {v:g}" for k, v in row.items() if k not in ("goes_on", "seen") and v)
        shown.add_row(name, *("yes" if row[k] else "NO" for k in ("goes_on", "seen")), counted)
    return Found(found, (shown,), failed=not all(row["goes_on"] and row["seen"] for row in found.values()))


def measure(model: ExportedModel, seconds: float = 60.0, packets: int = 100_000, advance: Advance = lambda _: None) -> Json:
    """Play every fault and see what comes out: the fault's name to ``goes_on``, ``seen`` and figures."""
    found: Json = {}

    def note(name: str, outcome: Outcome) -> None:
        found[name] = {"goes_on": outcome.goes_on, "seen": outcome.seen, **outcome.figures}
        advance(1)

    for name, injected in scenarios(seconds).items():
        note(name, judge(play(model, injected, seconds), injected, seconds))
    note("disk full while recording", full_disk(model, seconds))
    note(f"{packets} malformed datagrams", fuzz(packets))
    return found


def play(model: ExportedModel, faults: Faults, seconds: float) -> Run:
    """A synthetic wearer's stream with faults, as fast as it goes."""
    source = SyntheticSource(
        0, rate_hz=RATE_HZ, speed=AS_FAST_AS_POSSIBLE, seconds=seconds, together=False, aligned=True, faults=faults
    )
    frames: list[Frame] = []
    messages: set[str] = set()
    with source:
        core = Core(model, source.session())
        asked = 0.0
        while not source.finished:
            for sample in source.take():
                frames += core.push(sample)
                if sample.received_s - asked > 0.1:
                    asked = sample.received_s
                    messages |= {sensor.state for sensor in core.health.sensors if sensor.message}
        frames += core.finish()
    return Run(frames, core.health, messages, dict(source.counts))


def judge(run: Run, faults: Faults, seconds: float) -> Outcome:
    """Whether the stream went on and the faults were seen."""
    times = np.array([frame.time_s for frame in run.frames])
    silent = [o.stop_s - o.start_s for o in faults.outages] if len(faults.outages) == len(run.health.sensors) else []
    allowed = LATE_S + max(silent, default=0.0)
    hole = float(np.diff(times).max())
    sensors = run.health.sensors
    counted = {
        "lost": sum(s.lost for s in sensors),
        "interpolated": sum(s.interpolated for s in sensors),
        "held": sum(s.held for s in sensors),
        "missing": sum(s.missing for s in sensors),
        "duplicated": sum(s.duplicated for s in sensors),
        "out_of_order": sum(s.out_of_order for s in sensors),
        "restarts": sum(s.restarts for s in sensors),
    }
    seen = any(counted.values()) and (not faults.outages or bool(run.messages))
    figures = {"frames": float(len(times)), "longest_hole_s": hole, "trusted": float(np.mean([f.trust for f in run.frames]))}
    figures |= {name: float(count) for name, count in counted.items()}
    return Outcome(bool(hole < allowed and times[-1] > seconds - LATE_S), seen, figures)


class SmallDisk(RawIOBase):
    """A file on a disk that has room for so many bytes."""

    def __init__(self, path: Path, room: int) -> None:
        self._raw, self._room = path.open("wb", buffering=0), room

    def seekable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self._raw.seek(offset, whence)

    def truncate(self, size: int | None = None, /) -> int:
        return self._raw.truncate(size)

    def fileno(self) -> int:
        return self._raw.fileno()

    def write(self, data: object, /) -> int:
        piece = memoryview(data)  # type: ignore[arg-type]
        if self._raw.tell() + len(piece) > self._room:
            raise OSError(28, "No space left on device")
        return self._raw.write(piece) or 0

    def close(self) -> None:
        self._raw.close()
        super().close()


def full_disk(model: ExportedModel, seconds: float) -> Outcome:
    """The disk fills up while a stream is recorded."""
    source = SyntheticSource(0, rate_hz=RATE_HZ, speed=AS_FAST_AS_POSSIBLE, seconds=seconds, aligned=True)
    frames = 0
    with tempfile.TemporaryDirectory() as folder, source:
        path = Path(folder) / "session.kinlog"
        log = LogWriter(AppendFile(SmallDisk(path, ROOM_BYTES), str(path)), source.session(), capacity=ROOM_BYTES)
        core = Core(model, source.session())
        stopped, sent = False, 0
        while not source.finished:
            for sample in source.take():
                log.sample(sample)
                sent += 1
                frames += len(core.push(sample))
                if sent % FLUSHED == 0:
                    time.sleep(2 * FLUSH_S)  # in real time, what came is written every so often
                    stopped = stopped or not log.writing
        until = time.monotonic() + NOTICED_S
        while not stopped and time.monotonic() < until:
            time.sleep(0.01)
            stopped = not log.writing
        log.close()
        kept = stream_log.read(path)
        readable = sum(len(stream.received_s) for stream in kept.streams)
    figures = {"frames": float(frames), "sent": float(sent), "kept": float(readable), "said_lost": float(log.lost)}
    whole = readable == log.samples and readable + log.lost == sent
    return Outcome(frames >= sent - LATE_S * RATE_HZ, stopped and log.failures > 0 and whole and readable > 0, figures)


def fuzz(packets: int, seed: int = 0) -> Outcome:
    """Malformed datagrams into the parser and the source; now and then a good one, which must come through."""
    generator = np.random.default_rng(seed)
    names = tuple(f"tibia_{side}" for side in "rl")
    still = [Reading(name, (0.0, 9.81, 0.0), (0.0, 0.0, 0.0)) for name in names]
    good = msgspec.json.encode(Message(1, "m/s^2", "rad/s", still, sequence=1, time_s=1.0))
    bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    bound.bind(("127.0.0.1", 0))
    source = UdpSource(bound, [Device("", names, RATE_HZ)])
    reasons: dict[str, int] = {}
    through = 0
    before = resident_mb()
    for k in range(packets):
        data = good if k % 100 == 0 else mutate(good, generator)
        try:
            through += source.sample(udp.parse(data), float(k)) is not None
        except Rejected as rejected:
            reasons[rejected.reason.value] = reasons.get(rejected.reason.value, 0) + 1
    grown = resident_mb() - before
    bound.close()
    figures = {"accepted": float(through), "rejected": float(sum(reasons.values())), "memory_growth_mb": grown}
    return Outcome(through >= packets // 100, sum(reasons.values()) + through == packets, figures)


def mutate(good: bytes, generator: np.random.Generator) -> bytes:
    """A datagram that is not one: noise, cut, with flipped bytes, doubled, deeply nested, or with absurd numbers."""
    kind = generator.integers(7)
    if kind == 0:
        return generator.bytes(int(generator.integers(0, 2000)))
    if kind == 1:
        return good[: int(generator.integers(0, len(good)))]
    if kind == 2:
        data = bytearray(good)
        for at in generator.integers(0, len(data), int(generator.integers(1, 20))):
            data[at] = int(generator.integers(256))
        return bytes(data)
    if kind == 3:
        return good + good
    if kind == 4:
        return b"[" * int(generator.integers(1, 60_000))
    numbers = [b"1e999", b"NaN", b"-Infinity", b"123456789012345678901234567890", b"null", b'"9.81"', b"true", b"1e30"]
    if kind == 5:
        return good.replace(b"9.81", numbers[int(generator.integers(len(numbers)))])
    return good.replace(b"tibia_r", generator.bytes(8).hex().encode())
