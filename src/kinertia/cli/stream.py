"""``kinertia stream``."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro
from rich.console import Console
from rich.text import Text

from kinertia.cli import guard
from kinertia.cli.ending import until_asked
from kinertia.cli.sources import FROM_LSL, Shared, open_source

if TYPE_CHECKING:
    from kinertia.runtime.model import ExportedModel
    from kinertia.transport.pump import Pump
    from kinertia.transport.sink import Sinks


def stream(
    source: Shared = FROM_LSL,
    model: str = "default",
    seconds: float | None = None,
    lsl_out: Annotated[str | None, tyro.conf.arg(metavar="NAME")] = None,
    udp_out: Annotated[str | None, tyro.conf.arg(metavar="HOST:PORT")] = None,
    record: Annotated[Path | None, tyro.conf.arg(metavar="FILE.kinlog")] = None,
    csv: Annotated[Path | None, tyro.conf.arg(metavar="FILE.csv")] = None,
    warm: bool = True,
) -> None:
    """Estimate while the samples come, without a page; Ctrl-C ends it.

    Parameters
    ----------
    source
        Where samples come from.
    model
        Folder that `kinertia train` or `kinertia export` wrote; `default` is the model that comes with the package,
        and its sibling `sparse` where sensors are missing.
    seconds
        End after so long; default when the source ends, or never.
    lsl_out
        Name of Lab Streaming Layer streams to send estimates and gait events on.
    udp_out
        Address to send estimates to.
    record
        File to record the samples in, readable whatever happens.
    csv
        File to write the estimates to.
    warm
        Keep the processor warm between samples: estimates come in half the time, for about a third of one core.
    """
    from kinertia.api.models import streaming, suited
    from kinertia.cli import stream_table
    from kinertia.streaming.core import Core
    from kinertia.transport import log
    from kinertia.transport.pump import Pump

    console = Console(stderr=True)
    if source.source == "lsl" or lsl_out is not None:
        from kinertia.transport.lsl import quieten

        quieten()
    if record is not None:
        log.check_name(record)
    outputs = guard.of_stream("kinertia stream", source, model)
    outputs.check(path for path in (record, csv) if path is not None)
    loaded = streaming(model)
    with outputs.writing([] if csv is None else [csv]), _sinks(loaded, lsl_out, udp_out, csv) as sinks:
        given, subject = open_source(source)
        for warning in given.warnings:
            console.print(Text(f"warning: {warning}", style="yellow"), soft_wrap=True)
        session = given.session(subject)
        if (chosen := suited(model, session.sensors)) != model:
            loaded = streaming(chosen)
        core = Core(loaded, session)
        writer = None if record is None else log.begin(record, session, source=given.name)
        pump = Pump(given, core, sinks, writer, warm=warm)
        with pump, stream_table.shown(console, pump):
            _run(pump, seconds)
    stream_table.summarise(console, pump)
    if given.error is not None:
        raise OSError(f"{given.name}: {given.error}")


def _run(pump: Pump, seconds: float | None) -> None:
    """Until the source or the time ends, or the user asks."""
    end = None if seconds is None else time.monotonic() + seconds
    with until_asked() as asked:
        while not (asked.is_set() or pump.source.finished or (end is not None and time.monotonic() > end)):
            pump.step()


def _sinks(model: ExportedModel, lsl_out: str | None, udp_out: str | None, csv: Path | None) -> Sinks:
    """Sinks that were asked for; those that were opened are closed again when one cannot be."""
    from kinertia.transport.sink import Sink, Sinks

    names, rate, delay = model.layout.names, model.rate_hz, model.delay_samples / model.rate_hz
    opened: list[Sink] = []
    try:
        if csv is not None:
            from kinertia.transport.sink import CsvSink

            opened.append(CsvSink(csv, names, delay))
        if udp_out is not None:
            from kinertia.transport.sink import UdpSink

            opened.append(UdpSink(udp_out, "kinertia", names, rate, delay))
        if lsl_out is not None:
            from kinertia.transport.lsl_out import LslSink

            opened.append(LslSink(lsl_out, names, rate, delay))
    except BaseException:
        for sink in opened:
            sink.close()
        raise
    return Sinks(opened)
