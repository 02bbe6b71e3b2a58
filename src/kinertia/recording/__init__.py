"""Recordings and what is done to them before any model sees them."""

from kinertia.recording.errors import RecordingError
from kinertia.recording.finding import Cause, Finding, Severity
from kinertia.recording.recording import (
    DEFAULT_HEIGHT_M,
    DEFAULT_MASS_KG,
    GRAVITY,
    Array,
    Frame,
    Recording,
    Sensor,
    SensorPose,
    Subject,
    Truth,
)
from kinertia.recording.sensor_set import LOWER_BODY, SensorSet

__all__ = [
    "DEFAULT_HEIGHT_M",
    "DEFAULT_MASS_KG",
    "GRAVITY",
    "LOWER_BODY",
    "Array",
    "Cause",
    "Finding",
    "Frame",
    "Recording",
    "RecordingError",
    "Sensor",
    "SensorPose",
    "SensorSet",
    "Severity",
    "Subject",
    "Truth",
]
