"""Rehearsing changes nothing but the state of the processor."""

from __future__ import annotations

import time

import numpy as np

from experiments import wearer
from kinertia.runtime import model as runtime
from kinertia.streaming.core import Core
from kinertia.streaming.sample import Sample
from kinertia.transport.pump import Attention, Rehearsal


def wait_for_twin(rehearsal: Rehearsal) -> None:
    until = time.monotonic() + 30.0
    while not rehearsal.run():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_estimates_are_the_same_with_and_without() -> None:
    model, given = runtime.load(), wearer.signals(3.0, 100.0)
    channels = given.channels()
    plain, rehearsed = Core(model, given.session), Core(model, given.session)
    rehearsal = Rehearsal(rehearsed)
    assert not rehearsal.run()
    for k, row in enumerate(given.rows):
        sample = Sample(0, 0.01 * k, k, channels.values(row), 0.01 * k)
        expected = plain.push(sample)
        found = rehearsed.push(sample)
        rehearsal.note(sample)
        if k == 0:
            wait_for_twin(rehearsal)
        assert rehearsal.run()
        assert len(found) == len(expected)
        for a, b in zip(found, expected, strict=True):
            np.testing.assert_array_equal(a.values, b.values)
            assert a.reasons == b.reasons


def test_the_twin_follows_alignment_and_model() -> None:
    model, given = runtime.load(), wearer.signals(1.0, 100.0)
    core = Core(model, given.session)
    rehearsal = Rehearsal(core)
    rehearsal.note(Sample(0, 0.0, 0, given.channels().values(given.rows[0]), 0.0))
    wait_for_twin(rehearsal)
    assert given.session.rotations is not None
    core.align(given.session.rotations)
    assert not rehearsal.run()
    wait_for_twin(rehearsal)


def test_samples_are_taken_whenever_they_come() -> None:
    rehearsed: list[float] = []

    def rehearse() -> bool:
        rehearsed.append(time.perf_counter())
        return True

    coming = [0.0, 0.01, 0.02, 0.05]
    begin = time.perf_counter()
    waiting = [begin + at for at in coming]

    def take(timeout_s: float) -> list[float]:
        until = time.perf_counter() + timeout_s
        while True:
            due = [at for at in waiting if at <= time.perf_counter()]
            if due:
                for at in due:
                    waiting.remove(at)
                return due
            if time.perf_counter() >= until:
                return []
            time.sleep(1e-4)

    attention = Attention[float](rehearse, 100.0)
    found: list[float] = []
    until = time.monotonic() + 30.0
    while waiting and time.monotonic() < until:
        found += attention.take(take, 0.02)
    assert [round(at - begin, 3) for at in found] == coming
    assert attention.take(take, 0.005) == []
    assert rehearsed


def test_many_streams_need_no_rehearsal() -> None:
    def refuse() -> bool:
        raise AssertionError("rehearsed")

    attention = Attention[int](refuse, 100.0, streams=7)
    for _ in range(20):
        assert attention.take(lambda _: [1], 0.01) == [1]
