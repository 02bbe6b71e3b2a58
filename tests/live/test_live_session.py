"""A whole session: synthetic wearer, shipped model, page's commands."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from browser import wait_for
from running import Running

from kinertia.io import stream_log
from kinertia.live.hub import Place
from kinertia.live.monitor import Monitor
from kinertia.live.session import LiveSession
from kinertia.streaming.adaptation import Adaptation
from kinertia.streaming.progress import Progress
from kinertia.transport.replay import Faults, Outage
from kinertia.transport.walker import Stage, SyntheticSource


@pytest.fixture
def walking(tmp_path: Path) -> Iterator[Running]:
    source = SyntheticSource(speed=8.0, aligned=True, first=(), then=(Stage(20.0, 1.2),))
    with Running(source, tmp_path) as running:
        yield running


def test_frames_and_state_reach_the_viewers(walking: Running) -> None:
    wait_for(lambda: walking.hub.ring.count > 800, "frames")
    monitor = Monitor(walking.hub)
    monitor.follow()
    monitor.refresh(walking.session.state(), viewers=1)
    status = json.loads(monitor.status)
    assert 0.9 < status["walking"]["speed"] < 1.5
    assert 80 < status["walking"]["cadence"] < 140
    assert status["session"]["model"] == "default"
    assert status["session"]["delay_ms"] == pytest.approx(60.0)
    assert [s["state"] for s in status["session"]["sensors"]] == ["ok"] * 7
    assert status["session"]["aligned"]
    assert len(Place(walking.hub).take().values[0]) == walking.hub.ring.width


def test_recording_from_the_page_can_be_read_back(walking: Running, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="nothing is being recorded"):
        walking.session.do("stop_recording")
    walking.session.do("start_recording")
    with pytest.raises(ValueError, match="runs already"):
        walking.session.do("start_recording")
    assert walking.session.state().recording.on
    before = walking.hub.ring.count
    wait_for(lambda: walking.hub.ring.count > before + 200, "frames")
    walking.session.do("stop_recording")
    recording = walking.session.state().recording
    assert (recording.on, recording.problem) == (False, "")
    (path,) = tmp_path.glob("live-*.kinlog")
    assert recording.file == str(path)
    read = stream_log.read(path)
    assert read.ended
    assert read.samples > 150
    assert "Recorded" in walking.session.state().notices[-1].words


def test_a_disk_that_cannot_be_written_is_told(walking: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    monkeypatch.setattr(walking.session, "_folder", blocked)
    with pytest.raises(OSError, match="file"):
        walking.session.do("start_recording")
    assert not walking.session.state().recording.on


def test_calibration_from_the_page(tmp_path: Path) -> None:
    source = SyntheticSource(speed=8.0, first=(Stage(7.0, 0.0),), then=(Stage(20.0, 1.2),))
    with Running(source, tmp_path) as running:
        wait_for(lambda: running.hub.ring.count > 20, "frames")
        assert not running.session.state().aligned
        running.session.do("start_recording")
        running.session.do("start_calibration")
        wait_for(lambda: running.session.state().calibration.step == "walk", "standing")
        wait_for(lambda: running.session.state().calibration.state == "done", "calibration")
        state = running.session.state()
        assert state.aligned
        assert state.calibration.words == "How the sensors sit is known."
        before = running.hub.ring.count
        wait_for(lambda: running.hub.ring.count > before + 100, "frames")
        running.session.do("stop_recording")
        running.session.do("start_calibration")
        running.session.do("stop_calibration")
        assert running.session.state().calibration.state == "idle"
    (path,) = tmp_path.glob("live-*.kinlog")
    assert stream_log.read(path).header.rotations is not None


def test_a_stream_that_ends_before_calibration_says_so(tmp_path: Path) -> None:
    source = SyntheticSource(speed=16.0, seconds=8.0, first=(), then=(Stage(20.0, 1.2),))
    with Running(source, tmp_path) as running:
        wait_for(lambda: running.session.state().calibration.state == "failed", "the end")
        why = running.session.state().calibration.words
        assert why == "The stream ended before calibration was over: stand still for 3 s: all sensors move."


def test_lost_sensors_and_the_end_are_told(tmp_path: Path) -> None:
    faults = Faults(outages=(Outage(2, 3.0, 6.0),))
    source = SyntheticSource(
        speed=8.0, seconds=12.0, aligned=True, together=False, first=(), then=(Stage(20.0, 1.2),), faults=faults
    )
    with Running(source, tmp_path) as running:
        seen: set[str] = set()

        def ended() -> bool:
            state = running.session.state()
            seen.update(notice.words for notice in state.notices)
            return bool(state.ended)

        wait_for(ended, "the end")
        assert running.session.state().ended == "The stream has ended: walker played to the end."
        assert any(words.startswith("Right shank: nothing has come for ") for words in seen)
        assert "Right shank is back." in seen


class Adapting:
    """An adaptation that is done as soon as it is asked for."""

    def __init__(self) -> None:
        self.progress = Progress()

    def start(self) -> None:
        self.progress = Progress("running", "train", 0.5, "adapting")

    def stop(self) -> None:
        self.progress = Progress()


def test_adaptation_from_the_page_where_there_is_one(walking: Running, tmp_path: Path) -> None:
    assert "graphs alone" in walking.session.state().not_adaptable
    with pytest.raises(ValueError, match="this model is there as graphs alone"):
        walking.session.do("start_adaptation")
    task = Adapting()
    session = LiveSession(walking.pump, walking.hub, "default", tmp_path, adapt=lambda folder: cast(Adaptation, task))
    session.do("start_adaptation")
    assert session.state().adaptation == Progress("running", "train", 0.5, "Adapting.")
    assert session.state().not_adaptable == ""
    session.do("stop_adaptation")
    assert session.state().adaptation == Progress()
    session.do("start_adaptation")
    assert session.state().adaptation.state == "running"
    task.progress = Progress("done", "train", 1.0, "the model fits the wearer better", outcome=("the right thigh is longer",))
    assert session.state().adaptation.words == "The model fits the wearer better."
    assert session.state().adaptation.outcome == ("The right thigh is longer.",)
    assert session.state().model == "default"  # nothing took over
