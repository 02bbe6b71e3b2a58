"""What looks wrong in a recording, in words a user can act on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from kinertia.recording import gaps
from kinertia.recording.recording import SEGMENTS, Array, Recording
from kinertia.recording.standing import standing_periods

GRAVITY = 9.81  # m/s^2
_FROZEN_S = 0.2


class Severity(StrEnum):
    """How much a finding matters."""

    ERROR = "error"  # an estimate would be wrong
    WARNING = "warning"  # an estimate may suffer
    INFO = "info"  # worth knowing


@dataclass(frozen=True)
class Finding:
    """One thing noticed.

    Attributes
    ----------
    severity : how much it matters.
    sensor : sensor name, empty for the whole recording.
    sample : first sample concerned, if any.
    message : what it is.
    fix : what to do.
    """

    severity: Severity
    sensor: str
    sample: int | None
    message: str
    fix: str


@dataclass(frozen=True)
class GravityCheck:
    """Size of the specific force of one sensor: mean vector while standing, else the median of all samples [m/s^2]."""

    sensor: str
    size: float
    standing: bool

    @property
    def ok(self) -> bool:
        """Within 3 % of gravity while standing; while moving (runners reach 28 m/s^2) only a gross error shows."""
        return abs(self.size / GRAVITY - 1) < 0.03 if self.standing else 0.35 < self.size / GRAVITY < 3.5


def check(recording: Recording) -> list[Finding]:
    """Everything suspicious, errors first.

    Looks at missing samples, units, gravity, clipped and frozen channels, doubled and absent sensors, gyroscope offset, and
    whether the step rate fits the sampling rate.
    """
    found: list[Finding] = []
    for look in (_sensors, _missing, _units, _gravity, _clipped, _frozen, _offset, _rate):
        found.extend(look(recording))
    order = list(Severity)
    return sorted(found, key=lambda finding: order.index(finding.severity))


def with_findings(recording: Recording) -> Recording:
    """Copy whose warnings also hold the findings that matter for an estimate; of missing and clipped samples readers tell."""
    told = []
    for look in (_sensors, _units, _gravity, _frozen, _offset, _rate):
        for finding in look(recording):
            if finding.severity is Severity.INFO:
                continue
            where = f"sensor {finding.sensor}: " if finding.sensor else ""
            at = f" from sample {finding.sample}" if finding.sample is not None else ""
            told.append(f"{where}{finding.message}{at}; {finding.fix}")
    return recording.with_warnings(*told)


def gravity(recording: Recording) -> list[GravityCheck]:
    """Size of the specific force of every sensor with an accelerometer."""
    still = _still(recording)
    results = []
    for k, sensor in enumerate(recording.sensors):
        acc = recording.acc[:, k]
        good = np.isfinite(acc).all(axis=1)
        if (good & still).any():
            results.append(GravityCheck(sensor.name, float(np.linalg.norm(acc[good & still].mean(axis=0))), True))
        elif good.any():
            results.append(GravityCheck(sensor.name, float(np.median(np.linalg.norm(acc[good], axis=1))), False))
    return results


def stride_frequency(recording: Recording) -> float | None:
    """Stride frequency [Hz]: highest autocorrelation of the leg sensors' angular rate between 0.15 and 4 Hz, weighed by energy.

    None when nothing repeats (correlation below 0.4) or the recording is shorter than three seconds; 1 / duration for a cycle.
    """
    if recording.periodic:
        return 1.0 / recording.duration_s
    legs = [k for k, sensor in enumerate(recording.sensors) if sensor.segment.startswith(("femur", "tibia", "foot"))]
    source = recording.gyro if np.isfinite(recording.gyro).any() else recording.acc
    signals = source[:, legs or range(len(recording.sensors))].reshape(recording.samples, -1)
    signals = signals[np.isfinite(signals).all(axis=1)]
    if len(signals) < 3.0 * recording.rate_hz or not signals.shape[1]:
        return None
    signals = signals - signals.mean(axis=0)
    size = 1 << int(np.ceil(np.log2(2 * len(signals))))
    spectrum = np.abs(np.fft.rfft(signals, size, axis=0)) ** 2
    correlation = np.fft.irfft(spectrum.sum(axis=1), size)[: len(signals)]
    correlation = correlation / max(correlation[0], 1e-12) * len(signals) / np.arange(len(signals), 0, -1)
    first, last = max(int(recording.rate_hz / 4.0), 2), min(int(recording.rate_hz / 0.15), len(signals) // 2)
    if last <= first + 2:
        return None
    inner = correlation[first:last]
    peaks = np.flatnonzero((inner[1:-1] >= inner[:-2]) & (inner[1:-1] >= inner[2:])) + 1
    if not len(peaks) or inner[peaks].max() < 0.4:
        return None
    best = peaks[np.argmax(inner[peaks] > 0.9 * inner[peaks].max())]  # multiples of the stride correlate nearly as well
    return recording.rate_hz / float(first + best)


def _still(recording: Recording) -> np.ndarray:
    mask = np.zeros(recording.samples, dtype=bool)
    for start, stop in standing_periods(recording):
        mask[start:stop] = True
    return mask


def _sensors(recording: Recording) -> Iterator[Finding]:
    segments = [sensor.segment for sensor in recording.sensors]
    for k, sensor in enumerate(recording.sensors):
        if sensor.segment in segments[:k] and sensor.segment in SEGMENTS:
            yield Finding(
                Severity.ERROR,
                sensor.name,
                None,
                f"{sensor.segment} has more than one sensor",
                "keep one, or correct the placement",
            )
        for other in range(k):
            same = recording.acc[:, k] == recording.acc[:, other]
            if recording.samples > 10 and same.all(axis=1).mean() > 0.5:
                message = f"acceleration is the same as that of {recording.sensors[other].name}"
                yield Finding(Severity.ERROR, sensor.name, None, message, "one stream was exported twice; leave one out")
    absent = [segment for segment in SEGMENTS if segment not in segments]
    if len(absent) == len(SEGMENTS):
        yield Finding(Severity.ERROR, "", None, "no sensor is placed on a segment of the model", "give a placement")
    elif absent:
        yield Finding(
            Severity.INFO, "", None, f"no sensor on {', '.join(absent)}", "estimates there follow from the other sensors"
        )


def _missing(recording: Recording) -> Iterator[Finding]:
    for k, sensor in enumerate(recording.sensors):
        for name, array in (("acceleration", recording.acc), ("angular rate", recording.gyro)):
            if np.isnan(array[:, k]).all():
                severity = Severity.WARNING if sensor.segment in SEGMENTS else Severity.INFO
                yield Finding(severity, sensor.name, None, f"no {name}", "export it, or leave the sensor out")
    found: dict[tuple[int, str], list[gaps.Gap]] = {}
    for gap in gaps.find(recording):
        found.setdefault((gap.sensor, gap.signal), []).append(gap)
    names = {"acc": "acceleration", "gyro": "angular rate", "orientation": "orientation"}
    for (k, signal), mine in found.items():
        longest = max(gap.samples for gap in mine) / recording.rate_hz
        severity = Severity.INFO if longest <= gaps.MAX_FILL_S else Severity.WARNING
        total = sum(gap.samples for gap in mine)
        message = f"{names[signal]} missing in {len(mine)} places, {total} samples, longest {longest:.3g} s"
        fix = "fill short gaps (gaps.fill)" if severity is Severity.INFO else "crop the recording, or record again"
        yield Finding(severity, recording.sensors[k].name, mine[0].start, message, fix)


def _units(recording: Recording) -> Iterator[Finding]:
    for result in gravity(recording):
        if 0.5 < result.size < 2.0:
            yield Finding(
                Severity.ERROR,
                result.sensor,
                None,
                f"acceleration is about {result.size:.2f} in size: it looks like g",
                "state the unit g",
            )
        elif result.size > 300:
            message = f"acceleration is about {result.size:.0f} in size: it looks like mg or raw counts"
            yield Finding(Severity.ERROR, result.sensor, None, message, "state the unit, or scale the counts")
    for k, sensor in enumerate(recording.sensors):
        size = np.linalg.norm(recording.gyro[:, k], axis=1)
        size = size[np.isfinite(size)]
        if len(size) and np.percentile(size, 95) > 20.0:
            message = (
                f"angular rate exceeds {np.percentile(size, 95):.0f} rad/s in 5 % of samples: it looks like deg/s or raw counts"
            )
            yield Finding(Severity.ERROR, sensor.name, int(np.argmax(size > 20.0)), message, "state the unit deg/s")
        moving = np.nanstd(recording.acc[:, k]) if np.isfinite(recording.acc[:, k]).any() else 0.0
        if len(size) and moving > 2.0 and 0 < np.percentile(size, 99) < 0.15:
            message = "angular rate is tiny although the sensor moves: it looks converted twice"
            yield Finding(Severity.ERROR, sensor.name, None, message, "check the unit of the gyroscope")


def _gravity(recording: Recording) -> Iterator[Finding]:
    for result in gravity(recording):
        if not result.ok and not 0.5 < result.size < 2.0 and result.size <= 300:
            where = "while standing" if result.standing else "in the median"
            if result.size < 0.5:
                message, fix = (
                    f"specific force is {result.size:.2f} m/s^2 {where}: gravity seems removed",
                    "export raw acceleration",
                )
            else:
                message, fix = (
                    f"specific force is {result.size:.2f} m/s^2 {where}, expected 9.81",
                    "check unit, range and calibration",
                )
            yield Finding(Severity.WARNING, result.sensor, None, message, fix)


def _clipped(recording: Recording) -> Iterator[Finding]:
    for k, sensor in enumerate(recording.sensors):
        for name, array in (("acceleration", recording.acc), ("angular rate", recording.gyro)):
            clipped = np.zeros(recording.samples, dtype=bool)
            for axis in range(3):
                clipped |= _at_limit(array[:, k, axis])
            if clipped.any():
                share = 100.0 * clipped.mean()
                message = f"{name} is clipped at its range in {int(clipped.sum())} samples ({share:.1f} %)"
                fix = "record with a larger range; peaks are lost there"
                severity = Severity.WARNING if share > 0.2 else Severity.INFO
                yield Finding(severity, sensor.name, int(np.argmax(clipped)), message, fix)


def _at_limit(values: Array) -> np.ndarray:
    """Samples at the extreme of a channel, if it is held: three times or more, and twice in a row."""
    mask = np.zeros(len(values), dtype=bool)
    good = values[np.isfinite(values)]
    if not len(good) or good.max() == good.min():
        return mask
    for limit in (good.max(), good.min()):
        at = np.abs(values - limit) <= 1e-4 * abs(limit)  # the two ends of an integer range differ by one count
        if at.sum() >= 3 and (at[1:] & at[:-1]).any() and abs(limit) > 0.5 * np.abs(good).max():
            mask |= at
    return mask


def _frozen(recording: Recording) -> Iterator[Finding]:
    shortest = max(int(_FROZEN_S * recording.rate_hz), 5)
    for k, sensor in enumerate(recording.sensors):
        for name, array in (("acceleration", recording.acc), ("angular rate", recording.gyro)):
            same = (np.diff(array[:, k], axis=0) == 0).all(axis=1)
            held = [(a, b) for a, b in gaps.runs(same) if b - a >= shortest]
            if held:
                seconds = sum(b - a for a, b in held) / recording.rate_hz
                message = f"{name} does not change at all for {seconds:.2f} s in {len(held)} places"
                yield Finding(
                    Severity.WARNING, sensor.name, held[0][0], message, "the sensor or its radio link stopped; crop these"
                )


def _offset(recording: Recording) -> Iterator[Finding]:
    still = _still(recording)
    for k, sensor in enumerate(recording.sensors):
        good = still & np.isfinite(recording.gyro[:, k]).all(axis=1)
        if good.any():
            offset = float(np.linalg.norm(recording.gyro[good, k].mean(axis=0)))
            if offset > 0.05:
                message = f"gyroscope reads {np.rad2deg(offset):.1f} deg/s while standing"
                yield Finding(
                    Severity.WARNING, sensor.name, int(np.argmax(good)), message, "subtract it, or calibrate the sensor"
                )


def _rate(recording: Recording) -> Iterator[Finding]:
    frequency = stride_frequency(recording)
    if frequency is not None and not 0.3 <= frequency <= 2.0:
        pace = "fast" if frequency > 1 else "slow"
        message = f"the movement repeats {frequency:.2f} times a second at {recording.rate_hz:.4g} Hz: no stride is that {pace}"
        yield Finding(Severity.WARNING, "", None, message, "check the sampling rate or the cycle's duration")
