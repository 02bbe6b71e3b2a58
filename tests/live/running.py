"""A session with the shipped model on a thread."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

from kinertia.live.hub import Hub
from kinertia.live.session import LiveSession
from kinertia.runtime import model as exported
from kinertia.streaming.core import Core
from kinertia.transport.pump import Pump
from kinertia.transport.sink import Sinks
from kinertia.transport.source import Source


class Running:
    """A session on its thread."""

    def __init__(self, source: Source, folder: Path, *, muscles: bool = False) -> None:
        self.model = replace(exported.load(), muscles=muscles)
        self.hub = Hub(self.model.layout.names, self.model.rate_hz)
        self.pump = Pump(source, Core(self.model, source.session()), Sinks([]))
        self.session = LiveSession(self.pump, self.hub, "default", folder)
        self._thread = threading.Thread(target=self.session.run)

    def __enter__(self) -> Running:
        self.pump.__enter__()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.session.stop()
        self._thread.join()
        self.pump.close()
