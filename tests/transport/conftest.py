"""A session."""

from __future__ import annotations

import pytest

from kinertia.recording import SEGMENTS, Sensor, Subject
from kinertia.streaming.sample import Session, StreamInfo


@pytest.fixture
def session() -> Session:
    """Seven sensors in one stream."""
    sensors = tuple(Sensor(segment, segment) for segment in SEGMENTS)
    return Session(Subject(70.0, 1.75), sensors, (StreamInfo("all", tuple(range(7)), 100.0),))
