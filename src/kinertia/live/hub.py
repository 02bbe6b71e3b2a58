"""Between the thread of the estimate and those who watch: frames in, bounded copies out.

Publishing costs a few microseconds whatever the number of viewers, and never waits for any of them: frames go into one ring,
and every viewer has only a place in it. One that comes too late finds its place moved on, and the frames it missed counted.
Columns are outputs in words and units that a person reads.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from kinertia.estimation.convention import KNEE as KNEE_ANGLE
from kinertia.estimation.convention import Knee, sign
from kinertia.estimation.estimate import Activity
from kinertia.recording import LOWER_BODY, Array, SensorSet
from kinertia.streaming.frame import NOTHING, Event, Frame, Gait
from kinertia.streaming.trust import SENSOR_HELD, SENSOR_LOST

DEGREES = math.degrees(1.0)
SIDES = {"r": "right", "l": "left"}
ANGLES = {
    "hip_flexion": "Hip flexion",
    "ankle_angle": "Ankle dorsiflexion",
    "pelvis_tilt": "Pelvis tilt, backward +",
    "lumbar_extension": "Trunk extension",
}
"""Coordinate without its side to words."""
KNEE = {
    Knee.FLEXION: ("Knee flexion", "Knee moment, flexion +"),
    Knee.OPENSIM: ("Knee angle, flexion \u2212", "Knee moment, extension +"),
}
"""What its angle and its moment are called, by what counts as positive."""
MOMENTS = {
    "hip_flexion": "Hip moment, flexion +",
    "ankle_angle": "Ankle moment, dorsiflexion +",
    "lumbar_extension": "Trunk moment, extension +",
}
OTHERS = {
    "pelvis_ty": ("Hip height", "m", 1.0),
    "grf_x": ("Ground reaction, forward", "BW", 1.0),
    "grf_y": ("Ground reaction, up", "BW", 1.0),
    "speed": ("Speed", "m/s", 1.0),
    "residual_x": ("Unexplained force, forward", "BW", 1.0),
    "residual_y": ("Unexplained force, up", "BW", 1.0),
    "residual_moment": ("Unexplained moment", "BWBH", 1.0),
}
LANDMARKS = ("hip", "knee_r", "ankle_r", "heel_r", "toe_r", "knee_l", "ankle_l", "heel_l", "toe_l", "head")
DRAWN = (*(f"{point}_{axis}" for point in LANDMARKS for axis in "xy"), "cop_x_r", "cop_x_l", "pelvis_tx")
MUSCLES = ("_activation", "muscles_lack_r", "muscles_lack_l")  # how such columns end
"""Columns that the stick figure needs and no curve shows, and those of muscles."""
HISTORY_S = 10.0  # what a viewer that comes (again) is shown at once
LATEST_S = 2.0  # what a viewer that cannot keep up is shown at most; older frames are left out and counted
EVENTS = 1024
EXTRA = ("trust", "held", "compute_ms")
"""Columns after the outputs: reasons not to trust and segments whose sensors were held (bits each), compute time [ms]."""


class Column(msgspec.Struct, frozen=True):
    """One column of the frames that the page gets; without label and unit where only the stick figure needs it."""

    name: str  # in the model's layout
    quantity: str  # name without its side; both legs share a chart
    side: str = ""  # ``right``, ``left`` or empty
    label: str = ""
    unit: str = ""
    scale: float = 1.0  # from the value in SI units to the one shown
    other: str = ""  # label where the other sign counts as positive (the scale is then the opposite one)


def column(name: str, knee: Knee = Knee.FLEXION) -> Column | None:
    """The column of an output; None for an output that the page has no use for."""
    if name in DRAWN or name.endswith(MUSCLES):
        return Column(name, name)
    stem = name.removesuffix("_moment")
    base, side = split_side(stem)
    moment = stem != name
    unit, scale = ("N m", 1.0) if moment else ("\u00b0", DEGREES)
    if base == KNEE_ANGLE:
        (other,) = set(Knee) - {knee}
        label, quantity = KNEE[knee][moment], base + name.removeprefix(stem)
        return Column(name, quantity, side, label, unit, sign(base, knee) * scale, KNEE[other][moment])
    if base in (table := MOMENTS if moment else ANGLES):
        return Column(name, base + name.removeprefix(stem), side, table[base], unit, scale)
    base, side = split_side(name)
    return Column(name, base, side, *OTHERS[base]) if base in OTHERS else None


def columns(names: Sequence[str], knee: Knee = Knee.FLEXION) -> tuple[Column, ...]:
    """Columns of all outputs that the page shows, in the model's order."""
    return tuple(entry for name in names if (entry := column(name, knee)) is not None)


