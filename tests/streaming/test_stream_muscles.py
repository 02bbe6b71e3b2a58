"""Muscles in a stream are those of the whole recording, one sample behind; what no muscle gives is marked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kinertia.estimation import estimator
from kinertia.estimation.muscular import with_muscles
from kinertia.recording import Array, Recording
from kinertia.recording.selection import crop
from kinertia.runtime import model as exported
from kinertia.runtime.muscles import Muscles, names
from kinertia.streaming.core import Core
from kinertia.streaming.frame import Frame
from kinertia.streaming.muscles import BEHIND
from kinertia.streaming.sample import Sample, Session, StreamInfo
from kinertia.transport.sink import CsvSink

MODEL = replace(exported.load("default"), muscles=True)


@pytest.fixture(scope="module")
def walking(walk: Recording) -> Recording:
    return crop(walk, 500, 900)


@pytest.fixture(scope="module")
def whole(walking: Recording) -> dict[str, Array]:
    """The batch estimate with muscles, by the names of the stream."""
    found = with_muscles(estimator.estimate(MODEL.runner, walking))
    kinds = {"force": found.muscle_forces, "activation": found.muscle_activations, "reserve": found.muscle_reserves}
    return {f"{name}_{what}": series for what, curves in kinds.items() for name, series in curves.items()}


@pytest.fixture(scope="module")
def frames(walking: Recording) -> list[Frame]:
    """The same recording sample by sample."""
    count = len(walking.sensors)
    aligned = np.tile(np.eye(3), (count, 1, 1))
    core = Core(MODEL, Session(walking.subject, walking.sensors, (StreamInfo("all", tuple(range(count)), 100.0),), aligned))
    values = np.concatenate([walking.acc, walking.gyro], -1)
    pushed = [core.push(Sample(0, k / 100.0, k, row, 10.0 + k / 100.0)) for k, row in enumerate(values)]
    return [frame for some in pushed for frame in some] + core.finish()


def test_stream_batch_and_runtime_are_one(frames: list[Frame], whole: dict[str, Array], walking: Recording) -> None:
    layout, late = MODEL.layout, MODEL.delay_samples + BEHIND
    streamed = np.array([frame.values for frame in frames])
    assert layout.names[layout.muscles] == names(MODEL.card.layout)
    for name, series in whole.items():
        size = max(np.abs(series).max(), 1.0)
        np.testing.assert_allclose(streamed[late:, layout.index[name]], series[:-BEHIND], rtol=0.0, atol=1e-6 * size)
    assert np.isnan(streamed[:late, layout.muscles]).all()
    alone, stepper = Muscles(MODEL.card.layout, 100.0, walking.subject), MODEL.stepper(walking.subject, walking.sensors)
    for k in range(60):
        values = stepper.step(frames[k].signals)
        if values is not None:
            row = alone.step(values)
            np.testing.assert_allclose(row, streamed[k + BEHIND, layout.muscles], rtol=0.0, atol=1e-6)


def test_a_moment_that_no_muscle_gives_is_reserve_and_marked(frames: list[Frame], walking: Recording) -> None:
    layout = MODEL.card.layout
    alone = Muscles(layout, 100.0, walking.subject)
    values = frames[100].values[: len(layout.names)].copy()
    usual = dict(zip(names(layout), alone.step(values), strict=True))
    values[layout.index["knee_angle_r_moment"]] = 5000.0
    found = dict(zip(names(layout), alone.step(values), strict=True))
    assert (usual["muscles_lack_r"], found["muscles_lack_r"], found["muscles_lack_l"]) == (0.0, 1.0, 0.0)
    assert found["knee_angle_r_reserve"] > 4000.0
    assert max(value for name, value in found.items() if name.endswith("_activation")) <= 1.0
    values[layout.index["hip_flexion_l"]] = np.nan
    assert np.isnan(alone.step(values)).all()


def test_lines_of_a_table_wait_for_their_muscles(frames: list[Frame], whole: dict[str, Array], tmp_path: Path) -> None:
    sink = CsvSink(tmp_path / "out.csv", MODEL.layout.names, 0.06, MODEL.layout.muscles)
    for frame in frames[:60]:
        sink.write(frame)
    sink.close()
    titles, *lines = (tmp_path / "out.csv").read_text().splitlines()
    at = titles.split(",").index("soleus_r_force [N]")
    cells = [line.split(",") for line in lines]
    assert [float(line[0]) for line in cells] == pytest.approx(np.arange(54) / 100.0)
    assert [float(line[at]) for line in cells[:-1]] == pytest.approx(whole["soleus_r_force"][:53].tolist(), rel=1e-4)
    assert cells[-1][at] == ""
