"""The ring: what readers get, whatever the pace of the writer."""

from __future__ import annotations

import threading

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kinertia.live.hub import Ring


def _write(ring: Ring, count: int) -> None:
    for _ in range(count):
        ring.next_row()[:] = ring.count
        ring.commit(0.01 * ring.count)


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 30)), max_size=12), st.integers(1, 25))
def test_readers_get_the_newest_rows_in_order(steps: list[tuple[int, int]], capacity: int) -> None:
    ring, place, seen, skipped = Ring(capacity, 2), 0, [], 0
    for written, at_most in steps:
        _write(ring, written)
        rows = ring.since(place, at_most)
        assert len(rows) == min(ring.count - place, capacity, at_most)
        assert rows.skipped == rows.first - place
        assert np.all(rows.values == np.arange(rows.first, ring.count)[:, None])
        assert np.allclose(rows.time_s, 0.01 * np.arange(rows.first, ring.count))
        seen += rows.values[:, 0].tolist()
        skipped += rows.skipped
        place = rows.first + len(rows)
    assert seen == sorted(set(seen))
    assert len(seen) + skipped == place


def test_rows_are_copies() -> None:
    ring = Ring(4, 1)
    _write(ring, 3)
    rows = ring.since(0)
    _write(ring, 20)
    assert rows.values[:, 0].tolist() == [0.0, 1.0, 2.0]


def test_reading_while_another_thread_writes_never_mixes_rows() -> None:
    ring, stop = Ring(50, 8), threading.Event()

    def write() -> None:
        while not stop.is_set():
            _write(ring, 10)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(300):
            rows = ring.since(0)
            assert np.all(rows.values == np.arange(rows.first, rows.first + len(rows))[:, None])
    finally:
        stop.set()
        writer.join()
