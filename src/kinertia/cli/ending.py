"""Around commands that run until the user ends them."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

SWITCH_S = 5e-4
"""How long another thread, serving a page or drawing a table, may keep the estimate waiting."""


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
