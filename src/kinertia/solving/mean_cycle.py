"""The mean stride of a continuous recording, as one cycle that repeats."""

from __future__ import annotations

import numpy as np

from kinertia.estimation import gait
from kinertia.recording import Array, Recording
from kinertia.sensing import contact_events

TOLERANCE = 0.1  # strides whose duration is further from the median than this part of it are left out
FEWEST = 2  # strides that have a mean


def mean_cycle(recording: Recording) -> Recording:
    """Average the strides of a continuous recording in segment frames; strides with gaps do not count for the signal with them.

    RecordingError: no two strides of equal duration were found.

    Returns
    -------
    Recording of one periodic cycle, from heel strike to heel strike of one leg, at about the same rate; a warning says how many
    strides it is the mean of. A truth is averaged over the same strides.
    """
    result = contact_events.locate(recording)
    # the leg that shows more strides
    candidates = [gait.find(at, tolerance=TOLERANCE) for name, at in result.items() if name.startswith("heel_strike")]
    best = max(candidates, key=lambda cycles: cycles.count, default=None)
    if best is None or best.count < FEWEST:
        fix = "give a recording of steady walking or running with a gyroscope on a shank or foot"
        raise recording.error("no strides to average were found", fix)
    duration = float(best.durations.mean())
    samples = round(duration)

    def mean(signals: Array) -> Array:
        flat = signals.reshape(len(signals), -1)
        # the last point of a stride is the first one of the next
        columns = [gait.average(gait.cut(column, best, samples + 1))[0][:-1] for column in flat.T]
        return np.stack(columns, axis=1).reshape(samples, *signals.shape[1:])

    return recording.with_signals(
        mean(recording.acc),
        mean(recording.gyro),
        rate_hz=samples * recording.rate_hz / duration,
        periodic=True,
        begin_s=0.0,
        truth=None if recording.truth is None else recording.truth.over_time(mean),
        warnings=(*recording.warnings, f"the mean of {best.count} strides was solved, not the recording itself"),
    )
