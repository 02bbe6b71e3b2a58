"""A sensor of a lower rate in a table of a higher one: cells between its samples are empty, or hold the value before."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kinertia.checks.stage import Checked
from kinertia.numerics.spline import CubicSpline
from kinertia.recording import Array, Cause, Finding, Recording, Severity

MOST = 10
"""Longest step between samples that is looked for, in rows."""
SHARE = 0.95
"""Part of the rows that has to fit the pattern; radio links lose and repeat samples besides."""


def check(recording: Recording) -> Checked:
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
