"""Between the thread of the estimate and those who watch: frames in, bounded copies out.

Publishing costs a few microseconds whatever the number of viewers, and never waits for any of them: frames go into one ring,
and every viewer has only a place in it. One that comes too late finds its place moved on, and the frames it missed counted.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence

import numpy as np

from kinertia.estimation.convention import Knee
from kinertia.estimation.estimate import Activity
from kinertia.live.outputs import Column, columns
from kinertia.live.ring import Ring, Rows
from kinertia.recording import LOWER_BODY, SensorSet
from kinertia.streaming.frame import Frame
from kinertia.streaming.gait import NOTHING, Event, Gait
from kinertia.streaming.trust import SENSOR_HELD, SENSOR_LOST

HISTORY_S = 10.0
"""What a viewer that comes (again) is shown at once."""
LATEST_S = 2.0
"""What a viewer that cannot keep up is shown at most; older frames are left out and counted."""
EVENTS = 1024
EXTRA = ("trust", "held", "compute_ms")
"""Columns after the outputs: reasons not to trust and segments whose sensors were held (bits each), compute time [ms]."""


class Hub:
    """What one session shows.

    One thread publishes; any number of others read.

    Parameters
    ----------
    names : the outputs, as the model's layout names them.
    rate_hz : frames per second.
    knee : what counts as positive at the knee, until somebody chooses otherwise on the page.
    sensors : the set that the model reads.

    Attributes
    ----------
    columns : outputs that are kept, in this order; then come those of :data:`EXTRA`.
    ring : the frames of the last ten seconds.
    events : gait events with the number of the frame they came with; taken by one reader.
    gait : stride time, cadence and symmetry as of the last frame.
    activity : what the wearer does as of the last frame; None before it is known.
    published_s : ``time.perf_counter()`` of the last frame, NaN before [s].
    """

    def __init__(
        self, names: Sequence[str], rate_hz: float, knee: Knee = Knee.FLEXION, sensors: SensorSet = LOWER_BODY
    ) -> None:
        self.columns: tuple[Column, ...] = columns(names, knee)
        self.rate_hz = rate_hz
        self.latest = round(LATEST_S * rate_hz)
        self._places = np.array([list(names).index(column.name) for column in self.columns], dtype=np.intp)
        self._chosen = np.empty(len(self._places))
        self.sensors = sensors
        self._weights = 2.0 ** np.arange(len(sensors), dtype=np.float32)
        self.ring = Ring(round(HISTORY_S * rate_hz), len(self.columns) + len(EXTRA))
        self.events: deque[tuple[int, Event]] = deque(maxlen=EVENTS)
        self.gait: Gait = NOTHING
        self.activity: Activity | None = None
        self.published_s = float("nan")

    def publish(self, frame: Frame) -> None:
        """Show a frame; from one thread only. One in which no sensor says anything is no estimate, and is left out."""
        if frame.reasons & SENSOR_LOST and not frame.present.any():
            return
        row = self.ring.next_row()
        wide = len(self._places)
        frame.values.take(self._places, out=self._chosen, mode="clip")
        row[:wide] = self._chosen
        row[wide] = frame.reasons
        row[wide + 1] = self._weights @ frame.held if frame.reasons & SENSOR_HELD else 0.0
        row[wide + 2] = 1e3 * frame.compute_s
        for event in frame.events:
            self.events.append((self.ring.count, event))
        self.gait, self.activity = frame.gait, frame.activity
        self.ring.commit(frame.time_s)
        self.published_s = time.perf_counter()


class Place:
    """How far one viewer has come.

    Parameters
    ----------
    hub : what it watches.

    Attributes
    ----------
    dropped : frames that it missed because it did not keep up.
    """

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._next: int | None = None
        self.dropped = 0

    def take(self) -> Rows:
        """The frames since the last call; first those of the last ten seconds."""
        ring = self._hub.ring
        if self._next is None:
            rows = ring.since(0)
        else:
            rows = ring.since(self._next, self._hub.latest)
            self.dropped += rows.skipped
        self._next = rows.first + len(rows)
        return rows
