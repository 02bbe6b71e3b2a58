from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
import pytest
from transport_tools import drain, until

from kinertia.recording import Sensor
from kinertia.streaming.sample import Sample, StreamInfo
from kinertia.transport.source import Buffer, Source


def test_a_full_buffer_drops_the_oldest_and_counts() -> None:
    buffer: Buffer[int] = Buffer(3)
    for item in range(5):
        buffer.put(item)
    assert buffer.dropped == 2
    assert buffer.take(0.0) == [2, 3, 4]
    assert buffer.take(0.0) == []


def test_waiting_for_room() -> None:
    buffer: Buffer[int] = Buffer(2)
    taken: list[int] = []
    thread = threading.Thread(target=lambda: [buffer.put(item, wait=True) for item in range(50)])
    thread.start()
    while len(taken) < 50:
        taken += buffer.take(5.0)
    thread.join()
    assert taken == list(range(50))
    assert buffer.dropped == 0


def test_closing_wakes_whoever_waits() -> None:
    buffer: Buffer[int] = Buffer(1)
    buffer.put(1)
    answers: list[bool] = []
    thread = threading.Thread(target=lambda: answers.append(buffer.put(2, wait=True)))
    thread.start()
    buffer.close()
    thread.join(10.0)
    assert answers == [False]
    assert buffer.take(10.0) == [1]
    assert buffer.take(10.0) == []


class Scripted(Source):
    def __init__(self, *loops: Callable[[Scripted], None], capacity: int = 8) -> None:
        super().__init__("scripted", (Sensor("p", "pelvis"),), (StreamInfo("s", (0,), 100.0),), capacity=capacity)
        self._scripts = loops

    def _loops(self) -> tuple[Callable[[], None], ...]:
        return tuple(lambda script=script: script(self) for script in self._scripts)

    def send(self, count: int) -> None:
        for i in range(count):
            self._buffer.put(Sample(0, i / 100.0, i, np.zeros((1, 6)), 0.0))


def test_a_slow_consumer_loses_the_oldest_samples() -> None:
    source = Scripted(lambda own: own.send(20))
    with source:
        until(lambda: source.dropped == 12)
        assert [sample.sequence for sample in drain(source)] == list(range(12, 20))
    assert source.finished


def test_an_error_ends_one_loop_and_is_told() -> None:
    def broken(_: Scripted) -> None:
        raise OSError("unplugged")

    source = Scripted(broken, lambda own: own.send(5))
    with source:
        assert len(drain(source)) == 5
    assert source.status == "failed: unplugged"
    assert isinstance(source.error, OSError)


def test_the_session_takes_the_given_person_or_an_assumed_one() -> None:
    source = Scripted()
    assert source.session().subject.assumed == ("mass_kg", "height_m")
    assert source.session().sensors == source.sensors
    assert not source.finished


@pytest.mark.parametrize("times", [1, 3])
def test_counts(times: int) -> None:
    source = Scripted(*[lambda own: own._count("bad", 2)] * times)
    with source:
        until(lambda: source.finished)
    assert source.counts == {"bad": 2 * times}
