from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from transport_tools import until

from kinertia.io import stream_log
from kinertia.io.read import read
from kinertia.recording import Frame as Frame_
from kinertia.runtime import model
from kinertia.streaming.core import Core
from kinertia.streaming.frame import Frame
from kinertia.transport import log, replay
from kinertia.transport.pump import Pump
from kinertia.transport.replay import Faults, PacedSource
from kinertia.transport.sink import Sinks
from kinertia.transport.walker import SyntheticSource


class Kept:
    name = "kept"

    def __init__(self) -> None:
        self.frames: list[Frame] = []

    def write(self, frame: Frame) -> None:
        self.frames.append(frame)

    def close(self) -> None:
        pass


def _run(source: PacedSource, path: Path | None = None) -> tuple[Pump, list[Frame]]:
    kept, session = Kept(), source.session()
    pump = Pump(source, Core(model.load(), session), Sinks([kept]), None if path is None else log.begin(path, session))
    with pump:
        while not source.finished:
            pump.step()
    return pump, kept.frames


def test_a_recorded_stream_replayed_gives_the_same_estimates(tmp_path: Path) -> None:
    path = tmp_path / "walk.kinlog"
    disturbed = Faults(loss=0.1, jitter_s=0.004, seed=1)
    pump, frames = _run(SyntheticSource(1, speed=math.inf, seconds=9.0, aligned=True, together=False, faults=disturbed), path)
    recorded = stream_log.read(path)
    assert recorded.ended
    assert recorded.samples == pump.samples == 6300 - pump.source.counts["lost at random"]
    again, others = _run(replay.play_log(recorded, speed=math.inf))
    assert again.samples == pump.samples
    assert len(others) == len(frames) == pump.frames
    values, other_values = (np.stack([frame.values for frame in each]) for each in (frames, others))
    np.testing.assert_allclose(other_values, values, atol=1e-6)
    assert any(frame.trust for frame in frames)
    assert math.isnan(pump.behind.p50_s)
    assert pump.compute.p50_s > 0.0


def test_a_recorded_stream_is_a_recording(tmp_path: Path) -> None:
    path = tmp_path / "walk.kinlog"
    source = SyntheticSource(1, speed=math.inf, seconds=4.0)
    _run(source, path)
    recording = read(path)
    assert recording.samples == 400
    assert recording.rate_hz == pytest.approx(100.0)
    assert recording.subject == source.subject
    assert recording.sensors == source.sensors


def test_how_the_sensors_sit_is_found_and_recorded(tmp_path: Path) -> None:
    path = tmp_path / "walk.kinlog"
    source = SyntheticSource(1, speed=16.0)
    session = source.session()
    pump = Pump(source, Core(model.load(), session), Sinks([]), log.begin(path, session))
    with pump:
        until(lambda: pump.step() is not None and pump.latest is not None and pump.latest.trust)
    assert pump.calibration.progress.state == "done"
    rotations = stream_log.read(path).header.rotations
    np.testing.assert_allclose(np.array(rotations), source.mounting, atol=0.02)
    recording = read(path)
    assert recording.frame is Frame_.SEGMENT
    np.testing.assert_allclose(recording.acc[50:450].mean(axis=0), np.tile([0.0, 9.81, 0.0], (7, 1)), atol=0.1)


def test_in_real_time_the_core_hears_of_silence() -> None:
    source = SyntheticSource(1, aligned=True, seconds=0.6)
    core = Core(model.load(), source.session())
    pump = Pump(source, core, Sinks([]))
    with pump:
        until(lambda: pump.step() is not None and source.finished)
        until(lambda: pump.step() is not None and core.health.sensors[0].state.value == "lost")
        assert pump.samples == 60
        assert pump.behind.p50_s > 0.0


def test_a_made_up_wearer_stands_when_calibration_asks() -> None:
    """Asked in the middle of walking, and without an alignment before."""
    source = SyntheticSource(1, speed=16.0, first=())
    pump = Pump(source, Core(model.load(), source.session()), Sinks([]))
    with pump:
        assert pump.calibration.progress.words == "stand still, upright, for 3 s"
        until(lambda: pump.step() is not None and pump.frames > 400)
        assert pump.calibration.progress.step == "stand"
        pump.calibrate()
        until(lambda: pump.step() is not None and pump.core.session.rotations is not None)
    assert pump.calibration.progress.state == "done"
