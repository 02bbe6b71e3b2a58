"""``kinertia live``."""

from __future__ import annotations

import threading
import webbrowser
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import tyro
from rich.console import Console
from rich.text import Text

from kinertia.api import models
from kinertia.cli.sources import FROM_LSL, Shared, SourceOptions, begin, guard, open_source, require_source, until_asked

if TYPE_CHECKING:
    from kinertia.live.session import Adapt, LiveSession
    from kinertia.recording import Subject
    from kinertia.streaming.core import Core
    from kinertia.transport.source import Source

HOST, PORT = "127.0.0.1", 8470  # this machine alone


def live(
    recording: Annotated[Path | None, tyro.conf.Positional, tyro.conf.arg(metavar="[RECORDING]")] = None,
    /,
    source: Shared = FROM_LSL,
    model: str = "default",
    host: str = HOST,
    port: int = PORT,
    record: Annotated[Path | None, tyro.conf.arg(metavar="FILE.kinlog")] = None,
    knee: Literal["flexion", "opensim"] = "flexion",
    muscles: bool = False,
    open: bool = False,
    warm: bool = True,
) -> None:
    """Show estimates on a page in the browser while the samples come; Ctrl-C ends it. --source synthetic needs no sensors.

    Args:
        recording: Recording to replay; the same as --source replay --replay.file.
        source: Where samples come from.
        model: Folder that `kinertia train` or `kinertia export` wrote; `default` is the model that comes with the package, and
            its sibling `sparse` where sensors are missing.
        host: Address to serve the page on. Any other than the loopback address lets other devices in, who then need the token
            that is part of the printed address.
        port: Port to serve the page on; 0 takes a free one.
        record: File to record the samples in from the start. What is started on the page, recordings and adapted models, goes
            into the same folder; else into the present one.
        knee: What counts as positive at the knee: flexion, or extension as in OpenSim's gait2392. It can be switched on the
            page.
        muscles: Eight muscles a leg as well, drawn by their activation; experimental, see docs/muscles.md.
        open: Open the page in this computer's browser.
        warm: Keep the processor warm between samples: estimates come in half the time, for about a third of one core.
    """
    from kinertia.estimation.convention import Knee
    from kinertia.live.hub import Hub
    from kinertia.live.server import Server
    from kinertia.live.session import LiveSession
    from kinertia.transport.sink import Sinks

    options = _replaying(source, recording)
    outputs = guard("kinertia live", options, model, record)
    outputs.check(() if record is None else (record,))
    loaded = models.streaming(model, muscles=muscles)
    given, subject = _opened(options)
    pump, model = begin(given, subject, loaded, model, Sinks([]), record, warm=warm)
    loaded = pump.core.model
    hub = Hub(loaded.layout.names, loaded.rate_hz, Knee(knee), loaded.sensors)
    folder = Path() if record is None else record.parent
    shown = LiveSession(pump, hub, model, folder, record, _adaptation(pump.core, model))
    with pump, Server(hub, shown, subject, host, port) as server:
        console = Console(stderr=True)
        console.print(Text.assemble("Open ", (server.url, "bold"), " in a browser. Ctrl-C ends."), soft_wrap=True)
        if open:
            webbrowser.open(server.url)
        _serve(shown)
    require_source(given)


def _replaying(options: SourceOptions, recording: Path | None) -> SourceOptions:
    """The options with a recording named by itself in them."""
    if recording is None:
        return options
    if options.source not in ("lsl", "replay") or options.replay.file is not None:
        raise ValueError(f"{recording} and another source were given; name one of them")
    return replace(options, source="replay", replay=replace(options.replay, file=recording))


def _opened(options: SourceOptions) -> tuple[Source, Subject]:
    """Source and wearer; who gave no source and has no sensors is told what else there is."""
    from kinertia.recording import RecordingError

    try:
        return open_source(options)
    except RecordingError as error:
        if options.source != "lsl":
            raise
        raise ValueError(f"{error}. To look around without sensors: kinertia live --source synthetic") from error


def _adaptation(core: Core, model: str) -> Adapt | str:
    """What adapts the model, or why it cannot be."""
    from kinertia.io import extra
    from kinertia.live.session import GRAPHS
    from kinertia.runtime import model as exported
    from kinertia.streaming.adaptation import Adaptation

    if model not in exported.names() and not (Path(model) / "model.json").is_file():
        return GRAPHS
    if not extra.available("torch"):
        return f"training is not installed. Fix: {extra.install('torch')}, then start kinertia live again"
    return lambda folder: Adaptation(core, folder, start=model)


def _serve(session: LiveSession) -> None:
    """Until the user asks for the end; the page stays when the source ends."""
    with until_asked() as asked:
        estimating = threading.Thread(target=session.run, name="estimate")
        estimating.start()
        asked.wait()
        session.stop()
        estimating.join()