def split_side(name: str) -> tuple[str, str]:
    """``knee_angle_r`` to (``knee_angle``, ``right``); (name, ``""``) without a side."""
    base, _, side = name.rpartition("_")
    return (base, SIDES[side]) if base and side in SIDES else (name, "")


class Hub:
    """What one session shows; one thread publishes, any number of others read.

    ``names`` are the outputs as the model's layout has them; ``knee`` says what counts as positive at the knee, until somebody
    chooses otherwise on the page.
    """

    def __init__(
        self, names: Sequence[str], rate_hz: float, knee: Knee = Knee.FLEXION, sensors: SensorSet = LOWER_BODY
    ) -> None:
        self.columns: tuple[Column, ...] = columns(names, knee)  # kept in this order; then come those of EXTRA
        self.rate_hz = rate_hz
        self.latest = round(LATEST_S * rate_hz)
        self._places = np.array([list(names).index(column.name) for column in self.columns], dtype=np.intp)
        self._chosen = np.empty(len(self._places))
        self.sensors = sensors
        self._weights = 2.0 ** np.arange(len(sensors), dtype=np.float32)
        self.ring = Ring(round(HISTORY_S * rate_hz), len(self.columns) + len(EXTRA))
        self.events: deque[tuple[int, Event]] = deque(maxlen=EVENTS)  # with the number of the frame they came with; one reader
        self.gait: Gait = NOTHING  # this and the following as of the last frame
        self.activity: Activity | None = None
        self.published_s = float("nan")  # ``time.perf_counter()`` [s]

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
    """How far one viewer has come; ``dropped`` frames were missed because it did not keep up."""

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


@dataclass(frozen=True)
class Rows:
    """Consecutive rows that a reader took."""

    first: int  # number of the first row since the stream began
    time_s: Array  # (n,) time of each row [s]
    values: np.ndarray  # (n, C) single precision
    skipped: int  # rows before these that this reader did not get, as it came too late

    def __len__(self) -> int:
        return len(self.time_s)


class Ring:
    """The last seconds of a stream, written by one thread and read by others without locks.

    The writer fills a row and only then counts it. Readers copy rows and only then look whether the writer has come round to
    them in the meantime; so neither ever waits for the other.
    """

    def __init__(self, capacity: int, width: int) -> None:
        # a margin, so that the oldest rows handed out are not the next to be overwritten
        self.capacity = capacity
        self._size = capacity + capacity // 4 + 1
        self._time = np.full(self._size, np.nan)
        self._values = np.full((self._size, width), np.nan, dtype=np.float32)
        self.count = 0

    @property
    def width(self) -> int:
        return self._values.shape[1]

    def next_row(self) -> np.ndarray:
        """(C,) the row to be filled before :meth:`commit`."""
        return self._values[self.count % self._size]

    def commit(self, time_s: float) -> None:
        """Count the row that was filled last, as of ``time_s`` [s]."""
        self._time[self.count % self._size] = time_s
        self.count += 1

    def since(self, number: int, at_most: int | None = None) -> Rows:
        """Copies of the rows from ``number`` on; of the newest ``at_most`` (default: all that are kept) if there are more."""
        while True:
            count = self.count
            limit = self.capacity if at_most is None else min(at_most, self.capacity)
            first = min(max(number, count - limit, 0), count)
            places = np.arange(first, count) % self._size
            time_s, values = self._time[places], self._values[places]
            if self.count - first < self._size:
                return Rows(first, time_s, values, max(first - number, 0))
