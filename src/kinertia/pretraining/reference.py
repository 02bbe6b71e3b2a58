"""References to learn from, moved to the sensors' clock."""

from __future__ import annotations

from kinertia.metrics import sync
from kinertia.recording import Recording, RecordingError
from kinertia.sensing import strapdown
from kinertia.sensing.alignment import align


def synced(recording: Recording) -> tuple[Recording, float | None]:
    """The recording with its truth on the sensors' clock, and the shift that this took [s].

    Sensors and reference may be out of step by some samples. A model that learned this from labels would repeat it on
    recordings that are in step. Where no shift can be found (None) nothing is moved.
    """
    try:
        shift_s = sync.sync_shift(strapdown.solve(align(recording.without_truth())[0]), recording)
    except RecordingError:
        shift_s = None
    return (recording if shift_s is None else sync.on_sensor_clock(recording, shift_s)), shift_s
