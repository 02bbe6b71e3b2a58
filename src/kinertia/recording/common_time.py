"""Streams with their own time stamps, put on one even time axis."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kinertia.recording.errors import RecordingError
from kinertia.recording.finding import Cause, Finding, Severity
from kinertia.recording.recording import Array
from kinertia.recording.time_axis import TimeAxis

_LEAST_OVERLAP = 0.5  # of the shorter stream: less, and clocks are not the same
_RATES_AGREE = 0.02  # relative
_AT_ZERO_S = 0.5  # clocks that begin so near to zero were set to zero at their start


@dataclass(frozen=True)
class Stream:
    """One sensor's samples."""

    name: str  # of the sensor
    axis: TimeAxis  # of its stamps
    values: Array  # (T, C), as in its table


def join(streams: Sequence[Stream], *, file: str = "") -> tuple[list[Array], float, tuple[Finding, ...]]:
    """Values (samples, C) of each stream on the time that all span, the rate [Hz] that most have, and what was done.

    Of rates that as many have, the highest counts. Clocks have to agree. RecordingError: streams that share less than half of
    the shorter one's time.
    """
    rates = Counter(round(np.log(stream.axis.rate_hz) / _RATES_AGREE) for stream in streams)
    most = max(rates, key=lambda key: (rates[key], key))
    rate = float(np.median([s.axis.rate_hz for s in streams if round(np.log(s.axis.rate_hz) / _RATES_AGREE) == most]))
    ends = [(float(s.axis.time_s[0]), float(s.axis.time_s[0]) + (s.axis.samples - 1) / s.axis.rate_hz) for s in streams]
    begin, end = max(first for first, _ in ends), min(last for _, last in ends)
    shortest = min(last - first for first, last in ends)
    if end - begin < _LEAST_OVERLAP * shortest:
        late = streams[int(np.argmax([first for first, _ in ends]))]
        message = "its time stamps do not overlap with those of the other sensors"
        fix = "export the sensors on one clock, or leave this one out"
        raise RecordingError(message, file=file, sensor=late.name, fix=fix, cause=Cause.LATE)
    wanted = begin + np.arange(int((end - begin) * rate + 1e-6) + 1) / rate
    findings, values = [], [stream.axis.at(wanted, stream.values) for stream in streams]
    if other := [s for s in streams if abs(s.axis.rate_hz / rate - 1) > _RATES_AGREE]:
        said = ", ".join(f"{s.axis.rate_hz:.4g}" for s in other)
        message = f"sampled at {said} Hz by the time stamps, the others at {rate:.4g} Hz; brought to the rate of the others"
        findings.append(_done(Cause.SENSOR_RATE, message, tuple(s.name for s in other)))
    starts = np.array([first for first, _ in ends])
    if late := [s.name for s, first in zip(streams, starts, strict=True) if first - starts.min() > 1.5 / rate]:
        message = f"begins up to {starts.max() - starts.min():.3g} s after the others; joined by the time stamps"
        findings.append(_done(Cause.LATE, message, tuple(late)))
    if len(streams) > 1 and len({id(s.axis) for s in streams}) > 1 and (starts == starts[0]).all() and starts[0] < _AT_ZERO_S:
        message = "every sensor's clock begins at zero; they are taken to have started together"
        findings.append(Finding(Cause.LATE, Severity.INFO, message, "", tuple(s.name for s in streams)))
    return values, rate, tuple(findings)


def _done(cause: Cause, message: str, sensors: tuple[str, ...]) -> Finding:
    return Finding(cause, Severity.WARNING, message, sensors=sensors, mended=True)
