"""``kinertia stream``."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro
from rich.console import Console
from rich.text import Text

from kinertia.cli.sources import FROM_LSL, Shared, open_source

if TYPE_CHECKING:
    from kinertia.runtime.model import ExportedModel
    from kinertia.transport.pump import Pump
    from kinertia.transport.sink import Sinks

SWITCH_S = 5e-4
"""How long another thread, drawing the table for one, may keep the estimate waiting."""


def stream(
    source: Shared = FROM_LSL,
    model: str = "default",
    seconds: float | None = None,
    lsl_out: Annotated[str | None, tyro.conf.arg(metavar="NAME")] = None,
    udp_out: Annotated[str | None, tyro.conf.arg(metavar="HOST:PORT")] = None,
    record: Annotated[Path | None, tyro.conf.arg(metavar="FILE.kinlog")] = None,
    csv: Annotated[Path | None, tyro.conf.arg(metavar="FILE.csv")] = None,
) -> None:
    """Estimate while the samples come, without a page; Ctrl-C ends it.

    Parameters
    ----------
    source
        Where samples come from.
    model
        Folder that `kinertia train` or `kinertia export` wrote; `default` is the model that comes with the package.
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
    """
    from kinertia.cli import stream_table
    from kinertia.cli.models import streaming
    from kinertia.streaming.core import Core
    from kinertia.transport import log
    from kinertia.transport.pump import Pump

    console = Console(stderr=True)
    if source.source == "lsl" or lsl_out is not None:
        from kinertia.transport import lsl_library

        lsl_library.quieten()
    loaded = streaming(model)
    given, subject = open_source(source)
    for warning in given.warnings:
        console.print(Text(f"warning: {warning}", style="yellow"), soft_wrap=True)
    session = given.session(subject)
    core = Core(loaded, session)
    with _sinks(loaded, lsl_out, udp_out, csv) as sinks:
        writer = None if record is None else log.begin(record, session, source=given.name)
        pump = Pump(given, core, sinks, writer)
        before = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH_S)
        try:
            with pump, stream_table.shown(console, pump):
                _run(pump, seconds)
        finally:
            sys.setswitchinterval(before)
    stream_table.summarise(console, pump)
    if given.error is not None:
        raise OSError(f"{given.name}: {given.error}")


def _run(pump: Pump, seconds: float | None) -> None:
    """Until the source or the time ends, or the user asks."""
    end = None if seconds is None else time.monotonic() + seconds
    with _ending() as asked:
        while not (asked.is_set() or pump.source.finished or (end is not None and time.monotonic() > end)):
            pump.step()


@contextmanager
def _ending() -> Iterator[threading.Event]:
    """An event that Ctrl-C and a request to terminate set, so that nothing is cut off in the middle."""
    asked = threading.Event()
    kinds = (signal.SIGINT, signal.SIGTERM)
    before = {kind: signal.signal(kind, lambda *_: asked.set()) for kind in kinds}
    try:
        yield asked
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)


def _sinks(model: ExportedModel, lsl_out: str | None, udp_out: str | None, csv: Path | None) -> Sinks:
    """Sinks that were asked for; those that were opened are closed again when one cannot be."""
    from kinertia.transport.sink import Sink, Sinks

    names, rate, delay = model.layout.names, model.rate_hz, model.delay_samples / model.rate_hz
    opened: list[Sink] = []
    try:
        if csv is not None:
            from kinertia.transport.csv_out import CsvSink

            opened.append(CsvSink(csv, names, delay))
        if udp_out is not None:
            from kinertia.transport.udp_out import UdpSink

            opened.append(UdpSink(udp_out, "kinertia", names, rate, delay))
        if lsl_out is not None:
            from kinertia.transport.lsl_out import LslSink

            opened.append(LslSink(lsl_out, names, rate, delay))
    except BaseException:
        for sink in opened:
            sink.close()
        raise
    return Sinks(opened)
