"""Options that say where live samples come from, and the source they make."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import tyro

from kinertia.cli.helping import RARE

if TYPE_CHECKING:
    from kinertia.io.facts import Placement
    from kinertia.recording import Subject
    from kinertia.transport.faults import Faults
    from kinertia.transport.source import Source


@dataclass(frozen=True)
class Lsl:
    """Streams of Lab Streaming Layer."""

    name: str = ""
    """Name of the stream; with * at the end, of all streams that begin like this. Default any."""
    type: str = "IMU"
    """Type of the stream."""
    source_id: str = ""
    """Source id of the stream; default any."""
    streams: int = 0
    """How many streams to wait for; default those found within a second of the first."""
    acc_unit: str | None = None
    """Unit of acceleration (m/s^2, g, mg), where the stream states none."""
    gyro_unit: str | None = None
    """Unit of angular rate (rad/s, deg/s), where the stream states none."""
    timeout: float = 10.0
    """Seconds to look for the streams."""


@dataclass(frozen=True)
class Udp:
    """Datagrams of JSON, see docs/transport.md."""

    listen: str = "127.0.0.1:5005"
    """Address to listen on; with any other than the loopback address, others on the network can send."""
    timeout: float = 30.0
    """Seconds to wait for the first message."""


@dataclass(frozen=True)
class Replay:
    """A recording, played as if it were measured now."""

    file: Annotated[Path | None, tyro.conf.arg(metavar="FILE")] = None
    """Recording of any supported format; a live recording (.kinlog) is played message by message as it was received."""
    speed: float = 1.0
    """2 is twice as fast; inf is as fast as it goes."""
    repeats: Annotated[int, RARE] = 1
    """How often; 0 is endlessly."""
    separate: Annotated[bool, RARE] = False
    """Every sensor is a stream with its own clock."""
    anyway: bool = False
    """Play a recording in which something is wrong that makes results wrong."""


@dataclass(frozen=True)
class Synthetic:
    """A walker that stands for five seconds and then walks at changing speeds."""

    seed: int = 0
    """Decides how the sensors sit, and their noise."""
    rate: float = 100.0
    """Sampling rate in Hz."""
    speed: float = 1.0
    """2 is twice as fast as real time; inf is as fast as it goes."""
    separate: bool = False
    """Every sensor is a stream with its own clock."""
    aligned: bool = False
    """How the sensors sit is known from the start."""


@dataclass(frozen=True)
class Disturbance:
    """What goes wrong on the way of replayed and synthetic samples, on purpose."""

    loss: float = 0.0
    """Part of the messages that is lost."""
    bursts: float = 0.0
    """How often a minute everything is lost for 50 ms."""
    jitter: float = 0.0
    """Mean delay of a message in milliseconds."""
    reordered: float = 0.0
    """Part of the messages that is overtaken."""
    seed: int = 0
    """Decides which ones."""


@dataclass(frozen=True)
class SourceOptions:
    """Where samples come from, and who wears the sensors."""

    source: Literal["lsl", "udp", "replay", "synthetic"] = "lsl"
    """Lab Streaming Layer, UDP datagrams, a recording, or a made-up walker."""
    placement: Annotated[Path | None, tyro.conf.arg(metavar="FILE")] = None
    """File that maps sensor names to segments, where the names do not say it; its person holds too."""
    mass: Annotated[float | None, tyro.conf.arg(metavar="KG")] = None
    """Body mass in kg; default from the source, else 75."""
    height: Annotated[float | None, tyro.conf.arg(metavar="M")] = None
    """Body height in m; default from the source, else 1.80."""
    lsl: Annotated[Lsl, RARE] = Lsl()
    udp: Annotated[Udp, RARE] = Udp()
    replay: Replay = Replay()
    synthetic: Annotated[Synthetic, RARE] = Synthetic()
    disturb: Annotated[Disturbance, RARE] = Disturbance()


FROM_LSL = SourceOptions()
Shared = Annotated[SourceOptions, tyro.conf.arg(name="")]


def open_source(options: SourceOptions) -> tuple[Source, Subject]:
    """Find the source and learn what it carries, which may take seconds; and who wears the sensors.

    Raises
    ------
    ValueError : nothing is there or it cannot be understood; names it and the fix.
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
    source.warnings = tuple(
        dict.fromkeys((*(w for w in source.warnings if "not given" not in w), *warnings, *(f.sentence for f in findings)))
    )
    return source, subject


def _source(options: SourceOptions, placement: Placement | None) -> Source:
    if options.source == "lsl":
        from kinertia.transport import lsl

        asked = options.lsl
        query = lsl.Query(asked.name, asked.type, asked.source_id, asked.streams)
        return lsl.connect(
            query, placement=placement, acc_unit=asked.acc_unit, gyro_unit=asked.gyro_unit, timeout_s=asked.timeout
        )
    if options.source == "udp":
        from kinertia.transport import udp

        return udp.listen(options.udp.listen, placement=placement, timeout_s=options.udp.timeout)
    faults = _faults(options.disturb)
    if options.source == "synthetic":
        from kinertia.transport.synthetic import SyntheticSource

        made = options.synthetic
        return SyntheticSource(
            made.seed, rate_hz=made.rate, speed=made.speed, together=not made.separate, aligned=made.aligned, faults=faults
        )
    return _replayed(options, faults)


def _replayed(options: SourceOptions, faults: Faults) -> Source:
    from kinertia.checks import chain
    from kinertia.io import read, stream_log
    from kinertia.transport import replay

    asked = options.replay
    if asked.file is None:
        raise ValueError("no recording to replay; give --replay.file FILE")
    if stream_log.is_stream_log(asked.file):
        return replay.play_log(stream_log.read(asked.file), speed=asked.speed)
    recording = chain.sound(read.read(asked.file, placement=options.placement), anyway=asked.anyway)
    return replay.play(recording, speed=asked.speed, together=not asked.separate, repeats=asked.repeats, faults=faults)


def _faults(asked: Disturbance) -> Faults:
    from kinertia.transport.faults import Faults

    return Faults(
        loss=asked.loss,
        bursts_per_min=asked.bursts,
        jitter_s=asked.jitter / 1000.0,
        reordered=asked.reordered,
        seed=asked.seed,
    )
