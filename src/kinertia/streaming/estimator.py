"""From a grid point to a frame: alignment, the model, events, trust."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from time import perf_counter

import numpy as np

from kinertia.estimation.estimate import Activity
from kinertia.recording import LOWER_BODY, Array
from kinertia.runtime.card import Wearer
from kinertia.runtime.model import ExportedModel
from kinertia.streaming import gaps, trust
from kinertia.streaming.activity import Standing, Watch
from kinertia.streaming.frame import Frame
from kinertia.streaming.gait import Event, Feet, Steps
from kinertia.streaming.sample import Session
from kinertia.streaming.segment_signals import SegmentSignals
from kinertia.streaming.settings import Settings
from kinertia.streaming.swap import Successor, check_like
from kinertia.streaming.trust import Trust

Tap = Callable[[int, Array], None]
"""Called with the index of a grid point and (K, 6) values in sensor axes, NaN where missing, to be copied at once."""


class Estimator:
    """One wearer's model at work, whose grid points ``taps`` read, too; ``wearer`` is what training learned about them."""

    def __init__(self, model: ExportedModel, session: Session, settings: Settings) -> None:
        self.model, self._session, self._settings = model, session, settings
        self.wearer: Wearer | None = None
        self.taps: tuple[Tap, ...] = ()
        self._stepper = model.stepper(session.subject, session.sensors)
        self._step_s = 1.0 / model.rate_hz
        self._align = None if session.rotations is None else SegmentSignals(session, model.sensors)
        self._new_align: SegmentSignals | None = None
        self._asked: Successor | None = None
        self._successor: Successor | None = None
        self._room = max(round(settings.memory_s * model.rate_hz), 1)
        self._past: deque[Array] = deque(maxlen=self._room)
        self._trust = Trust(model.layout, model.rate_hz, model.delay_samples, settings, model.sensors)
        self._feet = Feet(model.layout, model.rate_hz, settings.confirm_s)
        self._steps = Steps()
        self._sensors = session.sensors
        self._watch = Watch(model.rate_hz)
        self._standing = Standing(model.card, model.rate_hz, session.subject)
        self._nothing = _constant(np.full(len(model.layout.names), np.nan))
        self._blank = _constant(np.full(model.sensors.shape, np.nan))
        self._none = _constant(np.zeros(len(model.sensors), dtype=bool))
        self._way = self._way_here = 0.0

    def frame(
        self, index: int, time_s: float, local_s: float, raw: Array, held: np.ndarray | None, known: int, begin: float
    ) -> Frame:
        """The frame of a grid point, of which index and times are as in :class:`~kinertia.streaming.frame.Frame`.

        ``raw`` (K, 6) are values in sensor axes, NaN where missing; ``held`` (K,) says where an older value stands in;
        ``known`` are the reasons not to trust it so far; ``begin`` is ``time.perf_counter()`` when work on it began [s].
        """
        self.tend()
        for tap in self.taps:
            tap(index, raw)
        if self._new_align is not None:
            self._align, self._new_align = self._new_align, None
            self.restart()
        align = self._align
        if align is None:
            return self._bare(index, time_s, local_s, None, known | trust.NOT_ALIGNED, begin)
        present, flags = align.expected, self._none
        if gaps.usable(raw):
            signals = align.turn(raw)
        else:
            signals = align.turn_some(raw)
            present = np.asarray(np.isfinite(signals).any(axis=1))
            if (present != align.expected).any():
                known |= trust.SENSOR_LOST
        if held is not None and held.any():
            flags = align.per_segment(held)
            known |= trust.SENSOR_HELD
        signals.setflags(write=False)
        if self.swapping:
            self._succeed()
        values = self._stepper.step(signals)
        self._past.append(signals)
        if self._successor is not None:
            self._successor.follow(signals)
        does = self._watch.update(LOWER_BODY.arrange(signals, self.model.sensors), align.yaw(raw))
        if does is Activity.OTHER:
            known |= trust.OTHER_ACTIVITY
        happened = self._values_known(values, index, time_s)
        reasons = self._trust.judge(values, signals, known, running=does is Activity.RUNNING)
        if values is None:
            values = self._nothing
        gait, spent = self._steps.gait, perf_counter() - begin
        return Frame(index, time_s, local_s, values, signals, present, flags, reasons, happened, gait, spent, does)

    def tend(self, *, forgo: bool = False) -> None:
        """Do between samples what no estimate need wait for; else it is done with the next one, with the same result."""
        self._watch.tend(forgo=forgo)
        self._standing.tend(self._watch, self._sensors, forgo=forgo)

    def finish(self, index: int, time_s: float, local_s: float) -> list[Frame]:
        """Frames without signals, from that index and these times on, that carry the values of the last samples."""
        if self._align is None or len(self._past) < self.model.delay_samples:
            return []
        frames = []
        for i, values in enumerate(self._stepper.finish()):
            begin, later = perf_counter(), i * self._step_s
            frames.append(self._bare(index + i, time_s + later, local_s + later, values, 0, begin))
        self.restart()
        return frames

    def restart(self) -> None:
        """Forget the movement so far, as after a pause; the way walked goes on."""
        successor = self._next_successor()
        if successor is not None:
            successor.stop()
            self._hand_over(successor)
        self._stepper.reset()
        self._way, self._way_here = self._way + self._way_here, 0.0
        self._past.clear()
        self._trust.forget()
        self._feet.forget()
        self._watch.forget()
        self._standing.forget()

    def align(self, session: Session) -> None:
        """Turn sensors in another way from the next grid point on; the movement so far is then forgotten."""
        self._sensors = session.sensors
        self._new_align = SegmentSignals(session, self.model.sensors)

    def swap(self, model: ExportedModel, wearer: Wearer | None) -> None:
        """See :meth:`kinertia.streaming.core.Core.swap`."""
        check_like(model, self.model)
        stepper = model.stepper(self._session.subject, self._session.sensors, wearer)
        # the thread that pushes takes it from here
        self._asked = Successor(model, wearer, stepper, self._room)

    @property
    def swapping(self) -> bool:
        """Whether another model is on its way."""
        return self._asked is not None or self._successor is not None

    def _next_successor(self) -> Successor | None:
        """The model that is to take over; one that was asked for later replaces one that has not arrived."""
        asked, self._asked = self._asked, None
        if asked is not None and self._successor is not None:
            self._successor.stop()
        self._successor = asked or self._successor
        return self._successor

    def _succeed(self) -> None:
        successor = self._next_successor()
        if successor is not None and not successor.started:
            successor.start(self._past)
        elif successor is not None and successor.arrived():
            if successor.last is not None:
                self._way += self._way_here - successor.last.item(0)
            self._hand_over(successor)

    def _hand_over(self, successor: Successor) -> None:
        self.model, self.wearer, self._stepper = successor.model, successor.wearer, successor.stepper
        self._successor = None

    def _values_known(self, values: Array | None, index: int, time_s: float) -> tuple[Event, ...]:
        """Events that values make certain, once they answer standing; the way walked goes on from steppers before this one."""
        if values is None:
            return ()
        self._way -= self._standing.mix(values, self._watch)
        self._way_here = values.item(0)
        if self._way:
            values[0] += self._way
        behind = self.model.delay_samples
        happened = self._feet.update(values, index - behind, time_s - behind * self._step_s, self._step_s)
        for event in happened:
            self._steps.add(event)
        return happened

    def _bare(self, index: int, time_s: float, local_s: float, values: Array | None, reasons: int, begin: float) -> Frame:
        """A frame without signals."""
        happened = self._values_known(values, index, time_s)
        if values is not None:
            reasons |= self._trust.judge(values, self._blank, 0)
        shown = self._nothing if values is None else values
        gait, none, spent = self._steps.gait, self._none, perf_counter() - begin
        does = self._watch.activity
        return Frame(index, time_s, local_s, shown, self._blank, none, none, reasons, happened, gait, spent, does)


def _constant(array: np.ndarray) -> np.ndarray:
    array.setflags(write=False)
    return array
