"""Counters that start again from zero: 16, 24 or 32 bits, or the end of a second, minute, hour or day."""

from __future__ import annotations

import numpy as np

from kinertia.recording.recording import Array

_BITS = (16, 24, 32)  # of counters in use
_TICKS_S = (1e-9, 1e-6, 1e-4, 1e-3, 1.0 / 32768.0)  # ns, us, Xsens' 0.1 ms, ms, Shimmer's clock: what may hide behind seconds
_CALENDAR_S = (1.0, 60.0, 3600.0, 86400.0)  # stamps without date, hour or minute begin anew after these
_LOST_STEPS = 20.0  # samples that may be lost where the clock wraps


def undo(time_s: Array, unit_s: float) -> tuple[Array, list[int]]:
    """Stamps without wraps.

    Parameters
    ----------
    time_s : (T,) stamps [s].
    unit_s : the unit in which they count [s].

    Returns
    -------
    (T,) stamps [s], and the rows at which the clock started again; both unchanged and empty where the steps back are not all of
    one and the same counter.
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
