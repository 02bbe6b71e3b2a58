"""Files of one Xsens trial put side by side: by their packet counters, and by their sample times where these say otherwise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kinertia.io.text import TextTable
from kinertia.recording import Array, Cause, Finding, RecordingError, Severity, common_time, time_axis
from kinertia.recording.common_time import Stream

COUNTER_RANGE = 1 << 16  # the packet counter has 16 bits
_TIME_RANGE = 1 << 32  # SampleTimeFine has 32
_TICKS_S = (1e-4, 1e-6)  # MT Manager, DOT
_RATES_HZ = (4.0, 2000.0)  # that these sensors can have
_SAME_RATE = 0.01  # relative; rates of one radio differ by less
_SAME_STEP = 0.1  # of a step: sensors that are sampled together differ by whole steps
_LATEST_STEPS = 2000  # sensors that start further apart were not started together


@dataclass(frozen=True)
class Export:
    """One sensor's file."""

    # serial, file: serial number and path
    serial: str
    file: str
    # said_hz, rate_hz: the rate in the header (0 for none), and the one that holds
    said_hz: float
    rate_hz: float
    counter: np.ndarray  # (T,) packets without wraps
    time_s: Array | None  # (T,) ``SampleTimeFine`` [s], None where there is none
    signals: Array  # (T, 10) acc, gyro and orientation wxyz; NaN where it has none


def sample_time(table: TextTable, said_hz: float) -> Array | None:
    """(T,) ``SampleTimeFine`` without its 32-bit wrap [s]; None where it is not there. MT Manager counts 0.1 ms, DOT 1 us."""
    if "SampleTimeFine" not in table.names or np.isnan(ticks := table.numbers("SampleTimeFine")).any() or len(ticks) < 2:
        return None
    ticks = ticks[0] + np.concatenate([[0], np.cumsum(np.diff(ticks) % _TIME_RANGE)])
    step = float(np.median(np.diff(ticks)))
    fits = [unit for unit in _TICKS_S if step > 0 and _RATES_HZ[0] <= 1.0 / (step * unit) <= _RATES_HZ[1]]
    return ticks * min(fits, key=lambda unit: abs(np.log(step * unit * max(said_hz, 1.0)))) if fits else None


def rates(streams: Sequence[Export]) -> list[Finding]:
    """Rates that headers state and sample times contradict."""
    wrong = [s for s in streams if s.said_hz > 0 and s.said_hz != s.rate_hz]
    if not wrong:
        return []
    message = f"the header says {wrong[0].said_hz:g} Hz, SampleTimeFine says {wrong[0].rate_hz:.4g} Hz; SampleTimeFine is used"
    sensors = () if len(wrong) == len(streams) else tuple(s.serial for s in wrong)
    return [Finding(Cause.RATE, Severity.WARNING, message, sensors=sensors, mended=True)]


def together(streams: Sequence[Export], warnings: list[str]) -> tuple[Array, float, tuple[Finding, ...]]:
    """Signals (T, K, 10) of all sensors on the time that all span, the rate [Hz], and what was done.

    RecordingError: streams that do not overlap, or unlike rates without sample times.
    """
    rate = Counter(s.rate_hz for s in streams).most_common(1)[0][0]
    unlike = next((s for s in streams if abs(s.rate_hz / rate - 1) > _SAME_RATE), None)
    if unlike is None:
        counters, findings = _counters(streams, rate)
        return _align(streams, counters, warnings), rate, findings
    joined = []
    for s in streams:
        if s.time_s is None:
            message = f"rate {unlike.rate_hz} Hz differs from {rate} Hz of the others"
            fix = "record or export all sensors with one rate, or leave this one out of the placement"
            raise RecordingError(message, file=unlike.file, sensor=unlike.serial, fix=fix, cause=Cause.SENSOR_RATE)
        joined.append(Stream(s.serial, time_axis.find(s.time_s, file=s.file), s.signals))
    values, rate, findings = common_time.join(joined, file=str(Path(streams[0].file).parent))
    signals = np.stack(values, axis=1)
    signals[..., 6:] /= np.linalg.norm(signals[..., 6:], axis=-1, keepdims=True)
    return signals, rate, findings


def _counters(streams: Sequence[Export], rate_hz: float) -> tuple[list[np.ndarray], tuple[Finding, ...]]:
    """Packets of each stream on one count; where sample times say that streams began apart, they win over packet counters."""
    half = COUNTER_RANGE // 2
    reference = int(streams[0].counter[0])
    # a stream that starts just after the wrap is a few packets late, not 65,000 early
    starts = [(int(s.counter[0]) - reference + half) % COUNTER_RANGE - half for s in streams]
    findings: tuple[Finding, ...] = ()
    begins = [float(s.time_s[0]) for s in streams if s.time_s is not None]
    if len(begins) == len(streams):
        steps = (np.array(begins) - begins[0]) * rate_hz
        whole = np.round(steps).astype(int)
        if np.abs(steps - whole).max() < _SAME_STEP and np.ptp(whole) < _LATEST_STEPS and (whole != starts).any():
            late = tuple(s.serial for s, n, m in zip(streams, whole, starts, strict=True) if n != m)
            message = f"packet counters are up to {np.abs(whole - starts).max()} samples off SampleTimeFine, which is used"
            findings = (Finding(Cause.LATE, Severity.WARNING, message, sensors=late, mended=True),)
            starts = [int(n) for n in whole]
    return [s.counter - int(s.counter[0]) + start for s, start in zip(streams, starts, strict=True)], findings


def _align(streams: Sequence[Export], counters: list[np.ndarray], warnings: list[str]) -> Array:
    """Signals on the packets that every stream spans."""
    first, last = max(int(c[0]) for c in counters), min(int(c[-1]) for c in counters)
    if last < first:
        late = streams[int(np.argmax([c[0] for c in counters]))]
        fix = "leave it out"
        raise RecordingError("does not overlap in time with the other sensors", file=late.file, sensor=late.serial, fix=fix)
    cut = max(int(c[-1]) - int(c[0]) for c in counters) - (last - first)
    if cut:
        warnings.append(f"streams start or end at different packets: {cut} samples of the longest lie outside the common span")
    signals = np.full((last - first + 1, len(streams), 10), np.nan)
    for k, (stream, counter) in enumerate(zip(streams, counters, strict=True)):
        inside = (counter >= first) & (counter <= last)
        signals[counter[inside] - first, k] = stream.signals[inside]
    return signals
