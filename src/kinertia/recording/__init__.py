"""Recordings and what is done to them before any model sees them."""

from kinertia.recording.errors import RecordingError
from kinertia.recording.finding import Cause, Finding, Severity
from kinertia.recording.recording import (
    DEFAULT_HEIGHT_M,
    DEFAULT_MASS_KG,
    SEGMENTS,
    Array,
    Frame,
    Recording,
    Sensor,
    SensorPose,
    Subject,
    Truth,
)

__all__ = [
    "DEFAULT_HEIGHT_M",
    "DEFAULT_MASS_KG",
    "SEGMENTS",
    "Array",
    "Cause",
    "Finding",
    "Frame",
    "Recording",
    "RecordingError",
    "Sensor",
    "SensorPose",
    "Severity",
    "Subject",
    "Truth",
]
