"""A session in place of sensors and models: a thread that publishes a walker's frames in real time."""

from __future__ import annotations

import threading
import time
from typing import Self

import live_walker
import msgspec

from kinertia.live.hub import Hub
from kinertia.live.message import RecordingState, SensorState, SessionState, Wish
from kinertia.recording import LOWER_BODY, Subject, words
from kinertia.streaming.health import State
from kinertia.streaming.trust import SENSOR_LOST

SUBJECT = Subject(72.0, 1.78)
AHEAD = 300
"""Frames that are there from the start."""


class Feed:
    """Publishes until it is left; sensors in ``lost`` deliver nothing, and ``told`` is what else the session says."""

    def __init__(self) -> None:
        self.hub = Hub(live_walker.NAMES, live_walker.RATE_HZ)
        for index in range(AHEAD):
            self.hub.publish(live_walker.frame(index))
        self.lost: set[str] = set()
        self.told = SessionState()
        self.done: list[Wish] = []
        self.longest_s = 0.0
        self._recording = False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        index, begin = AHEAD, time.perf_counter()
        while not self._stop.wait(0.01):
            due = AHEAD + round((time.perf_counter() - begin) * live_walker.RATE_HZ)
            missing = tuple(LOWER_BODY.index(segment) for segment in self.lost)
            while index < due and not self.told.ended:
                frame = live_walker.frame(index, missing=missing, reasons=SENSOR_LOST if missing else 0)
                index += 1
                published = time.perf_counter()
                self.hub.publish(frame)
                self.longest_s = max(self.longest_s, time.perf_counter() - published)

    def do(self, wish: Wish) -> None:
        if wish == "stop_recording" and not self._recording:
            raise ValueError("nothing is being recorded")
        self.done.append(wish)
        self._recording = wish == "start_recording"

    def state(self) -> SessionState:
        sensors = tuple(
            SensorState(s, s, words.segment(s), State.LOST if s in self.lost else State.OK, rate_hz=100.0)
            for s in LOWER_BODY.segments
        )
        return msgspec.structs.replace(
            self.told,
            model="default",
            source="made-up walker",
            delay_ms=20.0,
            sensors=sensors,
            recording=RecordingState(on=self._recording, file="walk.kin", seconds=1.0),
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
