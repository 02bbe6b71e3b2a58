"""``kinertia stream``, and what the terminal shows of it: sensors, timing, gait, and at the end what happened."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from kinertia.api import models
from kinertia.cli.output import plain_table, tell
from kinertia.cli.sources import FROM_LSL, Shared, begin, guard, open_source, require_source, until_asked
from kinertia.recording import Sensor, words
from kinertia.streaming.health import SensorHealth, State
from kinertia.streaming.trust import NOT_ALIGNED, describe

if TYPE_CHECKING:
    from kinertia.runtime.model import ExportedModel
    from kinertia.transport.pump import Pump, Timing
    from kinertia.transport.sink import Sinks


REFRESH_HZ = 2.0
DRIFT_PPM = 50.0
"""Quartzes are that far apart; less is not shown."""
MOST_DOUBTS = 2  # so many reasons not to trust are named at the end, the most frequent ones
STYLES = {State.OK: "green", State.WAITING: "dim", State.LOST: "bold red"}
TOLD: dict[str, Callable[[SensorHealth], int]] = {  # columns that are there once any sensor has something to tell
    "late": lambda sensor: sensor.late,
    "held": lambda sensor: sensor.held,
    "double": lambda sensor: sensor.duplicated,
    "restarts": lambda sensor: sensor.restarts,
    "drift [ppm]": lambda sensor: round(sensor.clock_drift_ppm) if abs(sensor.clock_drift_ppm) >= DRIFT_PPM else 0,
}


def stream(
    source: Shared = FROM_LSL,
    model: str = "default",
    seconds: float | None = None,
    lsl_out: Annotated[str | None, tyro.conf.arg(metavar="NAME")] = None,
    udp_out: Annotated[str | None, tyro.conf.arg(metavar="HOST:PORT")] = None,
    record: Annotated[Path | None, tyro.conf.arg(metavar="FILE.kinlog")] = None,
    csv: Annotated[Path | None, tyro.conf.arg(metavar="FILE.csv")] = None,
    muscles: bool = False,
    warm: bool = True,
) -> None:
    """Estimate while the samples come, without a page; Ctrl-C ends it.

    Args:
        source: Where samples come from.
        model: Folder that `kinertia train` or `kinertia export` wrote; `default` is the model that comes with the package, and
            its sibling `sparse` where sensors are missing.
        seconds: End after so long; default when the source ends, or never.
        lsl_out: Name of Lab Streaming Layer streams to send estimates and gait events on.
        udp_out: Address to send estimates to.
        record: File to record the samples in, readable whatever happens.
        csv: File to write the estimates to.
        muscles: Activations and forces of eight muscles a leg as well, one sample behind the rest; experimental, see
            docs/muscles.md.
        warm: Keep the processor warm between samples: estimates come in half the time, for about a third of one core.
    """
    console = Console(stderr=True)
    outputs = guard("kinertia stream", source, model, record, lsl=lsl_out is not None)
    outputs.check(path for path in (record, csv) if path is not None)
    loaded = models.streaming(model, muscles=muscles)
    with outputs.writing([] if csv is None else [csv]), _sinks(loaded, lsl_out, udp_out, csv) as sinks:
        given, subject = open_source(source)
        pump, _ = begin(given, subject, loaded, model, sinks, record, warm=warm)
        with pump, _shown(console, pump), until_asked() as asked:
            end = math.inf if seconds is None else time.monotonic() + seconds
            while not (asked.is_set() or given.finished or time.monotonic() > end):
                pump.step()
    console.print(picture(pump))
    tell(console, outcome(pump))
    require_source(given)


def _sinks(model: ExportedModel, lsl_out: str | None, udp_out: str | None, csv: Path | None) -> Sinks:
    """Sinks that were asked for; those that were opened are closed again when one cannot be."""
    from kinertia.transport.sink import CsvSink, Sink, Sinks, UdpSink

    names, rate, delay = model.layout.names, model.rate_hz, model.delay_samples / model.rate_hz
    opened: list[Sink] = []
    try:
        if csv is not None:
            opened.append(CsvSink(csv, names, delay, model.layout.muscles))
        if udp_out is not None:
            opened.append(UdpSink(udp_out, "kinertia", names, rate, delay))
        if lsl_out is not None:
            from kinertia.transport.lsl import LslSink

            opened.append(LslSink(lsl_out, names, rate, delay))
    except BaseException:
        for sink in opened:
            sink.close()
        raise
    return Sinks(opened)


@contextmanager
def _shown(console: Console, pump: Pump) -> Iterator[None]:
    """The table, drawn anew twice a second on a separate thread; nothing where there is no terminal."""
    if not console.is_terminal:
        yield
        return
    with Live(get_renderable=lambda: picture(pump), console=console, refresh_per_second=REFRESH_HZ, transient=True):
        yield


def picture(pump: Pump) -> RenderableType:
    """The state of a stream."""
    sensors = pump.core.health.sensors
    told = [name for name, of in TOLD.items() if any(of(sensor) for sensor in sensors)]
    table = plain_table(("sensor", "state", "rate [Hz]", "lost [%]", *told), ("sensor", "state"), no_wrap=True)
    for sensor in sensors:
        name = words.sensor(Sensor(sensor.name, sensor.segment))
        state = Text(sensor.state.value, style=STYLES.get(sensor.state, "yellow"))
        figures = (_number(sensor.rate_hz, "{:.1f}"), f"{sensor.lost_percent:.1f}", *(f"{TOLD[n](sensor)}" for n in told))
        table.add_row(name, state, *figures)
    return Group(table, *(Text(line) for line in lines(pump)))


def lines(pump: Pump) -> list[str]:
    """Sentences below the table."""
    source, core = pump.source, pump.core
    told = [f"Source {source.name}: {source.status}" + (f"; {source.dropped} samples dropped" if source.dropped else "")]
    told += [f"{what}: {times}" for what, times in source.counts.items() if what != "sent"]
    told.append(f"Time to compute: {_times(pump.compute)}.")
    told.append(f"From sample to estimate: {_times(pump.behind)}.")
    told.append(f"Output delay: {1e3 * core.output_delay_s:.0f} ms, by construction.")
    calibration = pump.calibration.progress
    if calibration.state != "idle":
        told.append(f"Calibration: {words.sentence(calibration.words)}")
    if calibration.before:
        told.append(f"The last try failed: {words.sentence(calibration.before)}")
    told.append(_now(pump))
    if pump.log is not None:
        told.append(pump.log.status)
    if pump.sinks.status:
        told.append(pump.sinks.status)
    return told


def _now(pump: Pump) -> str:
    frame = pump.latest
    if frame is None:
        return "No estimate yet."
    if frame.reasons & NOT_ALIGNED:
        return "No estimate yet: how the sensors sit is not known."
    speed = float(frame.values[pump.core.model.layout.speed])
    figures = f"speed {_number(speed, '{:.2f}')} m/s, cadence {_number(frame.gait.cadence_per_min, '{:.0f}')} steps/min"
    does = "" if frame.activity is None else f"{frame.activity.word}: "
    return words.sentence(f"{does}{figures}; {'trusted' if frame.trust else 'not trusted: ' + '; '.join(frame.why)}")


def outcome(pump: Pump) -> str:
    """How many samples came, how long calibration took, and how much of the estimate can be trusted."""
    rate, reasons = pump.core.model.rate_hz, pump.reasons
    unknown = sum(times for bits, times in reasons.items() if bits & NOT_ALIGNED)
    estimated = reasons.total() - unknown
    told = f"{pump.samples} samples came in. "
    if not estimated:
        why = f"calibration did not end: {pump.calibration.progress.words}" if unknown else "no sample made one complete"
        return told + words.sentence(f"there is no estimate: {why}")
    before = f"Calibration took {unknown / rate:.1f} s; after it there are" if unknown else "There are"
    told += f"{before} {estimated / rate:.1f} s of estimates, {100.0 * reasons[0] / estimated:.0f} % of them trusted"
    if pump.lacking:
        told += f". Muscles cannot give the moments at {100.0 * pump.lacking / estimated:.3g} % of the samples"
    doubts = Counter[str]()
    for bits, times in reasons.items():
        if not bits & NOT_ALIGNED:
            doubts.update(dict.fromkeys(describe(bits), times))
    if not doubts:
        return f"{told}."
    named = ", ".join(f"{times / rate:.1f} s ({why})" for why, times in doubts.most_common(MOST_DOUBTS))
    return f"{told}. Not trusted: {named}."


def _times(timing: Timing) -> str:
    if math.isnan(timing.p50_s):
        return "not known"
    return f"median {1e3 * timing.p50_s:.2f} ms, 99 % within {1e3 * timing.p99_s:.2f} ms"


def _number(value: float, form: str) -> str:
    return form.format(value) if math.isfinite(value) else "-"
