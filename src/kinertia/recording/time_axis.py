"""Time stamps as devices give them, to an even time axis: wraps, units, order, doubles, batches, jitter, gaps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinertia.numerics.spline import CubicSpline
from kinertia.recording import arrival
from kinertia.recording.errors import RecordingError
from kinertia.recording.finding import Cause, Finding, Severity
from kinertia.recording.recording import Array

_EVEN = 0.02  # of a step: stamps nearer to an even grid than this are even
_ROUNDED_S = (1e-2, 1e-3, 1e-4)  # what stamps are rounded to, where that is more of a step than _EVEN
_ROUNDING = 1.5  # of that: rounding moves stamps by one in all, the line through them by up to half
_IMPOSSIBLE_HZ = (4.0, 2500.0)  # no IMU for movement samples outside; slower than this, a stride has too few samples
_USUAL_HZ = (10.0, 2000.0)  # a factor of 200 wide, so that of units a factor of 1000 apart at most one fits
_UNITS = {1e-9: "ns", 1e-6: "us", 1e-3: "ms", 1.0: "s"}
_FAST_HZ = 240.0  # few record gait faster: another unit that fits is then as likely
_RARE_UNITS = {0.01: "hundredths of a second", 60.0: "minutes"}  # only where none of the others fits
_RATE_AGREES = 0.05  # a stated rate may be rounded, and clocks differ by far less
_MOST_GAP = 100  # samples that stamps may span for each that is there
_SHORTEST_S = 1e-12  # of a step: a thousandth of the smallest unit of stamps
_SHORT_STEP, _SHORT_SHARE = 0.5, 0.02  # more steps than this share below half the usual one: stamps of arrival, not of sampling
_NEAR_ROWS = 30  # stamps that are out of order by fewer rows than this may be late arrivals
_SESSION_S = 1e6  # stamps that begin further from zero are of a calendar or a counter, not seconds of a session
_FEW_STARTS = 3  # jumps back in a file of several recordings; rows in no order have many


@dataclass(frozen=True)
class TimeAxis:
    """An even time axis, and how to bring a table's columns to it."""

    rows: np.ndarray  # (N,) rows of the table that are kept, in order of time
    # pairs of kept row and row of the same instant whose values it takes where it has none
    doubles: tuple[tuple[int, int], ...]
    time_s: Array  # (N,) increasing time of the kept rows [s]
    # (N,) sample of each kept row on the even axis, where stamps are of arrival; None where values are interpolated
    index: np.ndarray | None
    # samples, rate_hz: of the even axis, which begins at ``time_s[0]``
    samples: int
    rate_hz: float
    findings: tuple[Finding, ...] = ()  # what was done

    @property
    def begin_s(self) -> float:
        """Time of the first sample [s]: as stamped where stamps count the seconds of a session, else 0."""
        first = float(self.time_s[0])
        return first if abs(first) <= _SESSION_S else 0.0

    def kept(self, values: Array) -> Array:
        """(T, C) columns of the table to (N, C), at ``time_s``."""
        if not self.doubles and len(self.rows) == len(values) and (np.diff(self.rows) == 1).all():
            return values
        values = values.copy()
        for row, other in self.doubles:
            values[row] = np.where(np.isnan(values[row]), values[other], values[row])
        return values[self.rows]

    def at(self, wanted_s: Array, values: Array) -> Array:
        """(T, C) columns of the table to (N, C) at other times; NaN where there is nothing near."""
        even = self.on_grid(values)
        return at_times(wanted_s, self.time_s[0] + np.arange(len(even)) / self.rate_hz, even, self.rate_hz)

    def on_grid(self, values: Array) -> Array:
        """(T, C) columns of the table to (samples, C) on the even axis; NaN where the stamps leave a gap."""
        values = self.kept(values)
        if self.index is None:
            return at_times(self.time_s[0] + np.arange(self.samples) / self.rate_hz, self.time_s, values, self.rate_hz)
        if len(values) == self.samples:
            return values
        even = np.full((self.samples, values.shape[1]), np.nan)
        even[self.index] = values
        return even


