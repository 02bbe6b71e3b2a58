"""One sample in, one estimate out."""

from __future__ import annotations

from dataclasses import replace
from threading import Lock
from time import perf_counter

import numpy as np

from kinertia.recording import Array
from kinertia.runtime.card import Wearer
from kinertia.runtime.model import ExportedModel
from kinertia.streaming import trust
from kinertia.streaming.clock import JUMPED, NOT_YET, LocalTime
from kinertia.streaming.estimator import Estimator, Tap
from kinertia.streaming.frame import Delay, Frame
from kinertia.streaming.grid import Grid, Pending, as_values, usable, without_absurd
from kinertia.streaming.health import Health, examine
from kinertia.streaming.inlet import Inlet
from kinertia.streaming.order import BEHIND
from kinertia.streaming.sample import Sample, Session, Settings, check

WAIT_FOR_FIRST_S = 1.0  # how long the first stream is waited for before another one gives the time
AHEAD_S = 0.5  # how far one stream can be ahead of the others, beyond the longest silence


class Core:
    """One wearer's stream of samples, turned into a stream of frames; ValueError if the session contradicts itself.

    ``push``, ``poll`` and ``finish`` belong to one thread; everything else may be used from any. It is ``paused`` when all
    sensors have been silent for long, so that no frames come.
    """

    def __init__(self, model: ExportedModel, session: Session, settings: Settings | None = None) -> None:
        check(session)
        self.session, self.settings = session, settings or Settings()
        self._grid, self._local = Grid(model.rate_hz), LocalTime()
        self._pending = Pending(len(session.sensors), round((AHEAD_S + self.settings.pause_s) * model.rate_hz))
        self._inlets = tuple(Inlet(i, info, self._grid, self._pending, self.settings) for i, info in enumerate(session.streams))
        self._estimator = Estimator(model, session, self.settings)
        self._tapping = Lock()
        self._rejected = 0
        self._begun_s = self._heard_s = -np.inf
        self.paused = False

    @property
    def model(self) -> ExportedModel:
        """The model whose estimates come out."""
        return self._estimator.model

    @property
    def wearer(self) -> Wearer | None:
        """What training learned about the wearer, if the model was adapted."""
        return self._estimator.wearer

    @property
    def health(self) -> Health:
        """How every sensor is doing now."""
        return examine(self.session.sensors, self._inlets, self._local.now_s, self.settings.lost_s, self._rejected)

    @property
    def delay(self) -> Delay:
        """How far estimates are behind, by construction."""
        waits = (max(inlet.wait_s for inlet in self._inlets), max(inlet.patience_s for inlet in self._inlets))
        return Delay(self.model.delay_samples / self.model.rate_hz, *waits)

    @property
    def output_delay_s(self) -> float:
        """How far values are behind the signals while everything arrives, by construction [s]."""
        return self.delay.model_s + self.delay.resampling_s

    @property
    def swapping(self) -> bool:
        """Whether another model is on its way."""
        return self._estimator.swapping

    def push(self, sample: Sample) -> list[Frame]:
        """Take in a sample; the frames that became complete.

        Whatever is wrong with a sample is counted in :attr:`health`, never raised.
        """
        begin = perf_counter()
        try:
            inlet = self._inlets[sample.stream] if sample.stream >= 0 else None
            received, sent, sequence = float(sample.received_s), float(sample.time_s), int(sample.sequence)
        except (IndexError, TypeError, ValueError, OverflowError):
            inlet, received, sent, sequence = None, 0.0, 0.0, 0
        if inlet is None:
            self._rejected += 1
            return []
        values = as_values(sample.values, inlet.shape)
        if values is None or not self._keep_time(received):
            inlet.order.counts.received += 1
            inlet.order.counts.rejected += 1
            return []
        frames: list[Frame] = []
        if received - self._heard_s > self.settings.pause_s and self._grid.started and not self.paused:
            # what would have come out had somebody polled while nothing came
            frames, self.paused = self._advance(perf_counter(), None), True
        verdict = inlet.judge(sent, sequence, received)
        if verdict < BEHIND:
            return frames
        clean = usable(values)
        if not clean:
            values, absurd = without_absurd(values)
            if absurd.any():
                inlet.absurd_s = received
        if verdict == BEHIND:
            if not inlet.put_back(values, clean):
                inlet.order.counts.late += 1
            return frames
        self._heard_s = received
        if self.paused or self._grid.leader != inlet.index:
            self._see_to_time(inlet)
        inlet.take(values, clean)
        if inlet.late_throughout:
            inlet.order.counts.restarts += 1
            inlet.start(received)
        if not self._grid.started:
            return frames
        result = self._advance(begin, inlet)
        return frames + result if frames else result

    def poll(self, now_s: float) -> list[Frame]:
        """Let time pass without a sample; the frames that nobody waits for any longer.

        ``now_s`` is ``time.perf_counter()`` at a moment when no received sample was left to push [s].
        """
        if not (self._local.started and self._keep_time(now_s)) or self.paused or not self._grid.started:
            return []
        frames = self._advance(perf_counter(), None)
        self.paused = self._local.now_s - self._heard_s > self.settings.pause_s
        return frames

    def tend(self, *, forgo: bool = False) -> None:
        """Do what estimates need not wait for, in the thread that pushes, when frames are out; results are the same without.

        A twin that nobody sees can forgo it, so that the next sample takes as long as any.
        """
        self._estimator.tend(forgo=forgo)
        for inlet in self._inlets:
            inlet.inspection.tend(forgo=forgo)

    def finish(self) -> list[Frame]:
        """Frames with the values that the model still owes at the end; samples that follow begin a new movement."""
        if not self._grid.started or self.paused:
            return []
        index = self._pending.head
        time_s = self._grid.time(index)
        return self._estimator.finish(index, time_s - self._grid.begun_s, time_s - self._grid.base_s)

    def swap(self, model: ExportedModel, wearer: Wearer | None = None) -> None:
        """Let another model take over without a gap, with what training learned about this wearer.

        It first goes through the last seconds, in the background; ValueError if its rate, delay or outputs are others.
        """
        self._estimator.swap(model, wearer)

    def align(self, rotations: Array, bias: Array | None = None, misalignment_rad: float | None = None) -> None:
        """Say how the sensors sit; holds from the next grid point on, and the movement before is forgotten.

        Rotations and bias are as in :class:`~kinertia.streaming.sample.Session`, ValueError if not of all sensors;
        ``misalignment_rad`` is the expected error of inclinations, for training [rad], as stated before when not given.
        """
        sensors = self.session.sensors
        if misalignment_rad is not None:
            sensors = tuple(replace(sensor, misalignment_rad=misalignment_rad) for sensor in sensors)
        session = replace(self.session, rotations=rotations, bias=bias, sensors=sensors)
        check(session)
        self.session = session
        self._estimator.align(session)

    def listen(self, tap: Tap) -> None:
        """Let ``tap`` read every grid point in sensor axes, in the thread that pushes."""
        with self._tapping:
            self._estimator.taps = (*self._estimator.taps, tap)

    def unlisten(self, tap: Tap) -> None:
        """Undo :meth:`listen`; nothing happens if ``tap`` does not listen."""
        with self._tapping:
            self._estimator.taps = tuple(other for other in self._estimator.taps if other != tap)

    def _keep_time(self, now_s: float) -> bool:
        """Note the local time; whether it can be used."""
        before = self._local.now_s
        if not self._local.started:
            self._grid.base_s, self._begun_s = -now_s, now_s
        verdict = self._local.report(now_s)
        if verdict == JUMPED:
            jump = now_s - before
            self._grid.base_s, self._heard_s, self._begun_s = (
                self._grid.base_s - jump,
                self._heard_s + jump,
                self._begun_s + jump,
            )
            for inlet in self._inlets:
                inlet.received_s += jump
                inlet.order.forget()
        return verdict != NOT_YET

    def _see_to_time(self, inlet: Inlet) -> None:
        """Give the session's time to a stream when there is none, or the one that gave it is silent; end a pause."""
        grid, pending = self._grid, self._pending
        if grid.leader < 0:
            if inlet.index == 0 or inlet.received_s - self._begun_s > WAIT_FOR_FIRST_S:
                inlet.lead()
                grid.start(inlet.time_s)
        elif inlet.received_s - self._inlets[grid.leader].received_s > self.settings.lost_s:
            inlet.lead()
        if self.paused:
            pending.skip_to(max(pending.head, grid.following(inlet.time_s)))
            for other in self._inlets:
                other.next = pending.head
            self._estimator.restart()
            self.paused = False

    def _advance(self, begin: float, own: Inlet | None) -> list[Frame]:
        """Frames of all grid points that are complete, or need not wait any longer, from the work that began at ``begin`` on.

        What the stream ``own`` has not given yet, whose sample came, is still to come.
        """
        pending, grid, base = self._pending, self._grid, self._grid.base_s
        local = min(self._local.now_s, self._heard_s + self.settings.pause_s)
        now = local + base
        frames: list[Frame] = []
        several = len(self._inlets) > 1
        while True:
            index = pending.head
            known = 0
            absent: list[Inlet] = []
            for inlet in self._inlets:
                if inlet.next <= index:
                    # nobody who delivers waits for a sensor that is lost
                    lost = own is not None and local - max(inlet.received_s, self._begun_s) > self.settings.lost_s
                    if inlet is own or not (lost or now > grid.time(inlet.next) + inlet.patience_s):
                        return frames
                    absent.append(inlet)
                if inlet.inspection.faulty:
                    known |= trust.SENSOR_FAULTY
                if inlet.clock.unsure and several:
                    known |= trust.CLOCK_UNSURE
            for inlet in absent:
                inlet.lapse()
            raw, held = pending.take()
            time_s = grid.time(index)
            frames.append(self._estimator.frame(index, time_s - grid.begun_s, time_s - base, raw, held, known, begin))
            begin = perf_counter()
