"""The time that a task takes yet."""

from __future__ import annotations

import pytest

from kinertia.streaming.progress import Progress, Remaining


def test_what_is_left_follows_from_the_pace_or_from_what_the_task_says() -> None:
    now = [100.0]
    remaining = Remaining(lambda: now[0])

    def left(after_s: float, step: str, done: float, left_s: float | None = None) -> float | None:
        now[0] += after_s
        return remaining.left_s(Progress("running", step, done, left_s=left_s))

    assert remaining.left_s(Progress()) is None
    assert left(0.0, "collect", 0.0) is None
    assert left(1.0, "collect", 0.1, 30.0) == 30.0
    assert left(5.0, "train", 0.6) == pytest.approx(25.0)  # nothing is known of this step's pace yet
    assert left(10.0, "train", 0.8) == pytest.approx(10.0)
    assert left(11.0, "train", 0.8) == pytest.approx(21.0)  # it got slower
    assert remaining.left_s(Progress("done", "train", 1.0)) is None
    assert left(0.0, "collect", 0.0) is None
