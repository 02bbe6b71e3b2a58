"""Speed, cadence, symmetry and compute time of the last seconds, as the page shows them."""

from __future__ import annotations

import math

import msgspec
import numpy as np

from kinertia.streaming.gait import Gait

STANDING_S = 2.5
"""Without a heel strike for this long nobody walks, and figures of the last strides say nothing any more."""
SPEED_S = 2.0
MOST_STEPS_PER_MIN = 300.0
"""More cannot be; the first steps of an estimate may seem to."""


class Walking(msgspec.Struct, frozen=True):
    """What walking looks like now; None where it cannot be said.

    Attributes
    ----------
    speed : mean forward speed of the last two seconds [m/s].
    cadence : steps per minute.
    symmetry_percent : stance time, right less left, over their mean.
    stride_s : mean stride time of both feet [s].
    """

    speed: float | None = None
    cadence: float | None = None
    symmetry_percent: float | None = None
    stride_s: float | None = None


def walking(gait: Gait, since_strike_s: float, speed: np.ndarray) -> Walking:
    """Figures from the latest strides.

    Parameters
    ----------
    gait : as the last frame states it.
    since_strike_s : time since the last heel strike of either foot, NaN when there was none [s].
    speed : forward speed of the last frames, NaN where unknown [m/s].
    """
    known = speed[np.isfinite(speed)]
    mean = float(known.mean()) if known.size else None
    if not since_strike_s <= STANDING_S:
        return Walking(speed=mean)
    strides = [stride for stride in gait.stride_s if math.isfinite(stride)]
    return Walking(
        speed=mean,
        cadence=_known(gait.cadence_per_min) if gait.cadence_per_min < MOST_STEPS_PER_MIN else None,
        symmetry_percent=_known(gait.symmetry_percent),
        stride_s=sum(strides) / len(strides) if strides else None,
    )


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


class Compute(msgspec.Struct, frozen=True):
    """Time from a sample in to its estimate out, over the last ten seconds; None before the first.

    Attributes
    ----------
    p50_ms, p99_ms : half, and 99 of 100 samples took no longer [ms].
    samples : how many that is of.
    """

    p50_ms: float | None = None
    p99_ms: float | None = None
    samples: int = 0


def compute(milliseconds: np.ndarray) -> Compute:
    """Percentiles of compute times [ms], NaN where there was no estimate."""
    known = milliseconds[np.isfinite(milliseconds)]
    if not known.size:
        return Compute()
    p50, p99 = np.percentile(known, (50, 99))
    return Compute(float(p50), float(p99), int(known.size))
