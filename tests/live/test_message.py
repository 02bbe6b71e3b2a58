"""Messages: there and back, and refused where they cannot be right."""

from __future__ import annotations

import json

import live_walker
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinertia.live.hub import Hub, Rows, columns
from kinertia.live.message import HEADER, Command, SensorState, SessionState, Target, decode_frames, encode_frames, parse
from kinertia.live.monitor import Monitor
from kinertia.live.session import Notices
from kinertia.recording import LOWER_BODY, words
from kinertia.streaming.health import State

TARGET = {"output": "knee_angle_r", "measure": "lowest", "low": -1.1, "high": -0.9}


@given(st.integers(0, 30), st.integers(1, 20), st.integers(0, 2**33), st.integers(0, 10**9))
def test_frames_there_and_back(count: int, width: int, dropped: int, first: int) -> None:
    values = np.random.default_rng(count).standard_normal((count, width)).astype(np.float32)
    rows, told = decode_frames(encode_frames(Rows(first, 0.01 * np.arange(count, dtype=float), values, 0), dropped))
    assert np.array_equal(rows.values, values)
    assert np.array_equal(rows.time_s, 0.01 * np.arange(count, dtype=float))
    assert (rows.first, told) == (first, dropped % 2**32)


@given(st.binary(max_size=400))
def test_other_bytes_are_refused_or_are_frames(data: bytes) -> None:
    try:
        rows, _ = decode_frames(data)
    except ValueError:
        return
    assert rows.values.shape[0] == len(rows)


def test_a_message_says_what_is_wrong() -> None:
    whole = encode_frames(Rows(0, np.zeros(2), np.zeros((2, 3), np.float32), 0), 0)
    assert len(whole) == HEADER.size + 2 * 8 + 6 * 4
    with pytest.raises(ValueError, match="2 rows of 3 values have"):
        decode_frames(whole[:-1])
    with pytest.raises(ValueError, match="version 9"):
        decode_frames(b"\x09" + whole[1:])
    with pytest.raises(ValueError, match="shorter than its header"):
        decode_frames(b"")


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"do": "start_recording", "id": 3}, Command("start_recording", 3)),
        ({"do": "clear_target"}, Command("clear_target")),
    ],
)
def test_commands_are_understood(given: dict[str, object], wanted: Command) -> None:
    assert parse(json.dumps(given)) == wanted


def test_a_target_is_understood() -> None:
    asked = parse(json.dumps({"do": "set_target", "id": 4, "target": TARGET}))
    assert asked.target is not None
    assert (asked.target.output, asked.target.phase, asked.target.foot) == ("knee_angle_r", "stride", "r")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        "null",
        '"start_recording"',
        '{"do": "format_disk"}',
        '{"do": "start_recording", "file": "/etc/passwd"}',
        '{"do": "start_recording", "id": "3"}',
        '{"do": "set_target"}',
        json.dumps({"do": "clear_target", "target": TARGET}),
        json.dumps({"do": "set_target", "target": {**TARGET, "low": "x"}}),
        json.dumps({"do": "set_target", "target": {**TARGET, "low": 2.0}}),
        json.dumps({"do": "set_target", "target": {**TARGET, "measure": "mean"}}),
        json.dumps({"do": "set_target", "target": {**TARGET, "more": 1}}),
        '{"do": "set_target", "target": {"output": "speed", "measure": "value", "low": NaN, "high": 1}}',
        '{"do": "start_recording", "id": ' + "9" * 3000 + "}",
        "[" * 2000,
        b"{}",
    ],
)
def test_anything_else_is_refused(text: str | bytes) -> None:
    with pytest.raises(ValueError, match="command"):
        parse(text)


@given(st.text(max_size=200) | st.binary(max_size=200))
def test_no_text_does_anything_but_be_refused(text: str | bytes) -> None:
    with pytest.raises(ValueError, match="command"):
        parse(text)


def test_outputs_have_words_and_units() -> None:
    named = {column.name: column for column in columns(live_walker.NAMES)}
    knee = named["knee_angle_l"]
    assert (knee.label, knee.side, knee.unit) == ("Knee flexion", "left", "\u00b0")
    assert knee.scale * np.deg2rad(-60) == pytest.approx(60.0)
    assert named["knee_angle_l_moment"].quantity == "knee_angle_moment"
    assert named["grf_y_r"].side == "right"
    assert named["head_x"].label == ""


