"""A session; Lab Streaming Layer on this machine alone."""

from __future__ import annotations

import pytest

from kinertia.recording import SEGMENTS, Sensor, Subject
from kinertia.streaming.sample import Session, StreamInfo

LSL_CONFIGURATION = """
[multicast]
ResolveScope = machine
[lab]
KnownPeers = {127.0.0.1}
SessionID = kinertia-tests
[log]
level = -3
"""


@pytest.fixture
def session() -> Session:
    """Seven sensors in one stream."""
    sensors = tuple(Sensor(segment, segment) for segment in SEGMENTS)
    return Session(Subject(70.0, 1.75), sensors, (StreamInfo("all", tuple(range(7)), 100.0),))


@pytest.fixture(scope="session")
def lsl() -> None:
    """Streams are seen on this machine only."""
    pylsl = pytest.importorskip("pylsl", reason="liblsl cannot be loaded", exc_type=(ImportError, RuntimeError, OSError))
    pylsl.set_config_content(LSL_CONFIGURATION)
