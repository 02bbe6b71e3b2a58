"""Spatio-temporal parameters of gait: speed, cadence, strides, steps, stance, swing, double support, flight; their symmetry
and variability. Report, terminal, tables and Python take them from here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np

from kinertia.estimation import gait, verdict
from kinertia.estimation.estimate import Activity, Estimate
from kinertia.estimation.gait import Strides
from kinertia.recording import Array

MISSING = float("nan")
OTHER_LEG = {"r": "l", "l": "r"}


@dataclass(frozen=True)
class Stride:
    """One stride, from heel strike to the next heel strike of the same foot; NaN for what is not known of it."""

    side: str  # ``r`` or ``l``
    gait: str  # ``walking`` or ``running``; empty where it was not told
    # begin_s, end_s: times of the heel strikes [s]
    begin_s: float
    end_s: float
    stance_s: float = MISSING  # from heel strike to toe off [s]
    step_time_s: float = MISSING  # from the other foot's heel strike within the stride to its end: this foot's step [s]
    # double_support_s, flight_s: how long both feet, and neither, are on the ground in the stride [s]
    double_support_s: float = MISSING
    flight_s: float = MISSING
    length_m: float = MISSING  # way of the pelvis in the stride [m]
    step_length_m: float = MISSING  # how far the heel comes down ahead of where the other one did in the step [m]
    consistent: bool | None = None  # as judged in :mod:`kinertia.estimation.verdict`; None where it cannot be
    speed_m_s: float = MISSING
    cadence_per_min: float = MISSING  # steps; two of them are a stride
    stride_time_s: float = MISSING
    # parts of the stride [%]
    stance_percent: float = MISSING
    swing_percent: float = MISSING
    swing_s: float = MISSING
    double_support_percent: float = MISSING
    flight_percent: float = MISSING


@dataclass(frozen=True)
class Quantity:
    """One parameter in words: attribute of :class:`Stride`, label, unit, digits to show; whether each leg has its own."""

    name: str
    label: str
    unit: str
    digits: int
    per_leg: bool = True


QUANTITIES = (
    Quantity("speed_m_s", "Speed", "m/s", 2, per_leg=False),
    Quantity("cadence_per_min", "Cadence", "steps/min", 0, per_leg=False),
    Quantity("stride_time_s", "Stride time", "s", 2),
    Quantity("length_m", "Stride length", "m", 2),
    Quantity("step_time_s", "Step time", "s", 2),
    Quantity("step_length_m", "Step length", "m", 2),
    Quantity("stance_percent", "Stance", "% of stride", 1),
    Quantity("stance_s", "Stance time", "s", 2),
    Quantity("swing_percent", "Swing", "% of stride", 1),
    Quantity("swing_s", "Swing time", "s", 2),
    Quantity("double_support_percent", "Double support", "% of stride", 1, per_leg=False),
    Quantity("flight_percent", "Flight", "% of stride", 1, per_leg=False),
)
_RATES = ("speed_m_s", "cadence_per_min")
_ABSENT = {Activity.WALKING.word: "flight_percent", Activity.RUNNING.word: "double_support_percent"}
"""What a kind of gait has none of, by definition."""


@dataclass(frozen=True)
class Measure:
    """Mean and standard deviation over ``count`` strides; NaN for none, and for the spread of one."""

    mean: float
    sd: float
    count: int

    @property
    def cv_percent(self) -> float:
        """Coefficient of variation: standard deviation over mean [%]."""
        return 100.0 * self.sd / abs(self.mean) if self.mean else MISSING


@dataclass(frozen=True)
class Row:
    """One parameter over all strides and of each leg; ``symmetry_percent`` is right minus left over their mean [%]."""

    quantity: Quantity
    both: Measure
    right: Measure
    left: Measure
    symmetry_percent: float


@dataclass(frozen=True)
class Parameters:
    """All strides of one kind of gait."""

    gait: str  # ``walking`` or ``running``; empty where it was not told
    strides: tuple[Stride, ...]  # of both legs, in order of time
    dropped: int = 0  # strides that are left out because their duration is far from the median: pauses, turns, missed events

    @property
    def words(self) -> str:
        """``38 strides of walking``."""
        count = len(self.strides)
        return f"{count} stride{'' if count == 1 else 's'}" + (f" of {self.gait}" if self.gait else "")

    def values(self, name: str, side: str = "") -> Array:
        """(S,) known values of an attribute of :class:`Stride`, of one leg or of both."""
        return np.array([getattr(stride, name) for stride in self._known(name, side)], dtype=float)

    def _known(self, name: str, side: str) -> list[Stride]:
        return [stride for stride in self.strides if side in ("", stride.side) and np.isfinite(getattr(stride, name))]

    def measure(self, name: str, side: str = "") -> Measure:
        """Mean and spread of an attribute of :class:`Stride`; of rates over time: mean speed is mean length over mean time."""
        values = self.values(name, side)
        if not values.size:
            return Measure(MISSING, MISSING, 0)
        weights = [stride.stride_time_s if name in _RATES else 1.0 for stride in self._known(name, side)]
        sd = float(values.std(ddof=1)) if values.size > 1 else MISSING
        return Measure(float(np.average(values, weights=weights)), sd, values.size)

    def symmetry_percent(self, name: str) -> float:
        """Right minus left over their mean [%]; NaN unless both legs are known."""
        right, left = self.measure(name, "r").mean, self.measure(name, "l").mean
        middle = 0.5 * (right + left)
        return 100.0 * (right - left) / middle if abs(middle) > 1e-9 else MISSING

    @property
    def rows(self) -> tuple[Row, ...]:
        """Every parameter that is known, in the order of :data:`QUANTITIES`."""
        wanted = [q for q in QUANTITIES if q.name != _ABSENT.get(self.gait) and self.values(q.name).any()]
        measure = self.measure
        return tuple(
            Row(q, measure(q.name), measure(q.name, "r"), measure(q.name, "l"), self.symmetry_percent(q.name)) for q in wanted
        )


def of(estimate: Estimate, *, periodic: bool, judged: Iterable[verdict.Stride] | None = None) -> tuple[Parameters, ...]:
    """Parameters of walking and of running, what there are most strides of first; empty without a complete stride.

    What an estimate lacks besides events makes parameters NaN. A ``periodic`` recording is one cycle that repeats; ``judged``
    are strides of the verdict where there is one already.
    """
    known = verdict.judge(estimate, periodic=periodic) if judged is None else judged
    consistent = {(stride.side, stride.begin_s): stride.consistent for stride in known}
    result = []
    for kind in gait.kinds(estimate, periodic=periodic):
        rows = [row for side, leg in kind.legs.items() for row in _rows(estimate, kind.word, side, leg, consistent)]
        result.append(Parameters(kind.word, tuple(sorted(rows, key=lambda row: row.begin_s)), kind.dropped))
    return tuple(sorted((one for one in result if one.strides), key=lambda one: -len(one.strides)))


def table(parameters: Iterable[Parameters]) -> dict[str, list]:
    """Every stride of every kind as columns, for data frames."""
    rows = sorted((stride for one in parameters for stride in one.strides), key=lambda stride: stride.begin_s)
    return {field.name: [getattr(row, field.name) for row in rows] for field in fields(Stride)}


def _rows(estimate: Estimate, word: str, side: str, leg: Strides, judged: dict[tuple[str, float], bool]) -> list[Stride]:
    rate_hz, other, begin_s = estimate.rate_hz, OTHER_LEG[side], float(estimate.time_s[0])
    off, other_off, strike = (
        np.sort(np.asarray(estimate.events.get(name, ()), dtype=float))
        for name in (f"toe_off_{side}", f"toe_off_{other}", f"heel_strike_{other}")
    )
    speeds = None if estimate.speed is None else gait.cut(estimate.speed, leg)[:, :-1].mean(axis=1)
    result = []
    for i, (begin, end) in enumerate(zip(leg.begin.tolist(), leg.end.tolist(), strict=True)):
        length = MISSING if speeds is None else float(speeds[i]) * (end - begin) / rate_hz
        lift, across = (_first(events, begin, end, leg.period) for events in (off, strike))
        at_s, end_s, stance_s = begin_s + begin / rate_hz, begin_s + end / rate_hz, (lift - begin) / rate_hz
        double_s, flight_s = (n / rate_hz for n in _overlaps(begin, end, lift, across, other_off, leg.period))
        duration_s = end_s - at_s
        swing_s = duration_s - stance_s
        stance, swing, double, flight = (100.0 * part_s / duration_s for part_s in (stance_s, swing_s, double_s, flight_s))
        result.append(
            Stride(
                side,
                word,
                at_s,
                end_s,
                stance_s,
                step_time_s=(end - across) / rate_hz,
                double_support_s=double_s,
                flight_s=flight_s,
                length_m=length,
                step_length_m=_step_length(estimate, side, across, end, length, leg.period),
                consistent=judged.get((side, at_s)),
                speed_m_s=length / duration_s,
                cadence_per_min=120.0 / duration_s,
                stride_time_s=duration_s,
                stance_percent=stance,
                swing_percent=swing,
                swing_s=swing_s,
                double_support_percent=double,
                flight_percent=flight,
            )
        )
    return result


def _first(events: Array, begin: float, end: float, period: int | None) -> float:
    """The first of the sorted events between two samples; NaN for none. Events of a repeating cycle repeat."""
    if period is not None:
        events = np.sort((events - begin) % period + begin)
    at = int(np.searchsorted(events, begin, side="right"))
    return float(events[at]) if at < events.size and events[at] < end else MISSING


def _overlaps(
    begin: float, end: float, lift: float, across: float, other_off: Array, period: int | None
) -> tuple[float, float]:
    """Samples of a stride in which both feet, and neither, are on the ground; NaN where an event of it is not known."""
    early, late = _first(other_off, begin, across, period), _first(other_off, across, end, period)
    # the other foot leaves the ground after this one came down (walking), or before it comes down again (running)
    first = early - begin if np.isfinite(early) else late - end
    second = lift - across
    if not np.isfinite(first + second):
        return MISSING, MISSING
    return max(first, 0.0) + max(second, 0.0), max(-first, 0.0) + max(-second, 0.0)


def _step_length(estimate: Estimate, side: str, across: float, end: float, length: float, period: int | None) -> float:
    """From where the other heel came down to where this one does [m]."""
    heels = [estimate.points.get(f"heel_{leg}") for leg in (OTHER_LEG[side], side)]
    if heels[0] is None or heels[1] is None or not np.isfinite(across):
        return MISSING

    def at(heel: Array, sample: float) -> float:
        further = 0.0
        if period is not None and sample > period - 1:
            sample, further = sample - period, length  # one period later everything is a stride further
        before = int(np.clip(np.floor(sample), 0, len(heel) - 2))
        x, x_next = heel[before, 0], heel[before + 1, 0]
        return float(x + (sample - before) * (x_next - x)) + further

    return at(heels[1], end) - at(heels[0], across)
