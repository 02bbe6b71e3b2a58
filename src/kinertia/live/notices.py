"""What happened lately, in sentences, for those who look elsewhere at that moment."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence

from kinertia.live.state import Level, Notice, SensorState
from kinertia.recording import words
from kinertia.streaming.health import State

KEPT = 8  # the newest ones, which the page shows
GONE = (State.LOST, State.FROZEN, State.UNUSABLE)


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
