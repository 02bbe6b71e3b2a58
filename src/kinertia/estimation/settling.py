"""From when on, and up to where, a network has seen enough of a recording for its estimate to be judged."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kinertia.recording import Array

WARM_UP_S = 1.0
"""After a start, or after a sensor is lost or returns. Shipped models begun anew within five recordings of walking (gait
toolbox, HuGaDB) against the same models over the whole: angles 8 to 14 deg apart at 0.1 to 0.2 s, 1.2 to 2.6 deg at 0.5 to
0.75 s, 0.3 to 1.1 deg (0.3 % BWBH, 0.05 BW) at 1 to 1.5 s. A sensor that returns: 1.3 deg after 0.5 s, 0.3 deg after 1 s."""


def settled(present: Array, rate_hz: float, ahead: int) -> NDArray[np.bool_]:
    """(T,) where a network's values may be judged, from (T, S, C) 1 where it saw a signal.

    False for :data:`WARM_UP_S` after the start and after each loss or return of a signal, while there is no signal at all, and
    in the last samples, which look ``ahead`` past the end.
    """
    seen = (present > 0).reshape(len(present), -1)
    result: NDArray[np.bool_] = np.asarray(seen.any(axis=1))
    for change in (0, *(np.flatnonzero((seen[1:] != seen[:-1]).any(axis=1)) + 1).tolist()):
        result[change : change + round(WARM_UP_S * rate_hz)] = False
    result[max(len(seen) - ahead, 0) :] = False
    return result


def nearest(settled_at: NDArray[np.bool_], rate_hz: float, wanted_s: Array) -> NDArray[np.bool_]:
    """(N,) True at the wanted times [s] that lie between flagged samples (T,) of another rate."""
    at = np.minimum(wanted_s * rate_hz, len(settled_at) - 1)
    # a time that misses a sample by rounding alone lies on it
    low, high = (np.clip(x.astype(int), 0, len(settled_at) - 1) for x in (np.floor(at + 1e-6), np.ceil(at - 1e-6)))
    return settled_at[low] & settled_at[high]