def find(
    time_s: Array, values: Array | None = None, *, unit_s: float = 1.0, rate_hz: float | None = None, file: str = ""
) -> TimeAxis:
    """Even time axis of time-stamped rows.

    RecordingError: fewer than two samples, stamps missing, all equal or starting again, a row number, no unit that fits.

    Parameters
    ----------
    time_s : (T,) time stamps [s], by the unit stated.
    values : (T, C) samples; rows of one stamp are the same sample where no value contradicts another.
    unit_s : unit stated [s], in which counters wrap.
    rate_hz : sampling rate stated [Hz]; stamps that contradict it win.
    file : for errors.

    Returns
    -------
    The axis. Stamps that jitter by less than half a step are times of sampling, and values are interpolated between them;
    stamps that jitter by more, or come in batches, are times of arrival: samples keep their order and are spread evenly.
    """
    if len(time_s) < 2:
        raise _refused("has fewer than two samples", file, fix="the file looks truncated", cause=None)
    findings: list[Finding] = []
    rows = np.flatnonzero(np.isfinite(time_s))
    if lost := len(time_s) - len(rows):
        row = int(np.argmax(~np.isfinite(time_s)))
        if len(rows) < max(2, 0.9 * len(time_s)):
            fix = "export it again, or state the sampling rate instead of the time column"
            raise _refused(f"{lost} time stamps are missing", file, row, fix=fix)
        findings.append(_done(Cause.TIME_STAMPS, f"{lost} rows without time stamp are left out", row))
    time, wraps = arrival.unwrap(time_s[rows], unit_s)
    if wraps:
        count = f"{len(wraps)} times" if len(wraps) > 1 else "once"
        findings.append(_done(Cause.TIME_STAMPS, f"the clock starts again from zero {count}; undone", int(rows[wraps[0]])))
    rows, time = _ordered(rows, time, file, findings)
    signals = np.zeros((len(time_s), 0)) if values is None else values
    rows, time, doubles = _merged(rows, time, signals, file, findings)
    if time[-1] <= time[0]:
        fix = "export them with more digits, or state the sampling rate instead of the time column"
        raise _refused("all time stamps are equal", file, fix=fix)
    steps = np.diff(time)
    usual = float(np.median(steps[steps > 0]))
    sampled = (steps < _SHORT_STEP * usual).mean() <= _SHORT_SHARE and (steps > 0).all()
    spread = None if sampled else arrival.spread(time)
    step = _mean_step(steps, usual) if spread is None else spread.step_s
    factor = _unit(time, step, unit_s, rate_hz, file, findings)
    time, step = time * factor, step * factor
    if (time[-1] - time[0]) / step > _MOST_GAP * len(time):
        row = int(rows[int(np.argmax(np.diff(time))) + 1])
        message = f"the time stamps leave more gap than signal: they jump by {np.diff(time).max():.4g} s"
        raise _refused(message, file, row, fix="split the file there, or correct the stamps")
    rounded = _rounded(time, step, rate_hz) if spread is None else None
    rate = _rate(1.0 / step if rounded is None else rounded[1], rate_hz, findings)
    if rounded is not None:
        index, _, tick = rounded
        samples = int(index[-1]) + 1
        message = f"time stamps are rounded to {1e3 * tick:g} ms; samples are even at {rate:.4g} Hz"
        findings.append(_done(Cause.TIME_STAMPS, message, severity=Severity.INFO))
    elif spread is not None:
        findings.append(_spread_evenly(spread, time, rate, int(rows[spread.first_uneven])))
        index = spread.index
        samples = int(index[-1]) + 1
        time = time[0] + index / rate
    else:
        index, samples = None, round(float(time[-1] - time[0]) * rate) + 1
        places = np.round((time - time[0]) * rate).astype(int)
        if (np.diff(places) > 0).all() and np.abs((time - time[0]) * rate - places).max() <= _EVEN:
            index = places
        elif (jitter := _jitter(np.diff(time), rate)) > _EVEN:
            message = f"time stamps jitter by up to {100 * jitter:.0f} % of a step; resampled evenly at {rate:.4g} Hz"
            findings.append(_done(Cause.TIME_STAMPS, message, severity=Severity.INFO))
    if abs(time[0]) > _SESSION_S:
        message = f"the time stamps begin at {time[0]:.0f} s, a date or a counter: times are counted from the first sample on"
        findings.append(Finding(Cause.TIME_STAMPS, Severity.INFO, message))
    return TimeAxis(rows, doubles, time, index, samples, rate, tuple(findings))


def _refused(
    message: str, file: str, sample: int | None = None, *, fix: str, cause: Cause | None = Cause.TIME_STAMPS
) -> RecordingError:
    return RecordingError(message, file=file, sensor="time", sample=sample, fix=fix, cause=cause)


def _done(cause: Cause, message: str, sample: int | None = None, *, severity: Severity = Severity.WARNING) -> Finding:
    return Finding(cause, severity, message, sample=sample, mended=True)


