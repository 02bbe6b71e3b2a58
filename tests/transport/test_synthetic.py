from __future__ import annotations

import math
from itertools import islice

import numpy as np
import pytest
from transport_tools import drain

from kinertia.recording import Frame, Recording
from kinertia.recording.standing import standing_periods
from kinertia.sensing.alignment import align
from kinertia.transport import walker as walkers
from kinertia.transport.replay import Faults
from kinertia.transport.walker import STEP_S, Stage, SyntheticSource


def _play(source: SyntheticSource) -> np.ndarray:
    with source:
        got = drain(source)
    assert [sample.sequence for sample in got] == list(range(len(got)))
    return np.stack([sample.values for sample in got])


def test_stands_then_walks_and_can_be_aligned() -> None:
    source = SyntheticSource(3, speed=math.inf, seconds=20.0)
    values = _play(source)
    assert values.shape == (2000, 7, 6)
    recording = Recording(
        "s", 100.0, source.sensors, values[..., :3].copy(), values[..., 3:].copy(), source.session().subject, Frame.SENSOR
    )
    ((start, stop),) = standing_periods(recording)
    assert (start, stop) == (0, pytest.approx(500, abs=60))
    np.testing.assert_allclose(np.linalg.norm(recording.acc[50:450].mean(axis=0), axis=-1), 9.81, atol=0.02)
    _, found = align(recording)
    left = found.rotation @ np.swapaxes(source.mounting, 1, 2)
    angle = np.arccos(np.clip((np.trace(left, axis1=1, axis2=2) - 1.0) / 2.0, -1.0, 1.0))
    assert np.rad2deg(angle).max() < 1.0
    np.testing.assert_allclose(found.gyro_bias, source.offset, atol=2e-3)


def test_is_seeded_and_speaks_of_its_mounting_only_when_asked() -> None:
    runs = [_play(SyntheticSource(seed, speed=math.inf, seconds=1.0)) for seed in (1, 1, 2)]
    np.testing.assert_array_equal(runs[0], runs[1])
    assert not np.array_equal(runs[0], runs[2])
    assert SyntheticSource(1).session().rotations is None
    source = SyntheticSource(1, aligned=True)
    rotations = source.session().rotations
    assert rotations is source.mounting
    np.testing.assert_allclose(source.mounting @ np.swapaxes(source.mounting, 1, 2), np.tile(np.eye(3), (7, 1, 1)), atol=1e-12)
    np.testing.assert_allclose(np.linalg.det(source.mounting), 1.0)


def test_separate_streams_with_faults() -> None:
    source = SyntheticSource(0, speed=math.inf, seconds=3.0, together=False, faults=Faults(loss=0.2))
    with source:
        got = drain(source)
    assert {sample.stream for sample in got} == set(range(7))
    assert all(sample.values.shape == (1, 6) for sample in got)
    assert len(got) + source.counts["lost at random"] == 2100


def test_nothing_jumps_when_the_speed_changes_over_many_rounds() -> None:
    person = walkers.load()
    stages = (Stage(4.0, 1.0), Stage(4.0, 1.6))
    blocks = list(islice(walkers.walk(person, (Stage(2.0, 0.0),), stages, 200.0), 40))
    acc, gyro = (np.concatenate([block[i] for block in blocks]) for i in (0, 1))
    np.testing.assert_allclose(acc[:300], np.tile([0.0, 9.81, 0.0], (300, 7, 1)), atol=1e-4)
    late = slice(20 * 200, None)
    assert np.abs(np.diff(gyro[late], axis=0)).max() < 2.0
    # specific force and angular rate belong together: rates integrate to the same angles stride after stride
    assert np.abs(gyro[late, 0, 2].mean()) < 0.05
    assert np.abs(acc).max() < 100.0


@pytest.mark.parametrize("speed", [0.0, 0.6, 1.2, 1.5])
def test_effort_gives_the_speed(speed: float) -> None:
    person = walkers.load()
    effort = person.effort(np.array(speed))
    s = walkers.SLOWEST_PACE
    assert person.speed * effort * (s + (1.0 - s) * effort) == pytest.approx(speed)


def test_the_file_is_what_the_simulator_gives() -> None:
    """The walk as the simulator moves it, from the file's coefficients, read by the simulator's own virtual sensors."""
    torch = pytest.importorskip("torch")
    from experiments import walks
    from kinertia.bodies import GAIT2D_TRUNK, build
    from kinertia.sensing.errors import NO_ERRORS

    person = walkers.load()
    body = build(person.mass_kg, person.height_m, skeleton=GAIT2D_TRUNK)
    middle = [person.middle.get(name, [0.0] * 9) for name in walks.MIDDLE]
    walk = walks.Walk(
        body,
        torch.tensor(list(person.joints.values()), dtype=torch.float64),
        torch.tensor(middle, dtype=torch.float64),
        person.stride_s,
    )
    recording = walks.record(walk, "w", seconds=3.0, errors=NO_ERRORS, seed=0)
    draw = np.random.default_rng(0).uniform(0.0, 1.0, 3)
    time = torch.from_numpy(np.arange(300) / 100.0 + np.array([[-STEP_S], [0.0], [STEP_S]]))
    phases, rates, _ = zip(*(walks._pace(row, person.stride_s, draw) for row in time), strict=True)
    acc, gyro = person.signals(np.stack(phases), np.ones((3, 300)), np.stack(rates))
    np.testing.assert_allclose(gyro, recording.gyro, atol=2e-3)
    np.testing.assert_allclose(acc, recording.acc, atol=0.05)
    again = walks.describe(walk)
    assert again["thigh_m"] == pytest.approx(person.thigh_m, abs=1e-6)
    assert again["sensor_position_m"]["foot_r"] == pytest.approx(person.sensor_position_m["foot_r"], abs=1e-6)
