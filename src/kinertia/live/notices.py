"""What happened lately, in sentences, for those who look elsewhere at that moment."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence

from kinertia.live.state import Level, Notice, SensorState
from kinertia.streaming.health import State
from kinertia.streaming.progress import Progress

KEPT = 8
GONE = (State.LOST, State.FROZEN, State.UNUSABLE)


class Notices:
    """The last sentences; any thread may add one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: deque[Notice] = deque(maxlen=KEPT)
        self._number = 0
        self._gone: set[str] = set()
        self._running: set[str] = set()

    @property
    def all(self) -> tuple[Notice, ...]:
        """The oldest first."""
        with self._lock:
            return tuple(self._kept)

    def say(self, level: Level, words: str) -> None:
        """Add a sentence."""
        with self._lock:
            self._number += 1
            self._kept.append(Notice(self._number, level, words))

    def compare(self, sensors: Sequence[SensorState]) -> None:
        """Say which sensors went and which came back since the last call."""
        gone = {sensor.name for sensor in sensors if sensor.state in GONE}
        went = [sensor for sensor in sensors if sensor.name in gone - self._gone]
        came = [sensor for sensor in sensors if sensor.name in self._gone - gone]
        if len(went) == 1:
            self.say("warning", f"{went[0].words}: {went[0].message or went[0].state}.")
        elif went:
            self.say("warning", f"{_listed(went, sensors)} give nothing that can be used.")
        if came:
            self.say("good", f"{_listed(came, sensors)} {'is' if len(came) == 1 else 'are'} back.")
        self._gone = gone

    def follow(self, name: str, progress: Progress) -> None:
        """Say how a task in the background ended, once."""
        if progress.state == "running":
            self._running.add(name)
        elif name in self._running:
            self._running.remove(name)
            if progress.state != "idle":
                level: Level = "good" if progress.state == "done" else "warning"
                self.say(level, f"{name} {progress.state}: {progress.words}.")


def _listed(some: Sequence[SensorState], every: Sequence[SensorState]) -> str:
    if len(some) == len(every) > 2:
        return "All sensors"
    first, *others = [sensor.words for sensor in some]
    words = [first, *(other[0].lower() + other[1:] for other in others)]
    return ", ".join(words[:-1]) + f" and {words[-1]}" if others else first