def _ordered(rows: np.ndarray, time: Array, file: str, findings: list[Finding]) -> tuple[np.ndarray, Array]:
    """Rows in order of time, unless they are in order and their stamps only arrived out of it."""
    if (np.diff(time) >= 0).all():
        return rows, time
    order = np.argsort(time, kind="stable")
    steps = np.diff(np.unique(time))
    usual = np.median(steps)
    regular = np.mean((np.abs(steps / usual - np.round(steps / usual)) < 0.1) & (steps > 0.5 * usual)) > 0.9
    if not regular and np.abs(order - np.arange(len(order))).max() < _NEAR_ROWS:
        return rows, time
    back = np.diff(time) < -_NEAR_ROWS * usual
    if not regular and 0 < back.sum() <= _FEW_STARTS:
        raise _two_recordings(int(rows[int(np.argmax(back)) + 1]), file)
    moved = int((np.diff(time) < 0).sum())
    row = int(rows[int(np.argmax(np.diff(time) < 0)) + 1])
    findings.append(_done(Cause.TIME_STAMPS, f"rows are not in order of time ({moved} steps back); sorted", row))
    return rows[order], time[order]


def _two_recordings(sample: int, file: str) -> RecordingError:
    message = "time starts again: the file holds more than one recording"
    return _refused(message, file, sample, fix="split it there, one recording a file")


def _merged(
    rows: np.ndarray, time: Array, values: Array, file: str, findings: list[Finding]
) -> tuple[np.ndarray, Array, tuple[tuple[int, int], ...]]:
    """Rows without those that repeat the row before: the same stamp, and no value that contradicts it."""
    same = np.flatnonzero(np.diff(time) == 0) + 1
    doubles: list[tuple[int, int]] = []
    dropped = np.zeros(len(rows), dtype=bool)
    head = -1
    for k in same if values.shape[1] else ():
        head = head if head >= 0 and dropped[k - 1] else k - 1
        one, other = values[rows[head]], values[rows[k]]
        if not (np.isfinite(one) & np.isfinite(other) & (one != other)).any():
            dropped[k] = True
            doubles.append((int(rows[head]), int(rows[k])))
    left = same[~dropped[same]]
    far = left[np.abs(rows[left] - rows[left - 1]) > _NEAR_ROWS]
    if len(far):
        raise _two_recordings(int(rows[far[0] - 1 : far[0] + 1].max()), file)
    if doubles:
        message = f"{len(doubles)} rows repeat the time and the values of another; merged with it"
        findings.append(_done(Cause.DOUBLED, message, doubles[0][1]))
    return rows[~dropped], time[~dropped], tuple(doubles)


def _mean_step(steps: Array, usual: float) -> float:
    """Mean step of stamps of sampling, lost samples counted."""
    for _ in range(3):  # a long gap is counted better the better the step is known
        usual = float(steps.sum() / np.maximum(np.round(steps / usual), 1).sum())
    return usual


def _rounded(time: Array, step_s: float, rate_hz: float | None) -> tuple[np.ndarray, float, float] | None:
    """Samples, rate and resolution [s] of stamps that are even but for rounding; None for others.

    Interpolating at rounded stamps would move samples, and round off what is cut off at the end of a range.
    """
    since = time - time[0]
    tick = next((t for t in _ROUNDED_S if np.abs(since / t - np.round(since / t)).max() < 1e-2), None)
    if tick is None or tick < _EVEN * step_s:
        return None
    index = np.round(since / step_s).astype(int)
    step, begin = np.polyfit(index, since, 1)
    off = since - begin - step * index
    if (np.diff(index) < 1).any() or not 2 * _EVEN * step < np.ptp(off) < _ROUNDING * tick:
        return None
    # a stated rate that is rounded, too, is kept by whoever interpolates
    if rate_hz is not None and abs(step * rate_hz - 1.0) * index[-1] > tick / step and abs(step * rate_hz - 1) <= _RATE_AGREES:
        return None
    return index, 1.0 / float(step), tick


def _jitter(steps: Array, rate: float) -> float:
    return float(np.abs(steps[steps < 1.5 / rate] * rate - 1).max(initial=0.0))


