"""Standing still and walking ten steps give the alignment, in the stream."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from fakes import model, one_stream, samples_of, signals

from kinertia.streaming import trust
from kinertia.streaming.calibration import PATIENCE_S, Calibration
from kinertia.streaming.core import Core
from kinertia.streaming.frame import Frame
from kinertia.streaming.progress import Progress
from kinertia.streaming.sample import Sample
from kinertia.transport.replay import AS_FAST_AS_POSSIBLE
from kinertia.transport.walker import Stage, SyntheticSource

WALK = (Stage(60.0, 1.3),)


def samples(source: SyntheticSource) -> Iterator[Sample]:
    source.start()
    try:
        while not source.finished:
            yield from source.take()
    finally:
        source.stop()


def calibrate(
    source: SyntheticSource, patience_s: float = PATIENCE_S, change: Callable[[Sample], Sample] = lambda s: s
) -> tuple[Core, Calibration, list[Frame], list[Progress]]:
    """Calibrate from the first sample on, and go on for two seconds."""
    core = Core(model(), source.session())
    calibration = Calibration(core, patience_s)
    calibration.start()
    frames, told, left = [], [], 200
    for sample in samples(source):
        frames += core.push(change(sample))
        if not told or told[-1] != calibration.progress:
            told.append(calibration.progress)
        if calibration.progress.step in ("walk", "solve"):
            time.sleep(3e-4)  # the work in the background takes real time
        left -= calibration.progress.state != "running"
        if not left:
            break
    return core, calibration, frames, told


def errors_deg(core: Core, source: SyntheticSource) -> np.ndarray:
    """Angle between found and true rotation of each sensor."""
    assert core.session.rotations is not None
    left = core.session.rotations @ source.mounting.transpose(0, 2, 1)
    return np.degrees(np.arccos(np.clip((np.trace(left, axis1=1, axis2=2) - 1.0) / 2.0, -1.0, 1.0)))


def test_standing_and_ten_steps() -> None:
    source = SyntheticSource(3, speed=AS_FAST_AS_POSSIBLE, first=(Stage(4.0, 0.0),), then=WALK, seconds=60.0)
    core, calibration, frames, told = calibrate(source)
    assert calibration.progress.state == "done", calibration.progress
    assert [p.step for i, p in enumerate(told) if not i or told[i - 1].step != p.step] == ["stand", "walk", "solve"]
    done = [p.done for p in told]
    assert done == sorted(done)
    assert done[0] == 0.0
    assert done[-1] == 1.0
    assert any("of 10 steps" in p.words for p in told)
    assert errors_deg(core, source).max() < 12.0
    assert core.session.bias is not None
    assert np.abs(core.session.bias - source.offset).max() < 0.01
    assert core.session.sensors[0].misalignment_rad == pytest.approx(np.deg2rad(3.0))
    # nothing is estimated before, everything afterwards
    assert frames[300].reasons & trust.NOT_ALIGNED
    assert np.isnan(frames[300].values).all()
    assert np.isfinite(frames[-1].values[:5]).all()
    assert frames[-1].signals[0, 1] == pytest.approx(9.81, abs=6.0)


def test_who_moves_is_told_and_standing_begins_again() -> None:
    stages = (Stage(2.5, 0.0), Stage(2.0, 1.0), Stage(7.0, 0.0))
    source = SyntheticSource(1, speed=AS_FAST_AS_POSSIBLE, first=stages, then=WALK, seconds=60.0)
    _, calibration, _, told = calibrate(source)
    assert calibration.progress.state == "done", calibration.progress
    again = [p for p in told if "from the beginning" in p.words]
    assert again
    assert again[0].words.startswith("stand still for 3 s, from the beginning: ")
    assert again[0].words.endswith((" moves", " move"))
    assert again[0].done == 0.0


def test_nobody_stands_still() -> None:
    source = SyntheticSource(1, speed=AS_FAST_AS_POSSIBLE, first=(), then=WALK, seconds=30.0)
    core, calibration, _, _ = calibrate(source, 8.0)
    assert calibration.progress.state == "failed"
    why = "no standing seen in 8 s: the wearer moves; stand upright without moving"
    assert calibration.progress.words == why
    assert core.session.rotations is None
    calibration.start()
    assert (calibration.progress.before, calibration.progress.left_s) == (why, 8.0)


def test_one_sensor_moves() -> None:
    source = SyntheticSource(1, speed=AS_FAST_AS_POSSIBLE, first=(Stage(60.0, 0.0),), then=WALK, seconds=30.0)

    def loose(sample: Sample) -> Sample:
        values = sample.values.copy()
        values[4, 3] += np.sin(0.3 * sample.sequence)
        return replace(sample, values=values)

    _, calibration, _, told = calibrate(source, 8.0, loose)
    assert told[-2].words == "stand still for 3 s: the left thigh moves"
    assert (
        calibration.progress.words
        == "no standing seen in 8 s: the left thigh moves; fasten it, then stand upright without moving"
    )


def test_a_sensor_in_another_unit_is_named() -> None:
    source = SyntheticSource(3, speed=AS_FAST_AS_POSSIBLE, first=(Stage(4.0, 0.0),), then=WALK, seconds=60.0)
    k = 2

    def spoil(sample: Sample) -> Sample:
        values = sample.values.copy()
        values[k, :3] /= 9.81
        return replace(sample, values=values)

    core, calibration, _, _ = calibrate(source, PATIENCE_S, spoil)
    assert calibration.progress.state == "failed"
    name = core.session.sensors[k].name
    assert f"sensor {name}: acceleration is in g, not in m/s^2" in calibration.progress.words
    assert "state the unit g" in calibration.progress.words
    assert core.session.rotations is None


def test_nobody_walks() -> None:
    source = SyntheticSource(1, speed=AS_FAST_AS_POSSIBLE, first=(Stage(60.0, 0.0),), then=WALK, seconds=30.0)
    _, calibration, _, told = calibrate(source, 8.0)
    assert calibration.progress.state == "failed"
    assert "no steps seen in 8 s; walk 10 steps in a row" in calibration.progress.words
    assert told[-2].words == "walk 10 steps straight ahead, at your usual speed"


def test_a_silent_sensor_is_waited_for_and_named() -> None:
    source = SyntheticSource(1, speed=AS_FAST_AS_POSSIBLE, first=(Stage(60.0, 0.0),), then=WALK, seconds=30.0)

    def without_foot(sample: Sample) -> Sample:
        values = sample.values.copy()
        values[3] = np.nan
        return replace(sample, values=values)

    _, calibration, _, told = calibrate(source, 5.0, without_foot)
    assert told[-2].words == "waiting for signals: the right foot sends no acceleration or no angular rate"
    assert calibration.progress.state == "failed"
    assert calibration.progress.words == "no standing seen in 5 s: the right foot sends nothing; see to it, or leave it out"


def test_a_pause_ends_it() -> None:
    core = Core(model(), one_stream(rotations=None))
    calibration = Calibration(core)
    calibration.start()
    for sample in samples_of(signals(800)):
        if not 200 <= sample.sequence < 600:
            core.push(sample)
    assert calibration.progress.state == "failed"
    assert "silent" in calibration.progress.words


def test_stopping_and_starting_again() -> None:
    core = Core(model(), one_stream())
    calibration = Calibration(core)
    assert calibration.progress == Progress()
    calibration.start()
    for sample in samples_of(signals(50)):
        core.push(sample)
    assert calibration.progress.state == "running"
    calibration.stop()
    assert calibration.progress == Progress()
    assert core._estimator.taps == ()
    calibration.start()
    assert calibration.progress.step == "stand"
    assert len(core._estimator.taps) == 1
