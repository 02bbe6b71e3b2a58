"""What the terminal shows of a stream: how sensors, timing and gait are doing, and at the end what happened."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from kinertia.streaming.health import SensorHealth, State

if TYPE_CHECKING:
    from kinertia.transport.pump import Pump, Timing

REFRESH_HZ = 2.0
STYLES = {State.OK: "green", State.WAITING: "dim", State.LOST: "bold red"}
COLUMNS = ("sensor", "segment", "state", "rate [Hz]", "lost", "late", "held", "double", "restarts", "drift [ppm]")


@contextmanager
def shown(console: Console, pump: Pump) -> Iterator[None]:
    """The table, drawn anew twice a second on a thread of its own; nothing where there is no terminal."""
    if not console.is_terminal:
        yield
        return
    with Live(get_renderable=lambda: picture(pump), console=console, refresh_per_second=REFRESH_HZ, transient=True):
        yield


def picture(pump: Pump) -> RenderableType:
    """The state of a stream."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for at, column in enumerate(COLUMNS):
        table.add_column(Text(column), justify="left" if at < 3 else "right", no_wrap=True)
    for sensor in pump.core.health.sensors:
        table.add_row(*_row(sensor))
    return Group(table, *(Text(line) for line in lines(pump)))


def _row(sensor: SensorHealth) -> tuple[str | Text, ...]:
    return (
        sensor.name,
        sensor.segment,
        Text(sensor.state.value, style=STYLES.get(sensor.state, "yellow")),
        _number(sensor.rate_hz, "{:.1f}"),
        f"{sensor.lost} ({sensor.lost_percent:.1f} %)",
        f"{sensor.late}",
        f"{sensor.held}",
        f"{sensor.duplicated}",
        f"{sensor.restarts}",
        _number(sensor.clock_drift_ppm, "{:.0f}"),
    )


def lines(pump: Pump) -> list[str]:
    """Sentences below the table."""
    told = [
        f"{pump.source.name}: {pump.source.status}"
        + (f"; {dropped} samples dropped" if (dropped := pump.source.dropped) else "")
    ]
    told += [f"{what}: {times}" for what, times in pump.source.counts.items() if what != "sent"]
    delay = f"output delay {1e3 * pump.core.output_delay_s:.0f} ms"
    told.append(f"compute {_times(pump.compute)}; from sample to estimate {_times(pump.behind)}; {delay}")
    if pump.calibration is not None:
        told.append(f"calibration: {pump.calibration.progress.words}")
    told.append(_gait(pump))
    if pump.log is not None:
        told.append(pump.log.status)
    if pump.sinks.status:
        told.append(pump.sinks.status)
    return told


def _gait(pump: Pump) -> str:
    frame = pump.latest
    if frame is None:
        return "no estimate yet"
    speed = float(frame.values[pump.core.model.layout.speed])
    figures = f"speed {_number(speed, '{:.2f}')} m/s, cadence {_number(frame.gait.cadence_per_min, '{:.0f}')} steps/min"
    does = "" if frame.activity is None else f"{frame.activity.word}: "
    return f"{does}{figures}, {'trusted' if frame.trust else 'not trusted: ' + '; '.join(frame.why)}"


def summarise(console: Console, pump: Pump) -> None:
    """Say what happened, when it is over."""
    share = 100.0 * pump.trusted / pump.frames if pump.frames else 0.0
    console.print(picture(pump))
    console.print(f"{pump.samples} samples in, {pump.frames} estimates out, {share:.1f} % trusted", highlight=False)


def _times(timing: Timing) -> str:
    if math.isnan(timing.p50_s):
        return "-"
    return f"p50 {1e3 * timing.p50_s:.2f} ms, p99 {1e3 * timing.p99_s:.2f} ms"


def _number(value: float, form: str) -> str:
    return form.format(value) if math.isfinite(value) else "-"
