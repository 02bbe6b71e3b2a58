"""The wearer's activity, recognised sample by sample from the samples before; estimates of standing in place of the model's."""

from __future__ import annotations

import numpy as np

from kinertia.estimation import standing
from kinertia.estimation.estimate import Activity
from kinertia.estimation.standing import BLEND_S, LEVEL_S, Level, Sizes
from kinertia.recording import LOWER_BODY, Array, Sensor, Subject
from kinertia.runtime.card import Card
from kinertia.sensing.activity import EVERY_S, FAR_S, SHORTEST_S, judge, observe, repetition

_REPETITION, _JUDGEMENT = 1, 2  # what can be owed of judging activities


class Watch:
    """Tells the activity of the latest sample, None before there is enough to tell.

    A new one once it has lasted half a second; standing and its end at once.
    """

    def __init__(self, rate_hz: float) -> None:
        self._rate = rate_hz
        self._room = round(FAR_S * rate_hz)
        self._every = max(round(EVERY_S * rate_hz), 1)
        self._lasting = max(round(SHORTEST_S / EVERY_S), 1)
        self._rows = np.full((2 * self._room, *LOWER_BODY.shape), np.nan)
        self._yaw = np.full(2 * self._room, np.nan)
        self.forget()

    def forget(self) -> None:
        """Start again, as after a pause."""
        self._count = self._at = self._moved = self._waited = self._owed = 0
        self._next: Activity | None = None
        self._repeats = 1.0
        self.activity: Activity | None = None

    def update(self, signals: Array, yaw: float) -> Activity | None:
        """Take in (S, C) channels of :data:`~kinertia.recording.LOWER_BODY`, NaN where missing, and the yaw rate [rad/s].

        What they say of the activity is found by :meth:`tend`, before the next sample at the latest.
        """
        self.tend()
        if self._at == len(self._rows):
            # half of what there is room for is still looked at
            self._rows[: self._room], self._yaw[: self._room] = self._rows[self._room :], self._yaw[self._room :]
            self._at = self._room
        self._rows[self._at], self._yaw[self._at] = signals, yaw
        self._at += 1
        self._count += 1
        self._moved += 1
        # the two halves of the work are done at different samples
        place = self._count % self._every
        if place == self._every // 2:
            self._owed = _REPETITION
        elif place == 0 and self._count >= SHORTEST_S * self._rate:
            self._owed = _JUDGEMENT
        return self.activity

    def tend(self, *, forgo: bool = False) -> None:
        """Do what is owed since the last sample, or never do: it takes longer than an estimate, so that none waits for it."""
        owed, self._owed = self._owed, 0
        if forgo:
            return
        if owed == _REPETITION:
            self._repeats = repetition(self._rows[self._at - min(self._moved, self._at, self._room) : self._at], self._rate)
        elif owed == _JUDGEMENT:
            self._judge()

    def levelled(self) -> Array:
        """(S, 2) specific force over the last second of standing, NaN where there is none [m/s^2]."""
        force = self._rows[self._at - min(round(LEVEL_S * self._rate), self._at) : self._at, :, :2]
        there = np.isfinite(force)
        count = there.sum(axis=0)
        return np.where(count > 0, np.where(there, force, 0.0).sum(axis=0) / np.maximum(count, 1), np.nan)

    def _judge(self) -> None:
        signals, yaw = self._rows[: self._at], self._yaw[: self._at]
        result = judge(observe(signals, yaw, self._rate, self._at - 1, self._repeats, past=True))
        if result is Activity.STANDING:
            self._moved = 0
        self._waited = self._waited + 1 if result is self._next else 1
        self._next = result
        at_once = self.activity is None or Activity.STANDING in (result, self.activity)
        if at_once or self._waited >= self._lasting:
            self.activity = result


class Standing:
    """Puts the answer of standing in place of a model's values, smoothly.

    Without landmarks among the model's outputs nothing shows the body's size, and its values stay.
    """

    def __init__(self, card: Card, rate_hz: float, subject: Subject) -> None:
        self._card, self._subject = card, subject
        self._step, self._step_s = 1.0 / max(BLEND_S * rate_hz, 1.0), 1.0 / rate_hz
        self._every = max(round(EVERY_S * rate_hz), 1)
        self._speed_at = card.layout.speed
        # both take longer than all the rest
        self._sizes: Sizes | None = None
        self._level: tuple[tuple[tuple[Sensor, ...], bytes], Level] | None = None
        self._sized = card.layout.points.stop > card.layout.points.start
        self.forget()

    def forget(self) -> None:
        """Start again, as after a pause."""
        self._part, self._age, self._row = 0.0, 0, np.empty(0)
        self._owed: Array | None = None
        self._excess = 0.0

    def mix(self, values: Array, watch: Watch) -> float:
        """Change (M,) values where the wearer stands; how much less far than the model says they came since the last [m]."""
        stands = watch.activity is Activity.STANDING and self._sized
        self._part = min(max(self._part + (self._step if stands else -self._step), 0.0), 1.0)
        if self._part == 0.0:
            self._age = 0
            return 0.0
        if stands and self._age % self._every == 0:
            self._owed = values.copy()
        if not len(self._row):
            return 0.0
        self._age += 1
        share = float(standing.smooth(np.array(self._part)))
        travelled, before = values.item(0), values.item(self._speed_at)
        # in the air a foot has no centre of pressure to be mixed
        values[:] = np.where(np.isfinite(values), values + share * (self._row - values), self._row)
        values[0] = travelled
        excess = before - values.item(self._speed_at)
        less = 0.5 * (excess + self._excess) * self._step_s
        self._excess = excess
        return less

    def tend(self, watch: Watch, sensors: tuple[Sensor, ...], *, forgo: bool = False) -> None:
        """Work out the answer that is owed since the last sample, as :meth:`Watch.tend` does its share."""
        owed, self._owed = self._owed, None
        if owed is not None and not forgo:
            self._row = self._answer(owed, watch.levelled(), sensors)

    def _answer(self, values: Array, force: Array, sensors: tuple[Sensor, ...]) -> Array:
        series, seen = self._card.series(values[None]), np.asarray(np.isfinite(force).all(axis=1))
        if self._sizes is None:
            self._sizes = Sizes.of(series, self._subject.height_m)
        if self._level is None or self._level[0] != (sensors, seen.tobytes()):
            self._level = (sensors, seen.tobytes()), Level.of(sensors, seen)
        inclination = self._level[1].inclinations(force[None])
        return self._card.values(standing.answer(inclination, self._sizes, series, self._subject, self._card.sensors))[0]
