"""Whether the movement is gait, at a pace that people have."""

from __future__ import annotations

import numpy as np

from kinertia.checks.stage import Checked, faulty, standing
from kinertia.placement import steady_gait
from kinertia.placement.inference import judged
from kinertia.recording import Cause, Finding, Frame, Recording, RecordingError, Severity, selection
from kinertia.recording.gaps import runs
from kinertia.sensing import gait_phase

STRIDES_HZ = (0.3, 2.0)  # strides per second of the slowest and the fastest people
SHORTEST_GAIT_S = 1.5  # two strides of a runner
MOSTLY = 0.7  # part of a recording that is standing, where people do nothing else


def check(recording: Recording) -> Checked:
    """Whether there is gait, and whether its stride fits the sampling rate."""
    if recording.periodic or recording.duration_s < SHORTEST_GAIT_S or faulty(recording).all():
        return recording, _pace(recording)
    if _moves_for_s(recording) >= SHORTEST_GAIT_S:
        return recording, _pace(recording)
    needs = recording.frame is Frame.SENSOR
    severity = Severity.ERROR if needs else Severity.WARNING
    fix = "record some strides of walking straight ahead too: they show how the sensors sit" if needs else ""
    if standing(recording).mean() > MOSTLY:
        return recording, (Finding(Cause.STANDING_ONLY, severity, "standing only, no walking", fix),)
    return recording, (Finding(Cause.NO_GAIT, severity, "no gait: nobody walks or runs here", fix),)


def _moves_for_s(recording: Recording) -> float:
    """Longest time for which most sensors that live turn as they do in gait [s]."""
    available = np.flatnonzero(np.isfinite(recording.gyro).all(axis=2).any(axis=0))
    if not len(available):
        return np.inf  # without gyroscopes nothing is known
    rates = recording.gyro[:, available] - np.nanmedian(recording.gyro[:, available], axis=0)
    moving = gait_phase.moving(np.nan_to_num(rates), recording.rate_hz)
    return max((stop - start for start, stop in runs(moving)), default=0) / recording.rate_hz


def _pace(recording: Recording) -> tuple[Finding, ...]:
    if faulty(recording, Cause.RATE).any():
        return ()
    frequency = stride_frequency(recording)
    if frequency is None or STRIDES_HZ[0] <= frequency <= STRIDES_HZ[1]:
        return ()
    pace = "fast" if frequency > 1 else "slow"
    message = f"the movement repeats {frequency:.2f} times a second at {recording.rate_hz:.4g} Hz: no stride is that {pace}"
    return (Finding(Cause.RATE, Severity.WARNING, message, "check the sampling rate or the cycle's duration"),)


def stride_frequency(recording: Recording) -> float | None:
    """Strides per second of the commonest steady pace; None where nothing repeats like a stride. 1 / duration for a cycle."""
    if recording.periodic:
        return 1.0 / recording.duration_s
    which = judged(recording)
    try:
        return steady_gait.find(selection.take(recording, which)).stride_hz if which else None
    except RecordingError:
        return None
