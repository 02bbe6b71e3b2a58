"""Standing in the stream: told and answered sample by sample, as in whole recordings but for what only the future shows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from fakes import IDENTITY, run

from experiments import exercises
from kinertia.estimation import estimator
from kinertia.estimation.estimate import Activity, Estimate
from kinertia.recording import Array, Frame, Recording
from kinertia.runtime import model as runtime
from kinertia.runtime.model import ExportedModel
from kinertia.simulation import person
from kinertia.streaming.core import Core
from kinertia.streaming.frame import Frame as Point
from kinertia.streaming.sample import Sample, Session, StreamInfo
from kinertia.transport import walker as walkers
from kinertia.transport.walker import Stage

RATE_HZ = 100.0


@pytest.fixture(scope="module")
def model() -> ExportedModel:
    return runtime.load()


@pytest.fixture(scope="module")
def outing() -> Recording:
    """Five seconds of standing, seven of walking, four of standing."""
    walker = walkers.load()
    blocks = walkers.walk(walker, (Stage(5.0, 0.0), Stage(7.0, 1.2), Stage(6.0, 0.0)), (Stage(1.0, 0.0),), RATE_HZ)
    acc, gyro = (np.concatenate(part) for part in zip(*(next(blocks) for _ in range(18)), strict=True))
    noise = np.random.default_rng(3)  # without it sensors at rest count as frozen
    acc, gyro = acc + 0.03 * noise.standard_normal(acc.shape), gyro + 0.003 * noise.standard_normal(gyro.shape)
    return Recording("outing", RATE_HZ, walker.sensors, acc, gyro, walker.subject, Frame.SEGMENT)


def _stream(model: ExportedModel, recording: Recording) -> list[Point]:
    session = Session(recording.subject, recording.sensors, (StreamInfo("all", tuple(range(7)), RATE_HZ),), rotations=IDENTITY)
    values = np.concatenate([recording.acc, recording.gyro], axis=-1)
    return run(Core(model, session), [Sample(0, k / RATE_HZ, k, v, 10.0 + k / RATE_HZ) for k, v in enumerate(values)])


def test_standing_is_answered_as_in_a_recording(model: ExportedModel, outing: Recording) -> None:
    frames, whole = _stream(model, outing), estimator.estimate(model.runner, outing)
    does = np.array([-1 if frame.activity is None else frame.activity for frame in frames])
    assert whole.activity is not None
    assert (does[60:480] == Activity.STANDING).all()
    assert (does[650:1150] == Activity.WALKING).all()
    assert (does[1500:] == Activity.STANDING).all()
    # a stream may be later than a recording by the windows that it looks back on, and no more
    assert (does[60:] != whole.activity[60 : len(does)]).mean() < 0.08
    late = model.delay_samples
    for name in ("knee_angle_r", "hip_flexion_l", "ankle_angle_r"):
        at = model.layout.index[name]
        streamed = np.degrees([frame.values[at] for frame in frames])
        batch = np.degrees(_shifted(whole, name, late))
        for stretch in (slice(150, 450), slice(700, 1100), slice(1600, 1790)):
            np.testing.assert_allclose(streamed[stretch], batch[stretch], atol=0.3, err_msg=name)
    speed = np.array([frame.values[model.layout.speed] for frame in frames])
    assert np.abs(speed[150:450]).max() == 0.0
    way = np.array([frame.values[0] for frame in frames])
    assert np.ptp(way[150:450]) < 1e-9
    assert way[-1] - way[450] == pytest.approx(
        whole.coordinates["pelvis_tx"][-1] - whole.coordinates["pelvis_tx"][450], abs=0.3
    )


def test_work_between_samples_changes_nothing(model: ExportedModel, outing: Recording) -> None:
    frames = _stream(model, outing)[:700]
    session = Session(outing.subject, outing.sensors, (StreamInfo("all", tuple(range(7)), RATE_HZ),), rotations=IDENTITY)
    core, values = Core(model, session), np.concatenate([outing.acc, outing.gyro], axis=-1)
    tended: list[Point] = []
    for k, row in enumerate(values[:700]):
        tended += core.push(Sample(0, k / RATE_HZ, k, row, 10.0 + k / RATE_HZ))
        core.tend()
    assert [frame.activity for frame in tended] == [frame.activity for frame in frames[: len(tended)]]
    np.testing.assert_array_equal([frame.values for frame in tended], [frame.values for frame in frames[: len(tended)]])


def test_something_else_is_said_in_the_stream(model: ExportedModel) -> None:
    squats = exercises.record(person.draw(4, 2), "squats")
    frames = _stream(model, replace(squats, truth=None))
    told = [frame.activity is Activity.OTHER for frame in frames[300:]]
    assert np.mean(told) > 0.95
    assert any("neither walking, running nor standing" in why for why in frames[600].why)


def _shifted(whole: Estimate, name: str, late: int) -> Array:
    return np.concatenate([np.full(late, np.nan), whole.coordinates[name][:-late]])
