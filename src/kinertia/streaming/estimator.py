"""From a grid point to a frame: alignment, the model, events, trust; another model takes over without a gap."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from threading import Thread
from time import perf_counter

import numpy as np

from kinertia.estimation.estimate import Activity
from kinertia.recording import LOWER_BODY, Array, SensorSet
from kinertia.runtime.card import Wearer
from kinertia.runtime.model import ExportedModel, Stepper
from kinertia.streaming import trust
from kinertia.streaming.activity import Standing, Watch
from kinertia.streaming.frame import Event, Feet, Frame, Steps
from kinertia.streaming.grid import usable
from kinertia.streaming.muscles import Beside
from kinertia.streaming.sample import Session, Settings
from kinertia.streaming.trust import Trust

REST_S = 2e-4  # between steps, so that live samples never wait for the interpreter
NEARLY = 3  # so few samples behind, the rest is done at once
Tap = Callable[[int, Array], None]
"""Called with the index of a grid point and (K, 6) values in sensor axes, NaN where missing, to be copied at once."""


class SegmentSignals:
    """Signals of a session's grid points in segment frames; ``expected`` are the (S,) wanted segments that carry a sensor.

    Of several sensors on one segment the first counts, those on other bodies do not.
    """

    def __init__(self, session: Session, wanted: SensorSet = LOWER_BODY) -> None:
        assert session.rotations is not None
        sensors, rotations, bias = session.sensors, session.rotations, session.bias
        count, self._shape = len(sensors), wanted.shape
        positions = wanted.positions(sensors)
        self.expected = np.array([k is not None for k in positions])
        self._on = np.array([k or 0 for k in positions])
        matrix, offset, upright = np.zeros((*wanted.shape, count, 6)), np.zeros((count, 6)), np.zeros((count, 6))
        offset[:, 3:] = 0.0 if bias is None else bias
        for row in np.flatnonzero(self.expected):
            k = self._on[row]
            both = np.kron(np.eye(2), rotations[k])  # specific force and angular rate turn alike
            matrix[row, :, k] = both[list(wanted.axes)]
            upright[k, 3:] = rotations[k][1] / self.expected.sum()
        self._upright, self._turning = upright.ravel(), float((upright * offset).sum())
        self._matrix = matrix.reshape(wanted.size, 6 * count)
        self._uses = (self._matrix != 0.0).astype(np.float64)
        # rows without a sensor become NaN at no cost
        self._shift = np.where(self.expected.repeat(len(wanted.channels)), self._matrix @ offset.ravel(), np.nan)

    def turn(self, raw: Array) -> Array:
        """(S, C) signals from (K, 6) raw values without missing ones; NaN where a segment has no sensor."""
        return (self._matrix.dot(raw.ravel()) - self._shift).reshape(self._shape)

    def turn_some(self, raw: Array) -> Array:
        """The same from values of which some are NaN: a signal is missing where a channel that it needs is."""
        missing = np.isnan(raw)
        signals = self.turn(np.where(missing, 0.0, raw))
        signals[self._uses.dot(missing.ravel()).reshape(self._shape) > 0.0] = np.nan
        return signals

    def yaw(self, raw: Array) -> float:
        """Rate of turning about the segments' long axes, mean over the sensors; NaN where a value is missing [rad/s]."""
        return float(self._upright.dot(raw.ravel())) - self._turning

    def per_segment(self, flags: np.ndarray) -> np.ndarray:
        """(S,) flags of segments from (K,) flags of sensors; False without a sensor."""
        return flags[self._on] & self.expected


class Successor:
    """A stepper on its way to the present; ``last`` are the latest values that it gave.

    With more than ``room`` samples that wait, the stream has overtaken the thread.
    """

    def __init__(self, model: ExportedModel, wearer: Wearer | None, stepper: Stepper, room: int) -> None:
        self.model, self.wearer, self.stepper = model, wearer, stepper
        self.last: Array | None = None
        self._room = room
        self._waiting: deque[Array] = deque()
        self._thread = Thread(target=self._catch_up, name="kinertia-swap", daemon=True)
        self.started = self._stop = False

    def start(self, past: Sequence[Array]) -> None:
        """Begin with what the network has seen so far, oldest first."""
        self._waiting.extend(past)
        self.started = True
        self._thread.start()

    def follow(self, signals: Array) -> None:
        """Take note of a sample that the present model has been given."""
        self._waiting.append(signals)

    def arrived(self) -> bool:
        """Whether it is at the present now; the thread is then over."""
        if not self.started:
            return False
        if self._thread.is_alive():
            if len(self._waiting) <= self._room:
                return False
            self.stop()
        while self._waiting:
            self._step()
        return True

    def stop(self) -> None:
        """End the thread."""
        self._stop = True
        if self.started:
            self._thread.join()

    def _catch_up(self) -> None:
        while len(self._waiting) > NEARLY and not self._stop:
            self._step()
            time.sleep(REST_S)

    def _step(self) -> None:
        values = self.stepper.step(self._waiting.popleft())
        if values is not None:
            self.last = values


def check_like(model: ExportedModel, present: ExportedModel) -> None:
    """ValueError if a model cannot take over from the present one in a running stream."""
    for what, its, mine in (
        ("rate_hz", model.rate_hz, present.rate_hz),
        ("delay_samples", model.delay_samples, present.delay_samples),
        ("layout", model.layout.names, present.layout.names),
    ):
        if its != mine:
            raise ValueError(f"the model cannot take over: its {what} is {its}, not {mine}; start a new session with it")


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
        self._beside = Beside(model, session.subject)
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
        if usable(raw):
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
        values = self._nothing if values is None else self._beside.add(values)
        gait, spent = self._steps.gait, perf_counter() - begin
        return Frame(index, time_s, local_s, values, signals, present, flags, reasons, happened, gait, spent, does)

    def tend(self, *, forgo: bool = False) -> None:
        """Do between samples what no estimate need wait for; else it is done with the next one, with the same result."""
        self._watch.tend(forgo=forgo)
        self._standing.tend(self._watch, self._sensors, forgo=forgo)
        self._beside.tend(forgo=forgo)

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
        self._beside.forget()

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
        shown = self._nothing if values is None else self._beside.add(values)
        gait, none, spent = self._steps.gait, self._none, perf_counter() - begin
        does = self._watch.activity
        return Frame(index, time_s, local_s, shown, self._blank, none, none, reasons, happened, gait, spent, does)


def _constant(array: np.ndarray) -> np.ndarray:
    array.setflags(write=False)
    return array
