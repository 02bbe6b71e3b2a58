"""Whether the sensors run on one clock: another rate, a clock that runs fast or slow, one that was started later."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kinertia.checks.stage import Checked, faulty
from kinertia.numerics.spline import CubicSpline
from kinertia.placement import clocks, steady_gait
from kinertia.placement.inference import judged
from kinertia.recording import Array, Cause, Finding, Recording, RecordingError, Severity, selection
from kinertia.recording.time_axis import at_times

MOST_MENDED = 3  # sensors that are shifted one after the other; more are no longer the exception
ENDS = (Cause.FROZEN, Cause.DEAD, Cause.MISSING)
TOGETHER = 0.6
"""Correlation of the speeds at which both thighs turn, and both shanks, mean of the two: in squats and jumps 0.7 to 1, in gait
-0.4 to 0.13."""
PASSES = 2  # what is left of a drift after one correction is found by a second
MOST = 10  # longest step between samples that is looked for, in rows
SHARE = 0.95  # part of the rows that has to fit the pattern; radio links lose and repeat samples besides


def check(recording: Recording) -> Checked:
    """Sensors of another rate are named, drifting and late ones put on the clock of the others where that is unambiguous."""
    if recording.periodic:
        return recording, ()
    which = [k for k in judged(recording) if not faulty(recording)[k]]
    try:
        gait = steady_gait.find(selection.take(recording, which)) if len(which) > 1 else None
    except RecordingError:
        return recording, ()  # without gait clocks cannot be compared
    if gait is None:
        return recording, ()
    stated = tuple(recording.sensors[k].segment for k in which)
    if _together(gait, stated):
        return recording, ()  # squats and jumps repeat as well, but say nothing of clocks
    ratio = clocks.stride_ratios(gait, stated)
    other = [i for i in range(len(which)) if abs(np.log(ratio[i])) > np.log1p(clocks.GROSS)]
    if other and 2 * len(other) < len(which):
        return recording, tuple(_other_rate(recording, which[i], float(ratio[i])) for i in other)
    stride = float(np.median(gait.stride))
    recording, drifting = _without_drift(recording, which, stride)
    recording, late = _in_step(recording, which, stride)
    drifted = {name for finding in (*drifting, *late) if finding.cause is Cause.SENSOR_RATE for name in finding.sensors}
    # where a drifting clock began is part of the same fault
    late = tuple(finding for finding in late if finding.cause is not Cause.LATE or not drifted & set(finding.sensors))
    findings = (*drifting, *late)
    return _without_ends(recording, {name for finding in findings for name in finding.sensors}), findings


def _together(gait: steady_gait.Steady, stated: tuple[str, ...]) -> bool:
    """Whether both legs turn at once, which no one late sensor makes them do: thighs and shanks alike."""
    pairs = [(f"{part}_r", f"{part}_l") for part in ("femur", "tibia")]
    on_both = [(stated.index(right), stated.index(left)) for right, left in pairs if right in stated and left in stated]
    if len(on_both) < len(pairs):
        return False
    speed = [np.linalg.norm(rates, axis=-1) for rates in gait.gyro]
    alike = [np.median([np.corrcoef(each[:, i], each[:, j])[0, 1] for each in speed]) for i, j in on_both]
    return float(np.mean(alike)) > TOGETHER


def _other_rate(recording: Recording, k: int, ratio: float) -> Finding:
    message = (
        f"its stride lasts {ratio:.2f} times as many samples as that of the other sensors: it was sampled at about "
        f"{recording.rate_hz * ratio:.3g} Hz, they at {recording.rate_hz:.4g} Hz"
    )
    fix = "export all sensors at one rate, or give its samples their own time stamps"
    return Finding(Cause.SENSOR_RATE, Severity.ERROR, message, fix, (recording.sensors[k].name,))


def _without_drift(recording: Recording, which: list[int], stride: float) -> Checked:
    total = np.ones(len(recording.sensors))
    original = recording
    for _ in range(PASSES):
        drift = clocks.drifts(selection.take(recording, which), stride)
        fast = np.where(np.abs(drift) > clocks.LEAST_DRIFT if (total == 1.0).all() else total[which] != 1.0, drift, 0.0)
        if not np.nan_to_num(fast).any() or 2 * np.count_nonzero(fast) >= len(which):
            break
        total[which] *= 1.0 + np.nan_to_num(fast)
        recording = original
        for k in np.flatnonzero(total != 1.0):
            recording = _at(recording, int(k), original.time_s / total[k])
    return recording, tuple(_drifted(recording.sensors[k].name, total[k]) for k in np.flatnonzero(total != 1.0))


def _drifted(name: str, fast: float) -> Finding:
    how = f"its clock runs {_fast(fast)} against the other sensors: it was resampled to theirs"
    return _mended(Cause.SENSOR_RATE, how, name)


def _fast(fast: float) -> str:
    return f"{100 * abs(fast - 1.0):.1f} % {'slow' if fast > 1 else 'fast'}"


def _in_step(recording: Recording, which: list[int], stride: float) -> Checked:
    stated = tuple(recording.sensors[k].segment for k in which)
    findings: list[Finding] = []
    while len(findings) < min(MOST_MENDED, (len(which) - 1) // 2):
        chosen = selection.take(recording, which)
        late = clocks.late(steady_gait.find(chosen), stated)
        if late is None:
            break
        name = recording.sensors[which[late.index]].name
        growth = clocks.growth(chosen, stated, late.index, stride)
        if abs(growth) > clocks.LEAST_GROWTH:
            # few strides tell it to half a percent, which over ten seconds is more than a foot's swing may be off
            message = (
                f"its clock runs about {_fast(1.0 - growth)} against the other sensors; the walk is too short to tell exactly"
            )
            fix = "export it with the clock of the others, give its samples their own time stamps, or leave it out"
            return recording, (*findings, Finding(Cause.SENSOR_RATE, Severity.ERROR, message, fix, (name,)))
        how = f"{abs(late.lag_s):.2f} s {'late' if late.lag_s > 0 else 'early'}"
        if stated[late.index] == "pelvis":
            other = late.again_s - abs(late.lag_s)
            message = (
                f"its clock is {how} against the other sensors, or {other:.2f} s {'early' if late.lag_s > 0 else 'late'}: "
                "every step looks alike at the pelvis"
            )
            fix = "start all sensors together, shift its rows, or leave it out"
            return recording, (*findings, Finding(Cause.LATE, Severity.ERROR, message, fix, (name,)))
        recording = _at(recording, which[late.index], recording.time_s + late.lag_s)
        findings.append(_mended(Cause.LATE, f"its clock is {how} against the other sensors: it was shifted", name))
    return recording, tuple(findings)


def _mended(cause: Cause, message: str, name: str) -> Finding:
    return Finding(cause, Severity.WARNING, message, "", (name,), mended=True)


def _without_ends(recording: Recording, names: set[str]) -> Recording:
    """Without findings that these sensors say nothing at the beginning or the end: it follows from their clock."""
    kept = [finding for finding in recording.findings if finding.cause not in ENDS or not set(finding.sensors) <= names]
    return replace(recording, findings=tuple(kept))


def _at(recording: Recording, k: int, wanted_s: Array) -> Recording:
    """The signals of one sensor at other times; missing where it has none."""
    arrays = {}
    for name in ("acc", "gyro"):
        array = getattr(recording, name).copy()
        array[:, k] = at_times(wanted_s, recording.time_s, array[:, k], recording.rate_hz)
        arrays[name] = array
    return replace(recording, **arrays)


def check_rows(recording: Recording) -> Checked:
    """Sensors that sample every second, third, ... row are brought to the rate of the table by a spline."""
    if recording.periodic:
        return recording, ()
    steps = [_step(recording.acc[:, k], recording.gyro[:, k]) for k in range(len(recording.sensors))]
    if len(set(steps)) < 2 or min(step for step, _ in steps) > 1:
        return recording, ()
    acc, gyro = recording.acc.copy(), recording.gyro.copy()
    findings = []
    for k, (step, first) in enumerate(steps):
        if step == 1:
            continue
        for signals in (acc, gyro):
            signals[:, k] = _between(signals[:, k], step, first)
        message = (
            f"it samples at {recording.rate_hz / step:.4g} Hz, the table at {recording.rate_hz:.4g} Hz: "
            "rows between its samples were filled by a smooth curve"
        )
        name = (recording.sensors[k].name,)
        findings.append(Finding(Cause.SENSOR_RATE, Severity.WARNING, message, "", name, mended=True))
    return replace(recording, acc=acc, gyro=gyro), tuple(findings)


def _step(acc: Array, gyro: Array) -> tuple[int, int]:
    """Rows from one new sample to the next and the first of them; (1, 0) for a sensor of the table's rate."""
    signals = np.concatenate([acc, gyro], axis=1)
    signals = signals[:, ~np.isnan(signals).all(axis=0)]
    if len(signals) < 4 * MOST or not signals.shape[1]:
        return 1, 0
    missing = np.isnan(signals).any(axis=1)
    held = np.concatenate([[False], (np.diff(signals, axis=0) == 0).all(axis=1)])
    new = ~missing & ~held
    row = np.arange(len(new))
    for step in range(2, MOST + 1):
        counts = np.array([new[first::step].sum() for first in range(step)])
        first = int(np.argmax(counts))
        here = new[row % step == first]
        if here.mean() > SHARE and counts[first] > SHARE * new.sum() and not new[row % step != first].mean() > 1 - SHARE:
            return step, first
    return 1, 0


def _between(signals: Array, step: int, first: int) -> Array:
    """Samples of the rows ``first``, ``first + step``, ... and a spline through them; missing where those are."""
    at = np.arange(first, len(signals), step)
    good = at[np.isfinite(signals[at]).all(axis=1)]
    result = np.full_like(signals, np.nan)
    if len(good) < 4:
        return result
    row = np.arange(len(signals))
    near = np.clip(np.searchsorted(good, row), 1, len(good) - 1)
    inside = (row > good[0] - step) & (row < good[-1] + step) & (good[near] - good[near - 1] <= step)
    result[inside] = CubicSpline(good, signals[good])(np.clip(row[inside], good[0], good[-1]))
    return result
