"""Stamps that are no times of sampling: counters that start again from zero, and times of arrival.

Of arrival: samples are taken at even times, so their stamps are a line over their number plus the delay of each. A lost sample
shifts all stamps after it by a whole step, a delay only some.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinertia.recording.recording import Array

_BITS = (16, 24, 32)  # of counters in use
_TICKS_S = (1e-9, 1e-6, 1e-4, 1e-3, 1.0 / 32768.0)  # ns, us, Xsens' 0.1 ms, ms, Shimmer's clock: what may hide behind seconds
_CALENDAR_S = (1.0, 60.0, 3600.0, 86400.0)  # stamps without date, hour or minute begin anew after these
_LOST_STEPS = 20.0  # samples that may be lost where the clock wraps
_WIDTH = 8  # arrivals whose median delay is compared: their noise falls to a third
_APART = 50  # arrivals over which a step is measured
_SURE = 5.0  # of the noise of a shift: a loss in 1e6 by chance
_LEAST_SHIFT = 0.75  # of a step


@dataclass(frozen=True)
class Spread:
    """Samples on an even axis."""

    index: np.ndarray  # (N,) number of each sample from the first
    step_s: float  # time between samples [s]
    batch: float  # samples that share a stamp in the mean
    # missing, gaps: samples lost, and in how many places
    missing: int
    gaps: int
    first_uneven: int  # the first sample whose step is not the usual


def spread(time_s: Array) -> Spread:
    """Even axis under stamps of arrival.

    ``time_s``: (N,) stamps in the order of the samples [s]; two or more, not all equal.
    """
    rows = np.arange(len(time_s))
    ends = np.append(np.flatnonzero(np.diff(time_s) != 0), len(time_s) - 1)  # a packet is sent when its last sample is taken
    sent = time_s[ends]
    batch = len(rows) / len(ends)
    step = float(time_s[-1] - time_s[0]) / (len(rows) - 1)
    apart = min(max(len(ends) // 4, 1), _APART)
    if len(ends) > 3 * apart:  # lost samples stretch the whole, but few stretches within it
        step = float(np.median((sent[apart:] - sent[:-apart]) / (ends[apart:] - ends[:-apart])))
    lost = np.zeros(len(ends), dtype=int)
    for _ in range(2):
        lost = _lost(sent / step - ends)
        step = float(np.polyfit(ends + np.cumsum(lost), sent - sent[0], 1)[0])
    before = np.zeros(len(rows), dtype=int)
    before[np.append(0, ends[:-1] + 1)] = lost
    first = int(np.argmax(np.abs(np.diff(time_s) / step - 1) > 0.5))
    return Spread(rows + np.cumsum(before), step, batch, int(lost.sum()), int((lost > 0).sum()), first)


def _lost(late: Array) -> np.ndarray:
    """(N,) samples lost just before each arrival: where the median delay after is longer than before by whole steps.

    ``late``: (N,) delay of each arrival, in steps.
    """
    lost = np.zeros(len(late), dtype=int)
    if len(late) < 4 * _WIDTH:
        return lost
    windows = np.median(np.lib.stride_tricks.sliding_window_view(late, _WIDTH), axis=1)
    shift = windows[_WIDTH:] - windows[:-_WIDTH]  # at arrival _WIDTH + k
    noise = 1.4826 * float(np.median(np.abs(shift - np.median(shift))))
    while shift.max() > max(_LEAST_SHIFT, _SURE * noise):
        high = np.flatnonzero(shift > 0.9 * shift.max())
        near = high[high < high[0] + _WIDTH]
        peak = int(near[np.argmax(np.diff(late)[near + _WIDTH - 1])])  # of a flat top, where the jump itself is
        lost[_WIDTH + peak] = max(round(float(shift[peak])), 1)
        shift[max(peak - _WIDTH, 0) : peak + _WIDTH] = -np.inf
    return lost


def unwrap(time_s: Array, unit_s: float) -> tuple[Array, list[int]]:
    """Stamps (T,) [s] without the wraps of a counter in ``unit_s`` [s], and the rows at which it started again.

    Counters have 16, 24 or 32 bits, or end with a second, minute, hour or day; where the steps back are not all of one and the
    same counter, nothing is undone.
    """
    steps = np.diff(time_s)
    forward = steps[steps > 0]
    if not len(forward) or (steps >= 0).all():
        return time_s, []
    usual = float(np.median(forward))
    back = np.flatnonzero(steps < -_LOST_STEPS * usual)  # smaller steps back are late arrivals
    if not len(back) or (len(back) == 1 and time_s[back[0] + 1] == time_s[0]):  # starting as before: another recording
        return time_s, []
    periods = sorted({2.0**bits * tick for bits in _BITS for tick in (unit_s, *_TICKS_S)} | set(_CALENDAR_S))
    for period in (p for p in periods if p > time_s.max() - time_s.min()):
        onward = steps[back] + period
        if ((onward > -2 * usual) & (onward < _LOST_STEPS * usual)).all():
            added = np.zeros(len(time_s))
            added[back + 1] = period
            return time_s + np.cumsum(added), [int(k) + 1 for k in back]
    return time_s, []
