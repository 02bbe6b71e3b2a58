"""Part of a recording."""

from __future__ import annotations

from dataclasses import replace

from kinertia.recording.errors import RecordingError
from kinertia.recording.recording import Recording


def crop(recording: Recording, start: int, stop: int) -> Recording:
    """Samples ``start`` to ``stop`` (exclusive) of a continuous recording, truth included.

    The mean speed of the truth becomes that of the part where the truth has speed over time, else it is kept as it is. One
    periodic cycle cannot be cropped. RecordingError: a range outside the recording, or a periodic recording.
    """
    if recording.periodic:
        raise RecordingError("one periodic gait cycle cannot be cropped", file=recording.source, fix="use it whole")
    if not 0 <= start < stop <= recording.samples:
        fix = "choose a range inside"
        raise RecordingError(f"samples {start}..{stop} are outside 0..{recording.samples}", file=recording.source, fix=fix)

    return replace(
        recording,
        begin_s=recording.begin_s + start / recording.rate_hz,
        truth=recording.truth and recording.truth.over_time(lambda curve: curve[start:stop]),
        **{name: array[start:stop] for name, array in recording.arrays.items()},
    )
