"""Another model without a gap: it goes through the last seconds in the background before it takes over."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from threading import Thread

from kinertia.recording import Array
from kinertia.runtime.card import Wearer
from kinertia.runtime.model import ExportedModel
from kinertia.runtime.stepper import Stepper

REST_S = 2e-4  # between steps, so that live samples never wait for the interpreter
NEARLY = 3  # so few samples behind, the rest is done at once


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
