"""A session; Lab Streaming Layer on this machine alone."""

from __future__ import annotations

import pytest
from transport_tools import LSL_CONFIGURATION

from kinertia.recording import SEGMENTS, Sensor, Subject
from kinertia.streaming.sample import Session, StreamInfo


@pytest.fixture
def session() -> Session:
    """Seven sensors in one stream."""
    sensors = tuple(Sensor(segment, segment) for segment in SEGMENTS)
    return Session(Subject(70.0, 1.75), sensors, (StreamInfo("all", tuple(range(7)), 100.0),))


@pytest.fixture(scope="session")
def lsl() -> None:
    """Streams are seen on this machine only."""
    import pylsl

    pylsl.set_config_content(LSL_CONFIGURATION)