def _unit(time: Array, step_s: float, unit_s: float, rate_hz: float | None, file: str, findings: list[Finding]) -> float:
    """What stamps have to be multiplied with because their unit, or what they count, is another than stated."""
    if not _SHORTEST_S < step_s < np.inf:
        raise _refused(f"the time stamps rise by {step_s:.3g} s at a time, as no clock does", file, fix="export it again")
    stated, name = 1.0 / step_s, _UNITS.get(unit_s, f"units of {unit_s:g} s")
    low, high = _IMPOSSIBLE_HZ
    if low <= stated <= high:
        return 1.0

    def fits(unit: float) -> bool:
        return _USUAL_HZ[0] <= stated * unit_s / unit <= _USUAL_HZ[1]

    counts = np.diff(time) / unit_s
    if (np.abs(counts - 1) < 1e-6).mean() > 0.9:
        if rate_hz is not None:
            findings.append(_done(Cause.TIME_STAMPS, f"the time column counts rows; the stated {rate_hz:g} Hz are used"))
            return 1.0 / (unit_s * rate_hz)
        fix = "state the sampling rate (rate_hz in the column map, or --rate); if it counts milliseconds, state the unit ms"
        raise _refused("the time column counts rows (1, 2, 3, ...) and holds no time", file, fix=fix)
    units = next((u for u in (_UNITS, _RARE_UNITS) if any(map(fits, u))), {})
    first = next(filter(fits, units), None)
    if first is None:
        message = f"time stamps in {name} would mean {stated:.3g} Hz, and no other unit makes it a rate of a sensor"
        fix = "check the time column and its unit, or state the sampling rate instead"
        raise _refused(message, file, fix=fix, cause=Cause.TIME_UNIT)
    rate = stated * unit_s / first
    rival = next((u for u in _RARE_UNITS if unit_s == 1.0 and units is _UNITS and rate > _FAST_HZ and fits(u)), None)
    if rival is not None:
        message = (
            f"time stamps in {name} would mean {stated:.3g} Hz: {rate:.4g} Hz if they are {_UNITS[first]}, "
            f"{stated * unit_s / rival:.4g} Hz if they are {_RARE_UNITS[rival]}"
        )
        fix = "state the unit of time (time_unit in the column map), or the sampling rate instead"
        raise _refused(message, file, fix=fix, cause=Cause.TIME_UNIT)
    read = f"{units[first]} ({rate:.4g} Hz)"
    findings.append(_done(Cause.TIME_UNIT, f"time stamps in {name} would mean {stated:.3g} Hz; they are read as {read}"))
    return first / unit_s


def _rate(rate_hz: float, stated: float | None, findings: list[Finding]) -> float:
    if stated is None:
        return rate_hz
    if abs(stated / rate_hz - 1) <= _RATE_AGREES:
        return stated
    findings.append(
        _done(Cause.RATE, f"{stated:.4g} Hz is stated, the time stamps say {rate_hz:.4g} Hz; the time stamps are used")
    )
    return rate_hz


def _spread_evenly(spread: arrival.Spread, time: Array, rate: float, row: int) -> Finding:
    missing = f"; {spread.missing} samples are missing in {spread.gaps} places" if spread.missing else ", nothing is missing"
    if spread.batch > 1.2:
        what = f"about {spread.batch:.0f} samples share a time stamp (packets)"
    else:
        off = np.abs(time - time[0] - spread.index / rate - np.median(time - time[0] - spread.index / rate)).max() * rate
        what = f"time stamps jitter by up to {off:.1f} steps"
    return _done(Cause.TIME_STAMPS, f"{what}{missing}; spread evenly at {rate:.4g} Hz", row)


def at_times(wanted_s: Array, time_s: Array, values: Array, rate_hz: float) -> Array:
    """Samples (T, C) at increasing times (T,) [s] to (N, C) at others, by a cubic spline.

    NaN beyond the ends, and between samples more than 1.5 steps of ``rate_hz`` apart.
    """
    result = np.full((len(wanted_s), values.shape[1]), np.nan)
    for c in range(values.shape[1]):
        good = np.isfinite(values[:, c])
        if good.sum() >= 2:
            known = time_s[good]
            inside = (wanted_s >= known[0] - 1e-9) & (wanted_s <= known[-1] + 1e-9)
            after = np.clip(np.searchsorted(known, wanted_s), 1, len(known) - 1)
            nearest = np.minimum(np.abs(known[after] - wanted_s), np.abs(wanted_s - known[after - 1]))
            inside &= (known[after] - known[after - 1] < 1.5 / rate_hz) | (nearest < 0.02 / rate_hz)
            result[inside, c] = CubicSpline(known, values[good, c])(wanted_s[inside])
    return result
