"""A session."""

from __future__ import annotations

import pytest

from kinertia.recording import LOWER_BODY, Sensor, Subject
from kinertia.streaming.sample import Session, StreamInfo


@pytest.fixture
def session() -> Session:
    """Seven sensors in one stream."""
    sensors = tuple(Sensor(segment, segment) for segment in LOWER_BODY.segments)
    return Session(Subject(70.0, 1.75), sensors, (StreamInfo("all", tuple(range(7)), 100.0),))
