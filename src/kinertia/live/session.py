"""One wearer's session with viewers: the pump's frames go to the hub, and what viewers ask for is done."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from kinertia.io.stream_log import ENDING
from kinertia.live.hub import Hub
from kinertia.live.message import Level, Notice, RecordingState, SensorState, SessionState, Wish, sensor_states
from kinertia.recording import words
from kinertia.streaming.adaptation import Adaptation
from kinertia.streaming.health import State
from kinertia.streaming.progress import Progress, Remaining
from kinertia.transport import log
from kinertia.transport.log import LogWriter
from kinertia.transport.pump import Pump

KEPT = 8  # the newest ones, which the page shows
GONE = (State.LOST, State.FROZEN, State.UNUSABLE)
Adapt = Callable[[Path], Adaptation]
GRAPHS = "this model is there as graphs alone, which nothing can be trained on from; start with the one it was exported from"


class LiveSession:
    """Runs a pump, which is started and closed elsewhere, in one thread and answers viewers from others.

    Recordings that a viewer starts go into ``folder``; ``record`` is the file that the pump records in already. ``adapt``
    makes what adapts the model to the wearer, given a new folder for it; where that is not possible, it says why.
    """

    def __init__(
        self, pump: Pump, hub: Hub, model: str, folder: Path, record: Path | None = None, adapt: Adapt | str = GRAPHS
    ) -> None:
        self._pump, self._hub, self._model, self._folder = pump, hub, model, folder
        self._notices = Notices()
        self._adapt = adapt
        self._adaptation: Adaptation | None = None
        self._remaining = Remaining()
        self._own_model = pump.core.model
        self._doing = threading.Lock()
        self._stopping = threading.Event()
        self._recorded = RecordingState()
        self._path = record
        self._began_s = time.monotonic()

    def run(self) -> None:
        """Until the source ends or :meth:`stop` is called."""
        pump, publish = self._pump, self._hub.publish
        while not (self._stopping.is_set() or pump.source.finished):
            for frame in pump.step():
                publish(frame)
        if pump.source.finished:
            # nothing more comes that they could learn from
            pump.calibration.stop(f"the stream ended before calibration was over: {pump.calibration.progress.words}")
            if self._adaptation is not None and self._adaptation.progress.step == "collect":
                self._adaptation.stop()

    def stop(self) -> None:
        """End :meth:`run` and what goes on beside it, from any thread."""
        self._stopping.set()
        self._pump.calibration.stop()
        if self._adaptation is not None:
            self._adaptation.stop()

    def state(self) -> SessionState:
        """How the session stands; see :class:`kinertia.live.message.Control`."""
        pump = self._pump
        source, core = pump.source, pump.core
        sensors = sensor_states(core.health)
        if not source.finished:
            self._notices.compare(sensors)
        calibration = _in_sentences(pump.calibration.progress)
        adaptation = Progress() if self._adaptation is None else _in_sentences(self._adaptation.progress)
        adaptation = replace(adaptation, left_s=self._remaining.left_s(adaptation))
        counts = {name: count for name, count in source.counts.items() if count and name != "sent"}
        if source.dropped:
            counts["dropped, too slow"] = source.dropped
        return SessionState(
            model=self._model if core.model is self._own_model else f"{self._model}, adapted",
            source=source.name,
            source_status=source.status,
            delay_ms=1e3 * core.output_delay_s,
            sensors=sensors,
            aligned=core.session.rotations is not None,
            counts=counts,
            calibration=calibration,
            adaptation=adaptation,
            not_adaptable=self._adapt if isinstance(self._adapt, str) else "",
            recording=self._recording(pump.log),
            notices=self._notices.all,
            ended=self._ended(),
        )

    def do(self, wish: Wish) -> None:
        """Carry out what a viewer asks for; see :class:`kinertia.live.message.Control`."""
        with self._doing:
            match wish:
                case "start_calibration":
                    self._pump.calibrate()
                case "stop_calibration":
                    self._pump.calibration.stop()
                case "start_adaptation":
                    self._start_adaptation()
                case "stop_adaptation" if self._adaptation is not None:
                    self._adaptation.stop()
                case "start_recording":
                    self._start_recording()
                case "stop_recording":
                    self._stop_recording()

    def _ended(self) -> str:
        source = self._pump.source
        if source.error is not None:
            return f"{words.sentence(source.name)[:-1]} failed: {words.sentence(str(source.error))}"
        return f"The stream has ended: {source.name} {source.status}." if source.finished else ""

    def _start_adaptation(self) -> None:
        if isinstance(self._adapt, str):
            raise ValueError(self._adapt)
        if self._adaptation is not None and self._adaptation.progress.state == "running":
            raise ValueError("adapting runs already")
        task = self._adapt(self._new("adapted"))
        task.start()
        self._adaptation = task

    def _new(self, name: str) -> Path:
        """A path that is not taken yet."""
        return self._folder / f"{name}-{datetime.now():%Y%m%d-%H%M%S}"

    def _start_recording(self) -> None:
        if self._pump.log is not None:
            raise ValueError("a recording runs already")
        path = self._new("live").with_suffix(ENDING)
        self._pump.log = log.begin(path, self._pump.core.session, source=self._pump.source.name)
        self._path, self._began_s = path, time.monotonic()
        self._notices.say("note", f"Recording to {path}.")

    def _stop_recording(self) -> None:
        writer = self._pump.log
        if writer is None:
            raise ValueError("nothing is being recorded")
        self._pump.log = None
        writer.close()
        self._recorded = self._recording(writer, on=False)
        self._notices.say("good" if writer.writing else "warning", f"Recorded: {writer.status}.")

    def _recording(self, writer: LogWriter | None, *, on: bool = True) -> RecordingState:
        if writer is None:
            return self._recorded
        problem = "" if writer.writing and not writer.lost else writer.status
        return RecordingState(on, str(self._path), time.monotonic() - self._began_s, problem)


def _in_sentences(progress: Progress) -> Progress:
    """What it says, as the page shows it."""
    said, before = words.sentence(progress.words), words.sentence(progress.before)
    return replace(progress, words=said, before=before, outcome=tuple(words.sentence(line) for line in progress.outcome))


class Notices:
    """The last sentences; any thread may add one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: deque[Notice] = deque(maxlen=KEPT)
        self._number = 0
        self._gone: set[str] = set()

    @property
    def all(self) -> tuple[Notice, ...]:
        """The oldest first."""
        with self._lock:
            return tuple(self._kept)

    def say(self, level: Level, said: str) -> None:
        """Add a sentence."""
        with self._lock:
            self._number += 1
            self._kept.append(Notice(self._number, level, said))

    def compare(self, sensors: Sequence[SensorState]) -> None:
        """Say which sensors went and which came back since the last call."""
        gone = {sensor.name for sensor in sensors if sensor.state in GONE}
        went = [sensor for sensor in sensors if sensor.name in gone - self._gone]
        came = [sensor for sensor in sensors if sensor.name in self._gone - gone]
        if len(went) == 1:
            self.say("warning", went[0].message)
        elif went:
            self.say("warning", f"{_listed(went, sensors)} give nothing that can be used.")
        if came:
            self.say("good", f"{_listed(came, sensors)} {'is' if len(came) == 1 else 'are'} back.")
        self._gone = gone


def _listed(some: Sequence[SensorState], every: Sequence[SensorState]) -> str:
    listed = "all sensors" if len(some) == len(every) > 2 else words.listed([sensor.words for sensor in some])
    return listed[0].upper() + listed[1:]