def test_status_tells_walking_trust_and_compute_time() -> None:
    hub = Hub(live_walker.NAMES, live_walker.RATE_HZ)
    monitor = Monitor(hub)
    assert json.loads(monitor.status)["trust"] is None
    for index in range(600):
        hub.publish(live_walker.frame(index, reasons=2 if index > 590 else 0))
    monitor.follow()
    monitor.refresh(SessionState(), viewers=2)
    status = json.loads(monitor.status)
    assert status["frames"] == 600
    assert status["viewers"] == 2
    assert status["walking"]["speed"] == pytest.approx(live_walker.SPEED, abs=0.05)
    assert status["walking"]["cadence"] == pytest.approx(live_walker.GAIT.cadence_per_min)
    assert status["trust"] == {"ok": False, "reasons": ["the estimate has only just started"]}
    assert 0.1 < status["compute"]["p50_ms"] <= status["compute"]["p99_ms"] < 0.3
    assert len(monitor.status) < 2000


@pytest.mark.parametrize("ended", ["", "the recording is over"])
def test_nothing_is_trusted_and_nobody_walks_when_nothing_comes(ended: str) -> None:
    hub = Hub(live_walker.NAMES, live_walker.RATE_HZ)
    monitor = Monitor(hub)
    for index in range(600):
        hub.publish(live_walker.frame(index))
    monitor.follow()
    monitor.refresh(SessionState(), viewers=1)
    assert json.loads(monitor.status)["trust"]["ok"]
    if not ended:
        hub.published_s -= 1.5
    monitor.refresh(SessionState(ended=ended), viewers=1)
    status = json.loads(monitor.status)
    assert status["trust"] == {"ok": False, "reasons": [ended or "no estimate comes out"]}
    # the figures of the last estimate stay, and are said to be old
    assert (status["live"], status["activity"]) == (False, "")
    assert status["walking"]["speed"] == pytest.approx(live_walker.SPEED, abs=0.05)


def test_sensors_that_go_together_are_one_sentence() -> None:
    notices = Notices()

    def compare(*lost: str) -> None:
        states = {s: State.LOST if s in lost else State.OK for s in LOWER_BODY.segments}
        notices.compare([SensorState(s, s, words.segment(s), state, f"{s}: {state}.") for s, state in states.items()])

    compare()
    assert notices.all == ()
    compare("tibia_l")
    compare("tibia_l", "foot_l", "pelvis")
    compare("foot_l")
    assert [(notice.number, notice.words) for notice in notices.all] == [
        (1, "tibia_l: lost."),
        (2, "Pelvis and left foot give nothing that can be used."),
        (3, "Pelvis and left shank are back."),
    ]


def test_who_stands_has_no_cadence() -> None:
    hub = Hub(live_walker.NAMES, live_walker.RATE_HZ)
    monitor = Monitor(hub)
    for index in range(600):
        frame = live_walker.frame(index)
        frame.events = frame.events if index < 200 else ()
        hub.publish(frame)
    monitor.follow()
    monitor.refresh(SessionState(), viewers=0)
    assert json.loads(monitor.status)["walking"]["cadence"] is None


def test_target_is_followed_and_told() -> None:
    hub = Hub(live_walker.NAMES, live_walker.RATE_HZ)
    monitor = Monitor(hub)
    assert json.loads(monitor.target)["target"] is None
    asked = parse(json.dumps({"do": "set_target", "target": TARGET}))
    assert asked.target is not None
    monitor.set_target(asked.target)
    before = monitor.target_version
    for index in range(600):
        hub.publish(live_walker.frame(index))
    monitor.follow()
    told = json.loads(monitor.target)
    assert monitor.target_version == before + 1
    assert (told["verdict"], told["count"], told["hits"]) == ("in", 5, 5)
    with pytest.raises(ValueError, match="no such output"):
        monitor.set_target(Target("foot_r_gyro_z", "value", 0.0, 1.0))
