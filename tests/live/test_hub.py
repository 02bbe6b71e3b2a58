"""The hub: bounded whatever viewers do."""

from __future__ import annotations

import time

import live_walker
import numpy as np

from kinertia.live.hub import EXTRA, HISTORY_S, Hub, Place
from kinertia.streaming.trust import SENSOR_HELD, SENSOR_LOST


def _hub(frames: int = 0) -> Hub:
    hub = Hub(live_walker.NAMES, live_walker.RATE_HZ)
    for index in range(frames):
        hub.publish(live_walker.frame(index))
    return hub


def test_frames_arrive_as_they_were_published() -> None:
    hub = _hub()
    hub.publish(live_walker.frame(7, held=(2, 6), reasons=SENSOR_LOST | SENSOR_HELD))
    rows = Place(hub).take()
    row = dict(zip([*(c.name for c in hub.columns), *EXTRA], rows.values[0].tolist(), strict=True))
    values = live_walker.values(7)
    for name in ("knee_angle_r", "ankle_angle_l_moment", "grf_y_r", "toe_l_y", "pelvis_tx"):
        assert row[name] == np.float32(values[live_walker.AT[name]])
    assert row["trust"] == SENSOR_LOST | SENSOR_HELD
    assert row["held"] == 0b1000100
    assert 0.05 < row["compute_ms"] < 1.0
    assert rows.time_s.tolist() == [0.07]


def test_only_what_the_page_shows_is_kept() -> None:
    names = {column.name for column in _hub().columns}
    assert {"hip_flexion_r", "knee_angle_l_moment", "grf_x_l", "speed", "head_y", "cop_x_r", "residual_moment"} <= names
    assert "foot_r_gyro_z" not in names


def test_a_new_viewer_gets_the_last_ten_seconds() -> None:
    hub = _hub(1500)
    rows = Place(hub).take()
    assert len(rows) == HISTORY_S * live_walker.RATE_HZ
    assert rows.first + len(rows) == 1500


def test_a_slow_viewer_loses_the_oldest_and_is_told() -> None:
    hub = _hub(10)
    slow, quick = Place(hub), Place(hub)
    assert len(slow.take()) == len(quick.take()) == 10
    for index in range(10, 1000):
        hub.publish(live_walker.frame(index))
        assert len(quick.take()) == 1
    rows = slow.take()
    assert len(rows) == hub.latest
    assert rows.first + len(rows) == 1000
    assert slow.dropped == 990 - hub.latest
    assert quick.dropped == 0


def test_publishing_takes_microseconds_whatever_the_number_of_viewers() -> None:
    hub, frames = _hub(), [live_walker.frame(index) for index in range(500)]
    places = [Place(hub) for _ in range(1000)]
    times = []
    for frame in frames:
        begin = time.perf_counter()
        hub.publish(frame)
        times.append(time.perf_counter() - begin)
    assert len(places) == 1000
    assert np.median(times) < 1e-4  # about 1e-5; a loaded machine may take longer


def test_a_frame_in_which_no_sensor_says_anything_is_not_shown() -> None:
    hub = _hub(10)
    hub.publish(live_walker.frame(10, missing=tuple(range(7)), reasons=SENSOR_LOST))
    assert hub.ring.count == 10
    hub.publish(live_walker.frame(11, missing=(0, 1, 2, 3, 4, 5), reasons=SENSOR_LOST))
    assert Place(hub).take().time_s[-2:].tolist() == [0.09, 0.11]
