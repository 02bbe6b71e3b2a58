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
        for sensor in sensors:
            if sensor.name in gone - self._gone:
                self.say("warning", f"{sensor.words}: {sensor.message or sensor.state}.")
            elif sensor.name in self._gone - gone:
                self.say("good", f"{sensor.words} is back.")
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
