"""What comes out: one frame per sample of the model's time grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kinertia.estimation.estimate import Activity
from kinertia.recording import Array
from kinertia.streaming import trust
from kinertia.streaming.gait import Event, Gait


@dataclass(slots=True)
class Frame:
    """One grid point. Arrays belong to nobody: read them, never change them."""

    index: int  # number of the grid point; it grows by one except over a pause
    time_s: float  # its time on the session's axis [s], zero at the first one
    # the same on the clock of ``time.perf_counter()`` [s]: when the signals were measured, as far as clocks can tell
    local_s: float
    values: Array  # (M,) named by the model's layout, NaN before there are any; of the grid point ``delay_samples`` earlier
    signals: Array  # (S, C) channels of the model's sensor set [m/s^2, rad/s] that went in now; NaN where missing
    present: np.ndarray  # (S,) whether the segment's sensor gave something
    held: np.ndarray  # (S,) whether an older value stands in for one that did not come
    reasons: int  # why not to trust the values, bits of :mod:`kinertia.streaming.trust`; zero when nothing speaks against them
    events: tuple[Event, ...]  # heel strikes and toe offs that became certain now
    gait: Gait  # stride time, cadence and symmetry from the latest events
    compute_s: float  # time it took to compute this frame [s]; waiting and output delay are no part of it
    activity: Activity | None = None  # what the wearer does, as far as the signals before show; None before it is known

    @property
    def trust(self) -> bool:
        """Whether nothing speaks against the values."""
        return self.reasons == 0

    @property
    def why(self) -> tuple[str, ...]:
        """What speaks against the values, in words."""
        return trust.describe(self.reasons)


@dataclass(frozen=True)
class Delay:
    """Parts of the output delay."""

    model_s: float  # the model looks this far ahead, for derivatives [s]
    # a grid point between two samples waits for the second one; on average of late, for the slowest stream [s]
    resampling_s: float
    patience_s: float  # how much longer a grid point waits at most when a sample does not come [s]
