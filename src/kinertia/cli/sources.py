"""Where live samples come from: options, the source they make, and what runs on it until the user ends it."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import tyro
from rich.console import Console
from rich.text import Text

from kinertia.api import models
from kinertia.cli.parsing import RARE
from kinertia.io import inputs
from kinertia.io.outputs import Outputs

if TYPE_CHECKING:
    from kinertia.io.facts import Placement
    from kinertia.recording import Subject
    from kinertia.runtime.model import ExportedModel
    from kinertia.transport.pump import Pump
    from kinertia.transport.sink import Sinks
    from kinertia.transport.source import Source


@dataclass(frozen=True)
class Lsl:
    """Streams of Lab Streaming Layer."""

    name: str = ""  # Name of the stream; with * at the end, of all streams that begin like this. Default any.
    type: str = "IMU"  # Type of the stream.
    source_id: str = ""  # Source id of the stream; default any.
    streams: int = 0  # How many streams to wait for; default those found within a second of the first.
    acc_unit: str | None = None  # Unit of acceleration (m/s^2, g, mg), where the stream states none.
    gyro_unit: str | None = None  # Unit of angular rate (rad/s, deg/s), where the stream states none.
    timeout: float = 10.0  # Seconds to look for the streams.


@dataclass(frozen=True)
class Udp:
    """Datagrams of JSON, see docs/transport.md."""

    listen: str = "127.0.0.1:5005"
    """Address to listen on; with any other than the loopback address, others on the network can send."""
    timeout: float = 30.0  # Seconds to wait for the first message.


@dataclass(frozen=True)
class Replay:
    """A recording, played as if it were measured now."""

    file: Annotated[Path | None, tyro.conf.arg(metavar="FILE")] = None
    """Recording of any supported format; a live recording (.kinlog) is played message by message as it was received."""
    speed: float = 1.0  # 2 is twice as fast; inf is as fast as it goes.
    repeats: Annotated[int, RARE] = 1  # How often; 0 is endlessly.
    separate: Annotated[bool, RARE] = False  # Every sensor is a stream with its own clock.
    anyway: bool = False  # Play a recording in which something is wrong that makes results wrong.


@dataclass(frozen=True)
class Synthetic:
    """A walker that stands for five seconds and then walks at changing speeds."""

    seed: int = 0  # Decides how the sensors sit, and their noise.
    rate: float = 100.0  # Sampling rate in Hz.
    speed: float = 1.0  # 2 is twice as fast as real time; inf is as fast as it goes.
    separate: bool = False  # Every sensor is a stream with its own clock.
    aligned: bool = False  # How the sensors sit is known from the start.


@dataclass(frozen=True)
class Disturbance:
    """What goes wrong on the way of replayed and synthetic samples, on purpose."""

    loss: float = 0.0  # Part of the messages that is lost.
    bursts: float = 0.0  # How often a minute everything is lost for 50 ms.
    jitter: float = 0.0  # Mean delay of a message in milliseconds.
    reordered: float = 0.0  # Part of the messages that is overtaken.
    seed: int = 0  # Decides which ones.


@dataclass(frozen=True)
class SourceOptions:
    """Where samples come from, and who wears the sensors."""

    source: Literal["lsl", "udp", "replay", "synthetic"] = "lsl"
    """Lab Streaming Layer, UDP datagrams, a recording, or a made-up walker."""
    placement: Annotated[Path | None, tyro.conf.arg(metavar="FILE")] = None
    """File that maps sensor names to segments, where the names do not say it; its person holds too."""
    mass: Annotated[float | None, tyro.conf.arg(metavar="KG")] = None  # Body mass in kg; default from the source, else 75.
    height: Annotated[float | None, tyro.conf.arg(metavar="M")] = None  # Body height in m; default from the source, else 1.80.
    lsl: Annotated[Lsl, RARE] = Lsl()
    udp: Annotated[Udp, RARE] = Udp()
    replay: Replay = Replay()
    synthetic: Annotated[Synthetic, RARE] = Synthetic()
    disturb: Annotated[Disturbance, RARE] = Disturbance()


SWITCH_S = 5e-4  # how long another thread, serving a page or drawing a table, may keep the estimate waiting
FROM_LSL = SourceOptions()
Shared = Annotated[SourceOptions, tyro.conf.arg(name="")]


def open_source(options: SourceOptions) -> tuple[Source, Subject]:
    """Find the source and learn what it carries, which may take seconds; and who wears the sensors.

    ValueError: nothing is there or it cannot be understood; names it and the fix.
    """
    from kinertia.io import facts

    placement: Placement | None = None
    said: dict[str, object] = {}
    if options.placement is not None:
        placement, said = facts.read_placement(options.placement)
    source = _source(options, placement)
    own = source.subject
    known = {} if own is None else {k: getattr(own, k) for k in ("mass_kg", "height_m", "sex") if k not in own.assumed}
    given = {k: v for k, v in (("mass_kg", options.mass), ("height_m", options.height)) if v is not None}
    subject, warnings, findings = facts.subject({**known, **said, **given}, file=source.name)
    other = (w for w in source.warnings if "not given" not in w)
    source.warnings = tuple(dict.fromkeys((*other, *warnings, *(f.sentence for f in findings))))
    return source, subject


def _source(options: SourceOptions, placement: Placement | None) -> Source:
    from kinertia.checks import chain
    from kinertia.io import read, stream_log
    from kinertia.transport import replay, udp
    from kinertia.transport.replay import Faults
    from kinertia.transport.walker import SyntheticSource

    bad = options.disturb
    faults = Faults(bad.loss, bad.bursts, jitter_s=bad.jitter / 1000.0, reordered=bad.reordered, seed=bad.seed)
    match options.source:
        case "lsl":
            from kinertia.transport import lsl

            asked = options.lsl
            query = lsl.Query(asked.name, asked.type, asked.source_id, asked.streams)
            units = {"acc_unit": asked.acc_unit, "gyro_unit": asked.gyro_unit}
            return lsl.connect(query, placement=placement, **units, timeout_s=asked.timeout)
        case "udp":
            return udp.listen(options.udp.listen, placement=placement, timeout_s=options.udp.timeout)
        case "synthetic":
            made = options.synthetic
            how = {"rate_hz": made.rate, "speed": made.speed, "together": not made.separate, "aligned": made.aligned}
            return SyntheticSource(made.seed, **how, faults=faults)
    played = options.replay
    if played.file is None:
        raise ValueError("no recording to replay; give --replay.file FILE")
    if stream_log.is_stream_log(played.file):
        return replay.play_log(stream_log.read(played.file), speed=played.speed)
    recording = chain.sound(read.read(played.file, placement=options.placement), anyway=played.anyway)
    together = not played.separate
    return replay.play(recording, speed=played.speed, together=together, repeats=played.repeats, faults=faults)


def guard(command: str, source: SourceOptions, model: str, record: Path | None, *, lsl: bool = False) -> Outputs:
    """The guard of what is recorded of a stream; nothing there is ever written over. First, a library is made quiet.

    ModuleNotFoundError: Lab Streaming Layer is asked for and not installed.
    """
    from kinertia.io import extra
    from kinertia.transport import log

    if lsl or source.source == "lsl":
        extra.require("Lab Streaming Layer", ("pylsl",))
        from kinertia.transport.lsl import quieten

        quieten()
    if record is not None:
        log.check_name(record)
    file = source.replay.file if source.source == "replay" else None
    read = inputs.of(file, source.placement, models.folder(model))
    return Outputs(command, read, "" if file is None else str(file), elsewhere="choose another name", option="")


def begin(
    source: Source, subject: Subject, loaded: ExportedModel, model: str, sinks: Sinks, record: Path | None, *, warm: bool
) -> tuple[Pump, str]:
    """What estimates and records from now on, and the name of the model that suits the sensors: ``loaded`` or its sibling."""
    from kinertia.streaming.core import Core
    from kinertia.transport import log
    from kinertia.transport.pump import Pump

    console = Console(stderr=True)
    for warning in source.warnings:
        console.print(Text(f"warning: {warning}", style="yellow"), soft_wrap=True)
    session = source.session(subject)
    if (chosen := models.suited(model, session.sensors)) != model:
        loaded = models.streaming(chosen, muscles=loaded.muscles)
    core = Core(loaded, session)
    writer = None if record is None else log.begin(record, session, source=source.name)
    return Pump(source, core, sinks, writer, warm=warm), chosen


def require_source(source: Source) -> None:
    """OSError where the source ended with an error."""
    if source.error is not None:
        raise OSError(f"{source.name}: {source.error}")


@contextmanager
def until_asked() -> Iterator[threading.Event]:
    """An event that Ctrl-C and a request to terminate set, so that nothing is cut off; threads take turns quickly meanwhile."""
    asked = threading.Event()
    kinds = (signal.SIGINT, signal.SIGTERM)
    before = {kind: signal.signal(kind, lambda *_: asked.set()) for kind in kinds}
    interval = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_S)
    try:
        yield asked
    finally:
        sys.setswitchinterval(interval)
        for kind, handler in before.items():
            signal.signal(kind, handler)
